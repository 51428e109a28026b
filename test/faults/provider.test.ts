import assert from 'node:assert/strict';
import { test } from 'node:test';
import { openCircuits } from '../../client/doctor/circuits.ts';
import { dataPaths } from '../../config/data-paths.ts';
import { loggedState } from '../../harness/run-log/logged-state.ts';
import type { AnswerOutcome, RunProgress } from '../../contracts/run.ts';
import { openScene, pipeline, quickLimits, replayAtEachTask } from '../support/scene.ts';
import { openAiError } from '../support/scripted-server/scripted-server-reply.ts';
import { shareScenes } from '../support/shared-in-file.ts';
import { goodDraft, roleOf, says, startTeam } from '../support/team.ts';
import { until } from '../support/until.ts';

replayAtEachTask();
shareScenes();

test('a rejected key fails at once and names the setting, after one request', async () => {
  await using team = await startTeam({ router: () => openAiError(401, 'Incorrect API key provided') });
  await using scene = await openScene({ modelUrl: team.url });
  const outcome = await scene.ask('When?', { pipeline: pipeline() });
  assert.equal(outcome.kind, 'unavailable');
  assert.equal(outcome.kind === 'unavailable' && outcome.failure.kind, 'ModelKeyRejected');
  assert.equal(outcome.kind === 'unavailable' && outcome.failure.setting, 'OPENAI_API_KEY');
  assert.equal(team.requests.length, 1);
});

test('busy and broken replies are retried, each attempt one request, and the answer is the same', async () => {
  const busy = (header: string, value: string) => ({
    ...openAiError(429, 'slow down'),
    headers: { [header]: value },
  });
  // A Retry-After of nothing is tried again at once.
  const script = [busy('retry-after-ms', '20'), openAiError(500, 'oops'), { fault: 'cut' } as const];
  await using team = await startTeam({}, [...script, says('code'), busy('retry-after', '0')]);
  await using scene = await openScene({ modelUrl: team.url });
  const { kind, state } = await scene.ask('When?', { pipeline: pipeline() });
  assert.equal(kind, 'answered');
  assert.equal(state.usage.modelCalls, 3);
  assert.deepEqual(team.requests.map(roleOf), [...Array(4).fill('router'), ...Array(3).fill('specialist')]);
  assert.deepEqual(team.leftovers(), []);
});

test('a Retry-After beyond the limits is slept by the workflow and spends no attempt', async () => {
  const wait = { ...openAiError(429, 'come back later'), headers: { 'retry-after': '3' } };
  await using team = await startTeam({}, [wait, wait]);
  await using scene = await openScene({ modelUrl: team.url });
  const limits = { ...quickLimits, modelCallTotalSeconds: 2, modelCallAttempts: 1 };
  const handle = await scene.start('When?', { pipeline: pipeline(), limits });
  const outcome = (await handle.result()) as AnswerOutcome;
  assert.equal(outcome.kind, 'answered');
  const { events = [] } = await handle.fetchHistory();
  const timers = (events ?? []).filter((event) => event.timerStartedEventAttributes);
  const slept = timers.filter((event) => Number(event.timerStartedEventAttributes?.startToFireTimeout?.seconds) === 3);
  assert.equal(slept.length, 2);
});

test('a provider that stays away makes the run wait, visibly, and a signal takes it up again', async () => {
  let back = false;
  await using team = await startTeam({
    router: () => (back ? says('code') : openAiError(503, 'down for maintenance')),
    specialist: () => says(goodDraft),
  });
  await using scene = await openScene({ modelUrl: team.url });
  const limits = { ...quickLimits, modelCallAttempts: 2 };
  const handle = await scene.start('When?', { pipeline: pipeline(), limits });
  const waiting = await until(async () => {
    // Each query is answered by a replay here: the run is asked once no activity is open.
    if (((await handle.describe()).raw.pendingActivities ?? []).length > 0) return null;
    const progress = await handle.query<RunProgress>('state');
    return progress.stage === 'waiting' ? progress : null;
  });
  assert.equal(waiting.waitingFor?.kind, 'ModelUnavailable');
  assert.equal(team.requests.length, 2);
  back = true;
  await handle.signal('retry');
  const outcome = (await handle.result()) as AnswerOutcome;
  assert.equal(outcome.kind, 'answered');
  assert.deepEqual(team.requests.map(roleOf).slice(0, 3), ['router', 'router', 'router']);
});

