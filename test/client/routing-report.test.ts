/** The router's report, work side by side, files of questions, progress in words, and links. */
import assert from 'node:assert/strict';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { WorkflowFailedError } from '@temporalio/client';
import { ApplicationFailure } from '@temporalio/common';
import { failureKindOf } from '../../application/session/temporal.ts';
import { z } from 'zod';
import { configuredSettings } from '../../client/doctor/examine.ts';
import { inParallel } from '../../lib/in-parallel.ts';
import { readJsonLines } from '../../client/input/json-lines-file.ts';
import { loadPipeline } from '../../application/pipelines/pipeline-files.ts';
import { plainView } from '../../client/terminal/progress-view.ts';
import type { Routed } from '../../application/runs/route-one.ts';
import { routerRemarks, routingSummary, summaryText } from '../../client/ask/route-questions.ts';
import type { RunProgress } from '../../contracts/run.ts';
import { runUrl } from '../../observability/run-link.ts';
import { aState } from './runs/a-run.ts';
import { temporaryFolder } from './run-command.ts';

const { usage } = aState();

function routed(id: string, expected: string | null, route: string, fallback = false): Routed {
  return { id, expected, route, probabilities: { [route]: 1 }, fallback, source: 'text', model: 'm', usage };
}

test('a pipeline without a router is said to have none before its questions are routed', async () => {
  assert.deepEqual(routerRemarks(await loadPipeline('single-agent')), [
    'the pipeline "single-agent" has no router: every question goes to agent',
  ]);
  assert.deepEqual(routerRemarks(await loadPipeline('orchestrated')), []);
});

test('the report counts agreement, fallbacks and failures, and leaves out what nobody judged', () => {
  const summary = routingSummary([
    routed('a', 'code', 'code'),
    routed('b', 'code', 'docs'),
    routed('c', 'docs', 'docs', true),
    routed('d', null, 'docs'),
    { id: 'e', expected: 'docs', error: 'the key was refused' },
  ]);
  assert.ok(summary !== null);
  assert.deepEqual([summary.n, summary.agreed, summary.failed, summary.fallbacks], [3, 2, 1, 1]);
  assert.deepEqual(summary.confusion.counts, [
    [1, 1],
    [0, 1],
  ]);
  const text = summaryText(summary);
  assert.match(text, /^agreement {2}2 of 3, 66\.7 % \(95 % interval 20\.8 % to 93\.9 %\)$/m);
  assert.match(text, /^kappa {6}0\.400$/m);
  assert.match(text, /^code +1 +1$/m);
});

test('without expected routes there is no report', () => {
  assert.equal(routingSummary([routed('a', null, 'code')]), null);
});

test('results come in order, with no more pieces at a time than the width', async () => {
  let running = 0;
  let most = 0;
  const gates = Array.from({ length: 6 }, () => Promise.withResolvers<void>());
  const taken: string[] = [];
  const all = inParallel(
    [0, 1, 2, 3, 4, 5],
    { width: 3, signal: new AbortController().signal },
    async (at) => {
      running += 1;
      most = Math.max(most, running);
      await gates[at]?.promise;
      running -= 1;
      return `result ${at}`;
    },
    (result) => taken.push(result),
  );
  for (const at of [2, 1, 0, 5, 4, 3]) {
    gates[at]?.resolve();
    await new Promise((resolve) => setImmediate(resolve));
  }
  await all;
  assert.equal(most, 3);
  assert.deepEqual(taken, ['result 0', 'result 1', 'result 2', 'result 3', 'result 4', 'result 5']);
});

test('after an error or an abort nothing new is begun', async () => {
  const begun: number[] = [];
  const controller = new AbortController();
  const work = async (at: number) => {
    begun.push(at);
    if (at === 1) throw new Error('broken');
  };
  const pieces = [0, 1, 2, 3];
  await assert.rejects(
    inParallel(pieces, { width: 1, signal: controller.signal }, work, () => {}),
    /broken/,
  );
  assert.deepEqual(begun, [0, 1]);
  controller.abort();
  await inParallel(pieces, { width: 1, signal: controller.signal }, work, () => {});
  assert.deepEqual(begun, [0, 1]);
});

