/** Inputs that do not fit: refused by workflow code as by the contracts, and at once. */
import assert from 'node:assert/strict';
import { randomUUID } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { setTimeout as pause } from 'node:timers/promises';
import { WorkflowFailedError } from '@temporalio/client';
import { ApplicationFailure } from '@temporalio/common';
import fc from 'fast-check';
import { outcomeOf } from '../../application/runs/watch-run.ts';
import type { BenchmarkInput } from '../../contracts/benchmark.ts';
import { noUsage } from '../../contracts/usage-sum.ts';
import { dataPaths } from '../../config/data-paths.ts';
import { workflowBundle } from '../../worker/workflow-bundle.ts';
import { validInput, validRouting } from '../../workflows/input/valid-input.ts';
import { openScene, pipeline, quickLimits } from '../support/scene.ts';
import { startTeam } from '../support/team.ts';
import { checkout } from '../support/temporal.ts';
import { inputSchemas, inputs } from './write-input-schemas.ts';

const question = {
  question: 'When does boil throw?',
  repository: { kind: 'path', path: '/tmp/kettle', ref: 'main' },
  pipeline: pipeline({ gate: { judge: {} }, rerank: {} }),
  forcedRoute: null,
  limits: quickLimits,
  session: 's',
  experiment: { id: 'e', name: 'n', datasetId: 'd', itemId: 'i' },
  prompts: { router: { name: 'p', version: 1 } },
  activityQueue: 'queue',
} as const;
const { repository: _, experiment: __, prompts: ___, ...route } = question;
const tally = { arms: { alone: { done: 1, graded: 1, right: 1 } }, failed: 0, usage: noUsage, rateLimited: 0 };
const benchmark: BenchmarkInput = {
  id: 'b',
  scheduled: false,
  root: '/tmp',
  limits: quickLimits,
  activityQueue: 'queue',
  concurrency: 3,
  limit: { kind: 'usd', most: 1.5 },
  searchAttributes: ['SwitchyardRoute'],
  eventLimit: 1_800,
  carried: { cursor: 3, tally, paused: true, activeMs: 10, doneInIt: 1, datasetId: null, continuations: 1 },
};
const valid = {
  answerQuestion: question,
  routeOnly: route,
  runBenchmark: benchmark,
  exportTraces: {
    idleSeconds: 60,
    runsOfExecution: 10,
    waiting: [{ workflowId: 'w', runId: 'r', failed: { sent: 1, times: 1, sinceMs: 1, nextMs: 2 } }],
    lately: ['q'],
    aside: [{ workflowId: 'w', runId: 'p', reason: 'its history is gone' }],
    sent: 1,
  },
} as const;
type Workflow = keyof typeof valid;
const workflows = Object.keys(valid) as Workflow[];

/** The failure of a call that refuses an input. */
function refusalOf(check: () => unknown): ApplicationFailure {
  try {
    check();
  } catch (error) {
    assert.ok(error instanceof ApplicationFailure, String(error));
    return error;
  }
  throw new Error('the input was not refused');
}

test('the schemas of workflow code are those of the contracts: npm run schemas writes them', () => {
  const committed = JSON.parse(readFileSync(join(checkout, 'workflows/input/input-schemas.json'), 'utf8'));
  assert.deepEqual(committed, JSON.parse(JSON.stringify(inputSchemas())));
});

test('what each workflow is given passes unchanged', () => {
  for (const workflow of workflows) assert.deepEqual(validInput(workflow, valid[workflow]), valid[workflow]);
});

/** Every place in a value: itself, its fields, their fields. */
function places(value: unknown, path: string[] = []): string[][] {
  if (typeof value !== 'object' || value === null) return [path];
  return [path, ...Object.entries(value).flatMap(([key, each]) => places(each, [...path, key]))];
}

const removed = Symbol('removed');

/** A copy with something else at a place, or without it. */
function changed(value: unknown, [key, ...rest]: string[], other: unknown): unknown {
  if (key === undefined) return other;
  const copy: Record<string, unknown> | unknown[] = Array.isArray(value) ? [...value] : { ...(value as object) };
  const next = changed((value as Record<string, unknown>)[key], rest, other);
  if (next !== removed) Object.assign(copy, { [key]: next });
  else if (Array.isArray(copy)) copy.splice(Number(key), 1);
  else delete copy[key];
  return copy;
}