test('cancelling a run aborts the HTTP request in flight', async () => {
  await using team = await startTeam({ router: () => ({ fault: 'hang' }) });
  await using scene = await openScene({ modelUrl: team.url });
  const handle = await scene.start('When?', { pipeline: pipeline() });
  const inFlight = await team.request(0);
  await handle.cancel();
  assert.equal(await inFlight.ended, 'aborted');
  const outcome = (await handle.result()) as AnswerOutcome;
  assert.equal(outcome.kind, 'cancelled');
  assert.equal(team.requests.length, 1);
});

test('a money limit refuses a model without a price before it is paid', async () => {
  await using team = await startTeam();
  await using scene = await openScene({ modelUrl: team.url });
  const outcome = await scene.ask('When?', { pipeline: pipeline({ budget: { costUsd: 1 } }) });
  assert.equal(outcome.kind === 'unavailable' && outcome.failure.kind, 'ModelUnpriced');
  assert.equal(team.requests.length, 0);
});

test('a spent budget ends the run with the best draft that it has', async () => {
  const nothing = { ...goodDraft, citations: [] };
  await using team = await startTeam({ specialist: () => says(nothing) });
  await using scene = await openScene({ modelUrl: team.url });
  const outcome = await scene.ask('When?', {
    pipeline: pipeline({ budget: { modelCalls: 3 }, gate: { retryLimit: 9 } }),
  });
  assert.equal(outcome.kind, 'budget-spent');
  assert.equal(outcome.kind === 'budget-spent' && outcome.limit, 'modelCalls');
  assert.equal(outcome.state.final_answer, nothing.answer);
  assert.equal(team.requests.length, 3);
});

test('the wall clock ends a run whose model hangs', async () => {
  await using team = await startTeam({ specialist: () => ({ fault: 'hang' }) });
  await using scene = await openScene({ modelUrl: team.url });
  const outcome = await scene.ask('When?', { pipeline: pipeline({ budget: { wallClockSeconds: 2 } }) });
  assert.equal(outcome.kind === 'budget-spent' && outcome.limit, 'wallClockSeconds');
  assert.equal(outcome.state.route, 'code');
});

test('a fallback model at another endpoint answers while the first is out, and the run says so; the next run does not find out anew', async () => {
  const down = openAiError(503, 'down for maintenance');
  await using first = await startTeam({ specialist: () => down });
  await using second = await startTeam();
  const circuit = { failures: 2, seconds: 600 };
  const model = { circuit, fallback: { baseUrl: second.url, apiKey: 'sk-second' } };
  await using scene = await openScene({ modelUrl: first.url, model });
  const specialists = pipeline().specialists.map((each) => ({ ...each, model: 'big', fallbackModel: 'small' }));
  const ask = () =>
    scene.ask('When?', { pipeline: pipeline({ specialists }), limits: { ...quickLimits, modelCallAttempts: 2 } });
  const { kind, state } = await ask();
  assert.equal(kind, 'answered');
  assert.deepEqual(state.fallbacks, { specialist: { model: 'test-model', calls: 2, after: 'ModelUnavailable' } });
  assert.deepEqual(loggedState(state).fallbacks, state.fallbacks);
  assert.deepEqual(first.requests.map(roleOf), ['router', 'specialist', 'specialist']);
  assert.deepEqual(
    second.requests.map(({ body, headers }) => [body.model, headers.authorization]),
    [
      ['small', 'Bearer sk-second'],
      ['small', 'Bearer sk-second'],
    ],
  );
  const again = await ask();
  assert.equal(again.kind, 'answered');
  assert.deepEqual(again.state.fallbacks, state.fallbacks);
  assert.deepEqual(
    first.requests.map(roleOf).slice(3),
    ['router'],
    'the specialist of the first endpoint is left alone',
  );
  const [open, ...others] = openCircuits(dataPaths(scene.dataDirectory).circuits);
  assert.deepEqual([open?.model, open?.failures, others], ['big', 2, []]);
});
