/** Two specialists side by side, of which one or both wait: what the clock counts, and what the run shows. */
import assert from 'node:assert/strict';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { setTimeout as pause } from 'node:timers/promises';
import type { WorkflowHandle } from '@temporalio/client';
import type { AnswerOutcome, RunProgress } from '../../contracts/run.ts';
import { dataPaths } from '../../config/data-paths.ts';
import { traceFileName } from '../../observability/trace-sink.ts';
import { openScene, pipeline, quickLimits, tracesToFiles } from '../support/scene.ts';
import { openAiError, type ScriptedReply } from '../support/scripted-server/scripted-server-reply.ts';
import { goodDraft, roleOf, says, startTeam, unclear } from '../support/team.ts';
import { until } from '../support/until.ts';

const limits = { ...quickLimits, modelCallAttempts: 1 };
const together = (budget: Record<string, unknown>) =>
  pipeline({
    specialists: pipeline().specialists.map((each) => ({ ...each, prompt: `You are ${each.name}.` })),
    budget,
  });
const router = () => unclear('code', 'docs');
const down = openAiError(503, 'down for maintenance');
const hangs: ScriptedReply = { fault: 'hang' };

const progressOf = (handle: WorkflowHandle) => handle.query<RunProgress>('state');

type Attributes = `${string}EventAttributes` &
  keyof NonNullable<NonNullable<Awaited<ReturnType<WorkflowHandle['fetchHistory']>>['events']>[number]>;

/** Milliseconds since the epoch of the events that have such attributes, in their order. */
async function timesOf(handle: WorkflowHandle, attributes: Attributes): Promise<number[]> {
  const { events } = await handle.fetchHistory();
  return (events ?? [])
    .filter((event) => event[attributes])
    .map(({ eventTime }) => Number(eventTime?.seconds) * 1000 + Number(eventTime?.nanos) / 1e6);
}

test('two specialists that wait for a person at once are one interval of free time, and the stage after it is true', async () => {
  let back = false;
  await using team = await startTeam({ router, specialist: () => (back ? hangs : down) });
  await using scene = await openScene({ modelUrl: team.url });
  const handle = await scene.start('When?', { pipeline: together({ wallClockSeconds: 15 }), limits });
  const failed = await until(async () => {
    const times = await timesOf(handle, 'activityTaskFailedEventAttributes');
    return times.length === 2 ? times : null;
  });
  await pause(6000);
  const waiting = await progressOf(handle);
  assert.deepEqual([waiting.stage, waiting.waitingFor?.kind], ['waiting', 'ModelUnavailable']);
  back = true;
  const asked = team.requests.length;
  await handle.signal('retry');
  await until(async () => (team.requests.length >= asked + 2 ? true : null));
  const working = await progressOf(handle);
  assert.deepEqual([working.stage, working.doing, working.waitingFor], ['delegating', 'code and docs at work', null]);
  const outcome = (await handle.result()) as AnswerOutcome;
  assert.equal(outcome.kind === 'budget-spent' && outcome.limit, 'wallClockSeconds');
  const [started = 0] = await timesOf(handle, 'workflowExecutionStartedEventAttributes');
  const [signaled = 0] = await timesOf(handle, 'workflowExecutionSignaledEventAttributes');
  const [cancelled = 0] = await timesOf(handle, 'activityTaskCancelRequestedEventAttributes');
  const workedMs = cancelled - started - (signaled - Math.max(...failed));
  assert.ok(workedMs > 14_500 && workedMs < 19_000, `worked for ${workedMs} ms of 15000`);
});

test('the clock goes on while one specialist waits for a person and another works', async () => {
  await using team = await startTeam({ router, specialist: ({ system }) => (system.includes('code') ? down : hangs) });
  await using scene = await openScene({ modelUrl: team.url });
  const handle = await scene.start('When?', { pipeline: together({ wallClockSeconds: 3 }), limits });
  const ended = await Promise.race([handle.result() as Promise<AnswerOutcome>, pause(20_000, null, { ref: false })]);
  if (ended === null) await handle.cancel();
  assert.equal(ended?.kind === 'budget-spent' && ended.limit, 'wallClockSeconds');
});

test('a run waits for a person while one specialist does, whatever becomes of the other', async () => {
  let back = false;
  await using team = await startTeam({
    router,
    specialist: ({ system }) => (system.includes('code') && !back ? down : says(goodDraft)),
  });
  await using scene = await openScene({ modelUrl: team.url });
  const handle = await scene.start('When?', { pipeline: together({}), limits });
  const waiting = await until(async () => {
    const progress = await progressOf(handle);
    const [code, docs] = ['code', 'docs'].map((name) =>
      team.requests.filter(({ text }) => text.includes(`You are ${name}.`)),
    );
    return progress.waitingFor !== null && code?.length === 1 && docs?.length === 1 ? progress : null;
  });
  assert.equal(waiting.stage, 'waiting');
  back = true;
  await handle.signal('retry');
  const outcome = (await handle.result()) as AnswerOutcome;
  assert.equal(outcome.kind, 'answered');
  assert.equal(team.requests.filter((request) => roleOf(request) === 'synthesizer').length, 1);
});

test('a run that nobody takes up again ends by itself, with its outcome and its trace', async () => {
  await using team = await startTeam({ router: () => down });
  await using scene = await openScene({ modelUrl: team.url, traces: tracesToFiles });
  const handle = await scene.start('When?', { pipeline: pipeline(), limits: { ...limits, personWaitSeconds: 2 } });
  const outcome = await Promise.race([handle.result() as Promise<AnswerOutcome>, pause(30_000, null, { ref: false })]);
  if (outcome === null) await handle.cancel();
  assert.equal(outcome?.kind, 'unavailable');
  assert.equal(outcome.kind === 'unavailable' && outcome.failure.kind, 'ModelUnavailable');
  assert.match(
    outcome.kind === 'unavailable' ? outcome.failure.message : '',
    /^nobody took the run up again within 2 s/,
  );
  const { runId } = await handle.describe();
  const trace = join(dataPaths(scene.dataDirectory).traces, traceFileName(runId.replaceAll('-', '')));
  await until(async () => (existsSync(trace) ? true : null));
});
