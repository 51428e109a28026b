import assert from 'node:assert/strict';
import { test } from 'node:test';
import { ActivityFailure, ApplicationFailure, TimeoutFailure, type TimeoutType } from '@temporalio/common';
import { failureKinds } from '../../contracts/failures.ts';
import { givenUp, readFailure } from '../../workflows/answer-question/failures.ts';

const timeout = (type: TimeoutType, cause?: Error) =>
  Object.assign(new TimeoutFailure('activity timed out', undefined, type), { cause });
const failed = (activityType: string, cause?: Error) =>
  new ActivityFailure('Activity task failed', activityType, '1', 'TIMEOUT', 'w', cause);

for (const [activity, kind] of [
  ['openRepository', 'RepositoryTimedOut'],
  ['runTool', 'ToolTimedOut'],
  ['verifyCitations', 'CitationCheckTimedOut'],
  ['callSpecialist', 'ModelTimedOut'],
  ['routeQuestion', 'ModelTimedOut'],
  ['judgeDraft', 'ModelTimedOut'],
] as const) {
  test(`${activity} that does not end in time is ${kind}, or WorkerLost without heartbeats`, () => {
    for (const type of ['START_TO_CLOSE', 'SCHEDULE_TO_CLOSE', 'SCHEDULE_TO_START'] as const) {
      const { failure, expired, wait } = readFailure(failed(activity, timeout(type)));
      assert.deepEqual([failure.kind, failure.setting], [kind, failureKinds[kind].setting]);
      assert.match(failure.message, new RegExp(`^${activity} did not end in time`));
      assert.deepEqual([expired, wait], [true, true]);
    }
    for (const cause of [timeout('HEARTBEAT'), timeout('SCHEDULE_TO_CLOSE', timeout('HEARTBEAT'))]) {
      const { failure, expired } = readFailure(failed(activity, cause));
      assert.deepEqual([failure.kind, failure.setting, expired], ['WorkerLost', 'SWITCHYARD_HEARTBEAT_SECONDS', true]);
    }
  });
}

test('a limit over all attempts shows what the last attempt failed with', () => {
  const busy = ApplicationFailure.create({ type: 'ModelBusy', message: 'slow down', details: [{ wait: true }] });
  const { failure, expired, wait } = readFailure(failed('callSpecialist', timeout('SCHEDULE_TO_CLOSE', busy)));
  assert.deepEqual([failure.kind, failure.message, expired, wait], ['ModelBusy', 'slow down', false, true]);
});

test('a failure of no known cause is unforeseen, and no time-out', () => {
  const { failure, expired } = readFailure(failed('runTool'));
  assert.deepEqual([failure.kind, failure.setting, expired], ['Unforeseen', null, false]);
});

test('what nobody came for keeps its kind and says how long the run waited', () => {
  const failure = { kind: 'ModelUnavailable', message: 'x'.repeat(1000), setting: 'OPENAI_BASE_URL' } as const;
  const { kind, setting, message } = givenUp(failure, 30 * 86_400);
  assert.deepEqual([kind, setting], ['ModelUnavailable', 'OPENAI_BASE_URL']);
  assert.match(message, /^nobody took the run up again within 30 days: x/);
  assert.equal(message.length, 1000);
});

test('what failed attempts have paid before a time-out is read from the last heartbeat', () => {
  const span = { key: '1#1', name: 'specialist-llm', type: 'generation', startMs: 1, endMs: 2, attempt: 1 };
  const lost = new TimeoutFailure('activity timed out', { spans: [span] }, 'HEARTBEAT');
  const outOfTime = Object.assign(new TimeoutFailure('activity timed out', undefined, 'SCHEDULE_TO_CLOSE'), {
    cause: lost,
  });
  for (const cause of [lost, outOfTime]) assert.deepEqual(readFailure(failed('callSpecialist', cause)).spans, [span]);
});

test('an error that is no failure of an activity is a mistake of ours, and is thrown', () => {
  assert.throws(() => readFailure(new Error('ours')), /ours/);
});

test('what is not known of a failure is said so', () => {
  const unknown = readFailure(failed('runTool'));
  assert.deepEqual(unknown.failure, {
    kind: 'Unforeseen',
    message: 'runTool failed (no reason given)',
    setting: failureKinds.Unforeseen.setting,
  });
  const bare = readFailure(failed('runTool', ApplicationFailure.create({ message: 'no details' })));
  assert.deepEqual(bare, {
    failure: { kind: 'Unforeseen', message: 'no details', setting: null },
    ...{ retryAfterMs: null, wait: false, expired: false, spans: [], done: {} },
  });
  const without = Object.assign(ApplicationFailure.create({ message: 'none' }), { details: undefined });
  assert.equal(readFailure(failed('runTool', without)).wait, false);
});

test('messages say what happened, and are cut', () => {
  const lost = readFailure(failed('runTool', timeout('HEARTBEAT'))).failure;
  assert.equal(lost.message, 'runTool was lost with its worker (activity timed out)');
  assert.equal(readFailure(failed('runTool', new Error('x'.repeat(2000)))).failure.message.length, 1000);
  const failure = { kind: 'ModelBusy', message: 'busy', setting: null } as const;
  assert.match(givenUp(failure, 86_400).message, /within 1 days: busy/);
  assert.match(givenUp(failure, 86_399).message, /within 86399 s: busy/);
});
