/** Attempts that are lost with a worker, beside those that the provider fails: which are counted, and what is kept of them. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { ActivityNotFoundError, type WorkflowHandle } from '@temporalio/client';
import { lostMessage } from '../../activities/attempts.ts';
import { lostWithWorker } from '../../activities/failures.ts';
import type { AnswerOutcome, RunProgress } from '../../contracts/run.ts';
import { loseOpenCall } from '../support/lost-calls.ts';
import { historyOf } from '../support/histories.ts';
import { openScene, pipeline, quickLimits, replayAtEachTask } from '../support/scene.ts';
import { openAiError, type ScriptedReply } from '../support/scripted-server/scripted-server-reply.ts';
import { goodDraft, roleOf, says, startTeam } from '../support/team.ts';
import { until } from '../support/until.ts';

replayAtEachTask();

const hangs: ScriptedReply = { fault: 'hang' };
const down = openAiError(503, 'down for maintenance');

/** A team whose specialist answers as listed, and then well. */
function teamThat(...replies: ScriptedReply[]) {
  let at = 0;
  const specialist = () => {
    at += 1;
    return replies[at - 1] ?? says(goodDraft);
  };
  return startTeam({ specialist });
}

/** Asks the run once no activity is open: each query is answered by a replay here. */
const untilWaiting = (handle: WorkflowHandle) =>
  until(async () => {
    if (((await handle.describe()).raw.pendingActivities ?? []).length > 0) return null;
    const progress = await handle.query<RunProgress>('state');
    return progress.stage === 'waiting' ? progress.waitingFor : null;
  });

async function specialistCalls(handle: WorkflowHandle) {
  const { activities } = await historyOf(handle);
  return activities.filter(({ type }) => type === 'callSpecialist');
}

test('a call whose worker is lost five times is answered by the sixth attempt, and the trace tells of each', async () => {
  await using team = await teamThat(...Array.from({ length: 5 }, () => hangs));
  await using scene = await openScene({ modelUrl: team.url });
  const handle = await scene.start('When?', { pipeline: pipeline() });
  for (let loss = 0; loss < 5; loss += 1) {
    await team.request(1 + loss);
    await loseOpenCall(scene);
  }
  const outcome = (await handle.result()) as AnswerOutcome;
  assert.equal(outcome.kind, 'answered');
  const calls = await specialistCalls(handle);
  assert.equal(calls.length, 1);
  const spans = calls[0]?.spans ?? [];
  assert.deepEqual(
    spans.map(({ level, message }) => [level, message]),
    [...Array.from({ length: 5 }, () => ['ERROR', lostMessage]), ['DEFAULT', undefined]],
  );
  for (const [at, { attempt, startMs, endMs }] of spans.entries()) {
    // An attempt that finds the quarantine taken is given back at once, and has no span.
    assert.ok(attempt > (spans[at - 1]?.attempt ?? 0), `span ${at} is of a later attempt`);
    assert.ok(endMs >= startMs, `span ${at} ends after its beginning`);
    assert.ok(at === 0 || startMs >= (spans[at - 1]?.startMs ?? 0), `span ${at} begins after the one before`);
  }
});

test('losses between failures of the provider spend none of its attempts: five answers of 503, then a wait', async () => {
  await using team = await teamThat(down, hangs, down, hangs, hangs, down, down, down);
  await using scene = await openScene({ modelUrl: team.url });
  const limits = { ...quickLimits, modelCallAttempts: 5 };
  const handle = await scene.start('When?', { pipeline: pipeline(), limits });
  for (const request of [2, 4, 5]) {
    await team.request(request);
    await loseOpenCall(scene);
  }
  const failure = await untilWaiting(handle);
  assert.equal(failure?.kind, 'ModelUnavailable');
  assert.equal(team.requests.length, 1 + 8);
  const [call] = await specialistCalls(handle);
  assert.deepEqual(
    call?.spans.map(({ message }) => message === lostMessage),
    [false, true, false, true, true, false, false, false],
  );
  await handle.signal('retry');
  assert.equal(((await handle.result()) as AnswerOutcome).kind, 'answered');
});

test('a call whose worker is lost ten times makes the run wait, and is made again once a person says so', async () => {
  await using team = await teamThat(...Array.from({ length: 10 }, () => hangs));
  await using scene = await openScene({ modelUrl: team.url });
  const handle = await scene.start('When?', { pipeline: pipeline() });
  for (let loss = 0; loss < 10; loss += 1) {
    await team.request(1 + loss);
    await loseOpenCall(scene);
  }
  const failure = await untilWaiting(handle);
  assert.deepEqual(failure && [failure.kind, failure.message], ['WorkerLost', 'lost with its worker 10 times']);
  assert.equal(team.requests.length, 1 + 10, 'it is not asked for an eleventh time');
  await handle.signal('retry');
  assert.equal(((await handle.result()) as AnswerOutcome).kind, 'answered');
});

test('attempts that work for too long, all together, end the call', async () => {
  await using team = await teamThat(hangs, hangs, hangs);
  await using scene = await openScene({ modelUrl: team.url });
  const limits = { ...quickLimits, modelCallSeconds: 20, modelCallTotalSeconds: 3 };
  const handle = await scene.start('When?', { pipeline: pipeline(), limits });
  await team.request(1);
  // The time of an attempt that is lost is known by its heartbeats.
  await until(async () => ((await handle.describe()).raw.pendingActivities?.[0]?.heartbeatDetails ? true : null));
  await loseOpenCall(scene);
  const failure = await untilWaiting(handle);
  assert.equal(failure?.kind, 'ModelTimedOut');
  const [call] = await specialistCalls(handle);
  assert.deepEqual(
    call?.spans.map(({ message }) => message),
    [lostMessage, 'specialist-llm did not end in time'],
  );
});

test('the token of a lost attempt fails no later one', async () => {
  await using team = await teamThat(hangs, hangs);
  await using scene = await openScene({ modelUrl: team.url });
  const handle = await scene.start('When?', { pipeline: pipeline() });
  await team.request(1);
  const token = await loseOpenCall(scene);
  await team.request(2);
  await assert.rejects(
    scene.client.activity.fail(Buffer.from(token, 'base64'), lostWithWorker()),
    ActivityNotFoundError,
  );
  await loseOpenCall(scene);
  assert.equal(((await handle.result()) as AnswerOutcome).kind, 'answered');
  assert.deepEqual(team.requests.map(roleOf), ['router', 'specialist', 'specialist', 'specialist']);
});
