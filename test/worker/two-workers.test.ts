import assert from 'node:assert/strict';
import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import type { WorkflowHandle } from '@temporalio/client';
import { dataPaths } from '../../config/data-paths.ts';
import type { AnswerOutcome } from '../../contracts/run.ts';
import type { SentSpan } from '../../contracts/trace.ts';
import { untilSent } from '../observability/exports.ts';
import { readTraceFile } from '../../observability/trace-sink.ts';
import { openScene, pipeline, quickLimits, type Scene, tracesToFiles } from '../support/scene.ts';
import { calls, goodDraft, inventedDraft, roleOf, says, startTeam } from '../support/team.ts';
import { startWorkerProcess } from '../support/worker-process.ts';

const questions = Array.from({ length: 4 }, (_, at) => `When does boil throw? (case ${at + 1})`);
const caseOf = (text: string): string => /\(case (\d+)\)/.exec(text)?.[1] ?? 'none';

test('two workers on one data directory answer together: every run ends right, each call paid once, one trace each', {
  timeout: 300_000,
}, async () => {
  await using team = await startTeam({
    router: () => ({ ...says('code'), delayMs: 100 }),
    specialist: ({ turn, reviewed, user }) => {
      if (turn === 0) return { ...calls(['search_code', { query: `boil ${caseOf(user)}` }]), delayMs: 100 };
      return { ...says(reviewed ? goodDraft : inventedDraft), delayMs: 100 };
    },
  });
  // One worker is the scene's, in this process, and leaves calls to the other, in a process of its own.
  await using scene = await openScene({ modelUrl: team.url, traces: tracesToFiles, activitySlots: 2 });
  const { address, dataDirectory, taskQueue } = scene;
  const place = { address, dataDirectory, taskQueue, modelUrl: team.url };
  await using _other = await startWorkerProcess(place, { SWITCHYARD_TRACES: 'file' });
  // A worker that has just started on a busy machine may be late by seconds: none of its calls is to count as lost.
  const limits = { ...quickLimits, heartbeatSeconds: 20 };
  const handles = await Promise.all(questions.map((each) => scene.start(each, { pipeline: pipeline(), limits })));
  const outcomes = (await Promise.all(handles.map((handle) => handle.result()))) as AnswerOutcome[];

  assert.equal(outcomes.length, questions.length);
  for (const { kind, state } of outcomes) {
    assert.equal(kind, 'answered');
    assert.equal(state.final_answer, goodDraft.answer);
    assert.equal(state.evidence[0]?.status, 'verified');
    assert.deepEqual([state.retry_count, state.usage.modelCalls], [1, callsOfOne.length]);
  }
  const asked = Map.groupBy(team.requests, ({ text }) => caseOf(text));
  assert.deepEqual([...asked.keys()].toSorted(), questions.map(caseOf));
  for (const [name, requests] of asked) assert.deepEqual(requests.map(roleOf), callsOfOne, `case ${name}`);

  await assertTraces(scene, handles);
  const workers = new Set((await Promise.all(handles.map(workersOf))).flat());
  assert.equal(workers.size, 2, 'both workers had a part in it');
});

/** A weak try and a better one, each with a search. */
const callsOfOne = ['router', 'specialist', 'specialist', 'specialist', 'specialist'];

/** One file a run, with one root, each model call of the run in it once. */
async function assertTraces(scene: Scene, handles: readonly WorkflowHandle[]): Promise<void> {
  await untilSent(scene, handles.length);
  const { traces } = dataPaths(scene.dataDirectory);
  const names = readdirSync(traces).filter((name) => name.endsWith('.jsonl.zst'));
  assert.equal(names.length, handles.length);
  const texts = await Promise.all(names.map((name) => readTraceFile(join(traces, name))));
  const spans = texts.map((text) =>
    text
      .trim()
      .split('\n')
      .map((line) => JSON.parse(line) as SentSpan),
  );
  for (const trace of spans) {
    assert.equal(trace.filter(({ parentId }) => parentId === null).length, 1);
    assert.equal(new Set(trace.map(({ id }) => id)).size, trace.length, 'no span twice');
    assert.equal(trace.filter(({ type }) => type === 'generation').length, callsOfOne.length);
  }
  const cases = spans.map((trace) => caseOf(String(trace.at(-1)?.input)));
  assert.deepEqual(cases.toSorted(), questions.map(caseOf));
}

/** The workers that took an activity or a workflow task of the run. */
async function workersOf(handle: WorkflowHandle): Promise<string[]> {
  const { events } = await handle.fetchHistory();
  return (events ?? []).flatMap(({ activityTaskStartedEventAttributes: started }) => started?.identity ?? []);
}
