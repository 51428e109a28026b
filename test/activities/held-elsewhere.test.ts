import assert from 'node:assert/strict';
import { test } from 'node:test';
import { ApplicationFailure } from '@temporalio/common';
import { MockActivityEnvironment } from '@temporalio/testing';
import '../support/quiet-runtime.ts';
import { refusalsAllowed, whereHeld } from '../../activities/held-elsewhere.ts';

const holds = { own: 'here', shared: null };
const call = whereHeld(
  holds,
  (store: string) => store,
  async (store) => `done in ${store}`,
);

/** An attempt after so many that were given back. */
async function givenBack(refused: number): Promise<ApplicationFailure> {
  const environment = new MockActivityEnvironment({
    attempt: refused + 1,
    heartbeatDetails: { failures: 0, lost: 0, refused, spans: [], tookMs: 0 },
  });
  const ended = await environment.run(call, 'elsewhere').catch((error: unknown) => error);
  assert.ok(ended instanceof ApplicationFailure, String(ended));
  return ended;
}

test('what is held here is done; what is not is given back, until nobody has taken it for minutes', async () => {
  assert.equal(await new MockActivityEnvironment().run(call, 'here'), 'done in here');
  const first = await givenBack(0);
  assert.deepEqual([first.type, first.nonRetryable], ['HeldElsewhere', false]);
  assert.match(first.message, /kept in elsewhere, and this worker reaches here/);
  assert.equal((await givenBack(refusalsAllowed - 1)).nonRetryable, true);
});

test('two calls that are given back at the same moments do not come back at the same moments', async () => {
  const delays = async () => {
    const all: number[] = [];
    for (let refused = 0; refused < 20; refused += 1) all.push(Number((await givenBack(refused)).nextRetryDelay));
    return all;
  };
  const [one, other] = [await delays(), await delays()];
  assert.notDeepEqual(one, other);
  const [first, last] = [one[0] ?? 0, one.at(-1) ?? 0];
  assert.ok(first >= 125 && first <= 375, `${first}`);
  assert.ok(last >= 2_500 && last <= 7_500, `${last}`);
});
