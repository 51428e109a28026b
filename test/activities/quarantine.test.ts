/** Which of the calls that are lost with their workers is left to a person: the one that ends them, and no other. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { ApplicationFailure } from '@temporalio/common';
import { MockActivityEnvironment } from '@temporalio/testing';
import '../support/quiet-runtime.ts';
import { type Carried, lossesAllowed } from '../../activities/attempts.ts';
import { runActivity } from '../../activities/context.ts';
import { growingSlots } from '../../worker/activity-slots.ts';

const about = {
  name: 'call',
  type: 'generation',
  limits: { attempts: 5, totalSeconds: 600, timedOut: 'ModelTimedOut' },
};
const nothing = () => {};
const silent = { log: nothing, trace: nothing, debug: nothing, info: nothing, warn: nothing, error: nothing };
const reserve = {} as never;
const used = { permit: {}, slotInfo: { type: 'activity', activityType: 'call' } } as const;

type Call = {
  name: string;
  attempt: number;
  /** As the server knows them. */
  details: Carried | undefined;
  endsWorker: boolean;
  end: 'done' | 'WorkerLost' | null;
};

const callOf = (name: string, endsWorker = false): Call => ({
  ...{ name, attempt: 1, details: undefined, endsWorker, end: null },
});

/** One attempt in a worker: it is at work until it is finished, or lost. */
function attemptAt(call: Call) {
  const { promise: finished, resolve } = Promise.withResolvers<void>();
  let isAlive = true;
  const hear = (details: unknown) => {
    if (isAlive) call.details = details as Carried;
  };
  const client = {
    activity: { heartbeat: async (_: Uint8Array, details: unknown) => hear(details) },
    withAbortSignal: (_: AbortSignal, work: () => unknown) => work(),
  };
  const environment = new MockActivityEnvironment(
    { attempt: call.attempt, heartbeatDetails: call.details, activityId: call.name },
    { client: client as never, logger: silent },
  );
  environment.on('heartbeat', hear);
  let isAtWork = false;
  const run = () =>
    runActivity(about as never, async () => {
      isAtWork = true;
      await finished;
      return { result: call.name, usage: null };
    });
  const ended = environment.run(run).then(
    () => (isAlive ? 'done' : 'lost'),
    (error: unknown) => {
      if (!isAlive) return 'lost';
      return error instanceof ApplicationFailure && error.nonRetryable ? 'WorkerLost' : 'given back';
    },
  );
  const lose = async () => {
    isAlive = false;
    resolve();
    await ended;
  };
  return { call, isAtWork: () => isAtWork, finish: resolve, ended, lose };
}

type Attempt = ReturnType<typeof attemptAt>;
const settled = () => new Promise((resolve) => setImmediate(resolve));

/**
 * A worker that lives until it has done so much, shared alike by the calls that it is at, each of which takes 1; or until a
 * call ends it. @returns whether one did
 */
async function live(queue: Call[], power: number): Promise<boolean> {
  using slots = growingSlots(40);
  const done = new Map<Attempt, number>();
  const back: Call[] = [];
  const take = async () => {
    while (queue.length > 0 && slots.tryReserveSlot(reserve) !== null) {
      const call = queue.shift();
      if (call === undefined) break;
      const attempt = attemptAt(call);
      await settled();
      if (attempt.isAtWork()) done.set(attempt, 0);
      else {
        const end = await attempt.ended;
        if (end === 'WorkerLost') call.end = end;
        else {
          call.attempt += 1;
          back.push(call);
        }
        slots.releaseSlot({ ...used });
      }
      if (attempt.isAtWork() && call.endsWorker) return true;
    }
    return false;
  };
  let endedBy = await take();
  for (let spent = 0; !endedBy && spent < power && done.size > 0; ) {
    const left = Math.min(...[...done.values()].map((had) => 1 - had));
    const each = Math.min(left, (power - spent) / done.size);
    spent += each * done.size;
    for (const [attempt, had] of done) {
      done.set(attempt, had + each);
      if (had + each < 1 - 1e-9) continue;
      done.delete(attempt);
      attempt.finish();
      attempt.call.end = (await attempt.ended) as 'done';
      slots.releaseSlot({ ...used });
    }
    endedBy = await take();
  }
  for (const attempt of done.keys()) {
    await attempt.lose();
    attempt.call.attempt += 1;
  }
  // What was lost comes back behind what waits.
  queue.push(...[...done.keys()].map(({ call }) => call), ...back);
  return endedBy;
}

test('of a hundred calls whose workers die after a dozen each none is left to a person', async () => {
  const calls = Array.from({ length: 100 }, (_, at) => callOf(`call ${at}`));
  const queue = [...calls];
  let lives = 0;
  for (; queue.length > 0 && lives < 200; lives += 1) await live(queue, 4 + (lives % 3) * 8);
  assert.deepEqual(
    calls.filter(({ end }) => end !== 'done').map(({ name, attempt, end }) => ({ name, attempt, end })),
    [],
  );
});

test('a call that ends each worker is left to a person after ten, though it is among many others', async () => {
  const bad = callOf('bad', true);
  const calls = [...Array.from({ length: 30 }, (_, at) => callOf(`call ${at}`)), bad];
  const queue = [...calls];
  let ended = 0;
  for (let lives = 0; queue.length > 0 && lives < 300; lives += 1) ended += Number(await live(queue, 6));
  assert.equal(bad.end, 'WorkerLost');
  assert.ok(ended <= lossesAllowed, `it has ended ${ended} workers`);
  assert.deepEqual(
    calls.filter(({ end }) => end !== 'done').map(({ name }) => name),
    ['bad'],
  );
});

test('of suspects a worker is at one at a time, and takes little else meanwhile', async () => {
  using slots = growingSlots(40);
  const suspect = (name: string): Call => ({
    ...callOf(name),
    attempt: 4,
    details: { spans: [], failures: 0, lost: 3, tookMs: 0 },
  });
  const [one, other] = [suspect('one'), suspect('other')];
  const first = attemptAt(one);
  await settled();
  assert.equal(first.isAtWork(), true);
  let given = 0;
  while (slots.tryReserveSlot(reserve) !== null) given += 1;
  assert.equal(given, 4);
  const second = attemptAt(other);
  assert.equal(await second.ended, 'given back');
  assert.deepEqual([other.details?.lost, other.details?.setAside, other.details?.refused], [3, 1, 1]);
  first.finish();
  assert.equal(await first.ended, 'done');
  while (slots.tryReserveSlot(reserve) !== null) given += 1;
  assert.equal(given, 8);
  const third = attemptAt({ ...other, attempt: 5 });
  await settled();
  assert.equal(third.isAtWork(), true);
  third.finish();
  await third.ended;
});

test('an attempt in quarantine that the server never heard of had not begun, and says nothing of the call', async () => {
  const call = { ...callOf('late'), attempt: 20, details: { spans: [], failures: 0, lost: 3, tookMs: 0 } };
  const attempt = attemptAt(call);
  await settled();
  assert.deepEqual([call.details.lost, (call.details as Carried).setAside], [3, 16]);
  attempt.finish();
  assert.equal(await attempt.ended, 'done');
});
