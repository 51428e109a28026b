/** The run's clock where a person is asked for more time before the work is ended. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { untilSpent } from '../../../workflows/answer-question/limits/clock.ts';
import { OpenWaits } from '../../../workflows/answer-question/limits/waits.ts';

/** Time goes by where something sleeps. A person grants each of these numbers of seconds, one when asked. */
async function run(limitMs: number, grants: readonly number[]) {
  let nowMs = 1_000_000;
  const [slept, asked]: [number[], number[]] = [[], []];
  const left = [...grants];
  const timers = {
    now: () => nowMs,
    sleep: async (milliseconds: number) => {
      slept.push(milliseconds);
      assert.ok(slept.length < 10, 'the clock never ends');
      nowMs += milliseconds;
    },
    until: () => Promise.reject(new Error('nothing waits for a person here')),
  };
  const moreTime = async () => {
    asked.push(nowMs - 1_000_000);
    const seconds = left.shift();
    assert.ok(seconds !== undefined, 'asked once too often');
    await Promise.resolve();
    return seconds;
  };
  await untilSpent(new OpenWaits(() => nowMs), limitMs, timers, moreTime);
  return { slept, asked };
}

test('each grant is slept in full, and whoever grants nothing ends it', async () => {
  assert.deepEqual(await run(5_000, [3, 1, 0]), { slept: [5_000, 3_000, 1_000], asked: [5_000, 8_000, 9_000] });
});

test('a person is asked at the very end of the time, and not before', async () => {
  assert.deepEqual(await run(5_000, [0]), { slept: [5_000], asked: [5_000] });
});

test('time that is over while a person is asked is asked for again', async () => {
  let nowMs = 0;
  const grants = [2, 10, 0];
  const slept: number[] = [];
  const sleep = async (milliseconds: number) => {
    slept.push(milliseconds);
    assert.ok(slept.length < 10, 'the clock never ends');
    nowMs += milliseconds;
  };
  const moreTime = async () => {
    // What is under way goes on meanwhile, so the time does, too.
    nowMs += grants.length === 1 ? 0 : 2_000;
    return grants.shift() ?? 0;
  };
  const until = () => Promise.reject(new Error('nothing waits for a person here'));
  await untilSpent(new OpenWaits(() => nowMs), 1_000, { now: () => nowMs, sleep, until }, moreTime);
  // Two seconds are over as they are granted; of the ten, two have gone by in the second request.
  assert.deepEqual(slept, [1_000, 8_000]);
});

test('the last millisecond counts, and without any time nothing is slept', async () => {
  assert.deepEqual((await run(1, [0])).slept, [1]);
  assert.deepEqual((await run(0, [])).slept, []);
});
