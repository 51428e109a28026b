/** Calls that wait for their turn within the limits of an endpoint: whose time it takes, and who goes first. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { WorkflowHandle } from '@temporalio/client';
import { writeLimitsFile } from '../../../config/model-limits.ts';
import { noLimits } from '../../../contracts/model/limits.ts';
import { benchmarkPriority, modelQueueOf, signals } from '../../../contracts/names.ts';
import type { AnswerOutcome, RunProgress } from '../../../contracts/run.ts';
import { queueFigures } from '../../../runtime/temporal/queue-rate.ts';
import { openScene, pipeline, quickLimits } from '../../support/scene.ts';
import { openAiError } from '../../support/scripted-server/scripted-server-reply.ts';
import { goodDraft, roleOf, says, startTeam } from '../../support/team.ts';
import { until } from '../../support/until.ts';

const limits = { ...quickLimits, queues: { model: 'model', fallback: 'model' } as const };

async function eventsOf(handle: WorkflowHandle) {
  return (await handle.fetchHistory()).events ?? [];
}

/** A call of the run waits, and nobody has begun it. */
const untilQueued = (handle: WorkflowHandle) =>
  until(async () => {
    const pending = (await handle.describe()).raw.pendingActivities ?? [];
    return pending.some(({ activityType }) => activityType?.name === 'routeQuestion') ? true : null;
  });

test("the queue of an endpoint takes no run's time, begins with its first limit, and gives a person's calls the next turns, and each its fair share", async () => {
  let failures = 0;
  await using team = await startTeam({
    specialist: () => {
      failures -= 1;
      return failures >= 0 ? openAiError(503, 'down for maintenance') : says(goodDraft);
    },
  });
  await using scene = await openScene({ modelUrl: team.url });
  // The repository is open at once then.
  await scene.ask('Before?', { pipeline: pipeline(), forcedRoute: 'code' });
  const before = team.requests.length;
  const brief = await scene.start('Brief?', { pipeline: pipeline({ budget: { wallClockSeconds: 6 } }), limits });
  const batch = await Promise.all(
    ['A?', 'B?', 'C?'].map((question) =>
      scene.start(question, { pipeline: pipeline(), limits, priority: benchmarkPriority('b') }),
    ),
  );
  for (const handle of [brief, ...batch]) await untilQueued(handle);
  const other = await scene.start('Other?', { pipeline: pipeline(), limits, priority: benchmarkPriority('c') });
  await untilQueued(other);
  const person = await scene.start('Person?', { pipeline: pipeline(), limits });
  await untilQueued(person);
  await until(async () => ((await eventsOf(brief)).some((event) => event.timerFiredEventAttributes) ? true : null));
  const waiting = await brief.query<RunProgress>('state');
  assert.deepEqual([waiting.stage, waiting.waitingFor], ['waiting', null]);
  assert.match(waiting.doing, /wait for their turn within the limits/);
  // Anybody may send a signal.
  for (const nonsense of [null, 7, 'call', {}, { key: 1, underWay: true }, { key: 'none', underWay: 'yes' }])
    await brief.signal(signals.call, nonsense);
  await brief.signal(signals.call);
  await brief.cancel();
  assert.equal(((await brief.result()) as AnswerOutcome).kind, 'cancelled');
  assert.equal(team.requests.length, before);
  failures = 1;
  writeLimitsFile(scene.dataDirectory, { model: { ...noLimits, requests: 6000, concurrency: 1 } });
  const outcomes = (await Promise.all([person, other, ...batch].map((each) => each.result()))) as AnswerOutcome[];
  assert.deepEqual(
    outcomes.map(({ kind }) => kind),
    outcomes.map(() => 'answered'),
  );
  const routed = team.requests
    .filter((request) => roleOf(request) === 'router')
    .map(({ text }) => /[A-Z]\w*\?/.exec(text)?.[0]);
  assert.deepEqual([routed[0], routed.length], ['Person?', 5]);
  assert.notEqual(routed.at(-1), 'Other?', 'who has one question waits for a fair share, not for all of another');
  const told = (await Promise.all([person, other, ...batch].map(eventsOf))).flat().flatMap((event) => {
    const { signalName, input } = event.workflowExecutionSignaledEventAttributes ?? {};
    const [payload] = input?.payloads ?? [];
    if (signalName !== signals.call || !payload?.data) return [];
    return [(JSON.parse(Buffer.from(payload.data).toString()) as { underWay: boolean }).underWay];
  });
  assert.equal(
    told.filter((underWay) => underWay).length,
    team.requests.length - before,
    'a run is told of each attempt',
  );
  assert.equal(told.filter((underWay) => !underWay).length, 1, 'and of the one that failed');
  const queue = { namespace: 'default', taskQueue: modelQueueOf(scene.taskQueue, 'model') };
  const { perMinute, workers } = await queueFigures(scene.client.workflowService, queue);
  assert.deepEqual([perMinute, workers], [6000, 1]);
});