test('a file of JSON lines is read whole or refused at the line that is wrong', async () => {
  using folder = temporaryFolder();
  const file = join(folder.path, 'rows.jsonl');
  const row = z.object({ id: z.string() });
  writeFileSync(file, '{"id": "a"}\n\n{"id": "b"}\n');
  assert.deepEqual(await readJsonLines(file, row), [{ id: 'a' }, { id: 'b' }]);
  for (const [text, says] of [
    ['{"id": "a"}\n{"id": 1}\n', /rows\.jsonl:2: id: /],
    ['{"id": "a"}\nnonsense\n', /rows\.jsonl:2: is not JSON/],
    ['\n', /has no lines/],
  ] as const) {
    writeFileSync(file, text);
    await assert.rejects(readJsonLines(file, row), says);
  }
});

test('plain progress is a line for each change, none for a repetition, and says how to go on', () => {
  const lines: string[] = [];
  const view = plainView((line) => lines.push(line), '[code] ');
  const at = (stage: RunProgress['stage'], doing: string): RunProgress => ({
    stage,
    doing,
    opening: null,
    waitingFor: null,
    tools_asked: [],
    state: aState(),
  });
  view.preparing('starting the server');
  view.update(at('routing', 'choosing'), 'ask-1');
  view.update(at('routing', 'choosing'), 'ask-1');
  view.update(at('delegating', 'read \u001b[31mlib/a.js'), 'ask-1');
  const waitingFor = { kind: 'ModelUnavailable', message: 'gone', setting: 'OPENAI_BASE_URL' } as const;
  view.update({ ...at('waiting', 'x'), waitingFor }, 'ask-1');
  assert.equal(lines.length, 4);
  assert.equal(lines[0], '[code] starting the server');
  assert.match(
    lines[1] ?? '',
    /^\[code\] routing: choosing \| route code \(code 0\.90, docs 0\.10\) \| retries 1 \| 3 model/,
  );
  assert.match(lines[2] ?? '', /read \ufffd\[31mlib/);
  assert.match(lines[3] ?? '', /waiting: gone \(look at OPENAI_BASE_URL\); .*switchyard runs resume ask-1$/);
});

test('a link names namespace, run and history, and is null where no Web UI is known', () => {
  assert.equal(
    runUrl('http://127.0.0.1:8233', 'default', 'ask/1', 'r'),
    'http://127.0.0.1:8233/namespaces/default/workflows/ask%2F1/r/history',
  );
  assert.equal(runUrl(null, 'default', 'ask', 'r'), null);
});

test('the doctor lists where settings come from and never shows a secret', () => {
  const env = {
    OPENAI_API_KEY: 'sk-very-secret',
    OPENAI_BASE_URL: 'http://user:secret@127.0.0.1:1/v1',
    TEMPORAL_API_KEY: 'also-secret',
    TEMPORAL_ADDRESS: '127.0.0.1:7233',
  };
  const listed = configuredSettings(env);
  const of = (name: string) => listed.find((setting) => setting.name === name);
  assert.deepEqual([of('OPENAI_API_KEY')?.value, of('OPENAI_API_KEY')?.from], ['set (14 characters)', 'environment']);
  assert.equal(of('TEMPORAL_ADDRESS')?.value, '127.0.0.1:7233');
  assert.equal(of('TEMPORAL_API_KEY')?.value, 'set (11 characters)');
  assert.equal(of('SWITCHYARD_HOME')?.from === 'environment', false);
  assert.doesNotMatch(JSON.stringify(listed), /secret@|very-secret|also-secret/);
});

test('a router that fails names the page of its kind, and an unknown kind none', () => {
  const failed = (type?: string) =>
    failureKindOf(
      new WorkflowFailedError('failed', ApplicationFailure.nonRetryable('busy', type), 'NON_RETRYABLE_FAILURE'),
    );
  assert.equal(failed('ModelBusy'), 'ModelBusy');
  assert.equal(failed('BudgetSpent'), null);
  assert.equal(failed(), null);
});