test('an input that is changed anywhere is refused where its contract refuses it, and nowhere else', () => {
  const odd = [removed, null, true, 0, -1, 1.5, 7, 1e12, '', 'Y', 'usd', 'x'.repeat(30_000), [], [7], {}, { odd: 1 }];
  let refused = 0;
  let accepted = 0;
  const choice = fc.constantFrom(...workflows).chain((workflow) => {
    const place = fc.constantFrom(...places(valid[workflow]).slice(1));
    return fc.record({ workflow: fc.constant(workflow), place, other: fc.constantFrom(...odd) });
  });
  fc.assert(
    fc.property(choice, ({ workflow, place, other }) => {
      const given = JSON.parse(JSON.stringify(changed(valid[workflow], place, other)));
      const { success, data, error } = inputs[workflow].safeParse(given);
      const routes = workflow === 'answerQuestion' || workflow === 'routeOnly';
      const check = () => (routes ? validRouting(workflow, given) : validInput(workflow, given));
      if (success) {
        accepted += 1;
        const forced = routes && given.forcedRoute !== null;
        if (forced) assert.match(refusalOf(check).message, /forcedRoute names no specialist/);
        else assert.deepEqual(inputs[workflow].parse(check()), data);
        return;
      }
      refused += 1;
      const { type, nonRetryable, message } = refusalOf(check);
      assert.deepEqual([type, nonRetryable], ['InvalidInput', true]);
      const fields = error.issues.map(({ path }) => path.filter((key) => typeof key === 'string').at(-1) ?? '');
      const unknown = error.issues.flatMap((issue) => (issue.code === 'unrecognized_keys' ? issue.keys : []));
      assert.ok(
        [...fields, ...unknown].some((field) => message.includes(field)),
        `${message} names ${fields.join()}`,
      );
    }),
    { numRuns: 3000 },
  );
  assert.ok(refused > 500 && accepted > 50, `${refused} refused, ${accepted} accepted`);
});

test('an input of an older version gets the defaults of fields that came later', () => {
  const { budget: ____, synthesis: _____, rerank: ______, ...older } = question.pipeline;
  const { pipeline: filled } = validRouting('answerQuestion', {
    ...question,
    pipeline: older as typeof question.pipeline,
  });
  assert.deepEqual(filled.budget, { modelCalls: 60, tokens: 400_000, costUsd: null, wallClockSeconds: 1800 });
  assert.equal(filled.synthesis.calls, 'when-needed');
});

test('names that refer to no specialist are refused, as nothing could work for them', () => {
  const lost = { ...question.pipeline, router: { ...question.pipeline.router, fallback: 'nobody' } };
  const check = () => validRouting('answerQuestion', { ...question, pipeline: lost as typeof question.pipeline });
  assert.match(
    refusalOf(check).message,
    /pipeline\.router\.fallback: the fallback "nobody" is none of the specialists/,
  );
  const forced = () => validRouting('routeOnly', { ...route, forcedRoute: 'nobody' });
  assert.match(refusalOf(forced).message, /forcedRoute names no specialist/);
});

test('the workflow bundle has no zod', async () => {
  const { codePath } = await workflowBundle(dataPaths(join(checkout, '.switchyard')).cache);
  assert.doesNotMatch(readFileSync(codePath, 'utf8'), /node_modules\/zod\//);
});

test('a workflow whose input does not fit fails at once, and the client says which field', async () => {
  await using team = await startTeam();
  await using scene = await openScene({ modelUrl: team.url });
  const wrong: [Workflow, unknown[], RegExp][] = [
    [
      'answerQuestion',
      [{ ...question, limits: { ...quickLimits, heartbeatSeconds: 'often' } }],
      /limits\.heartbeatSeconds/,
    ],
    ['routeOnly', [{ question: 'When?' }], /pipeline is missing/],
    ['runBenchmark', [{ ...benchmark, limits: undefined }], /limits is missing/],
    ['exportTraces', [{ waiting: [{ workflowId: 'w' }] }], /runId is missing/],
    ['answerQuestion', [], /the input must be object, not missing/],
  ];
  for (const [workflow, args, field] of wrong) {
    const workflowId = `wrong-${randomUUID()}`;
    const handle = await scene.client.workflow.start(workflow, { args, taskQueue: scene.taskQueue, workflowId });
    const ended = await Promise.race([
      handle.result().catch((error: unknown) => error),
      pause(20_000, null, { ref: false }),
    ]);
    if (ended === null) await handle.terminate('it hangs');
    assert.ok(ended instanceof WorkflowFailedError, `${workflow} hangs`);
    assert.ok(ended.cause instanceof ApplicationFailure);
    assert.equal(ended.cause.type, 'InvalidInput');
    assert.match(ended.cause.message, field);
    await assert.rejects(outcomeOf(handle), { code: 'RunBroken', message: field });
  }
});
