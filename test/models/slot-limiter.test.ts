/** Slots within limits that change, by a clock of the test's own. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { SlotLimiter } from '../../models/slot-limiter.ts';

const never = new AbortController().signal;

test('whatever the order, no more calls are under way than the limit says, and nobody who may go waits', async () => {
  const step = fc.oneof(
    { weight: 4, arbitrary: fc.record({ do: fc.constant('take' as const) }) },
    { weight: 3, arbitrary: fc.record({ do: fc.constant('release' as const) }) },
    {
      weight: 1,
      arbitrary: fc.record({ do: fc.constant('change' as const), most: fc.option(fc.integer({ min: 1, max: 5 })) }),
    },
    { weight: 1, arbitrary: fc.record({ do: fc.constant('give up' as const), which: fc.nat(9) }) },
  );
  await fc.assert(
    fc.asyncProperty(fc.array(step, { maxLength: 40 }), async (steps) => {
      const otherwise = 7;
      using limiter = new SlotLimiter({ tokens: null, concurrency: 2 }, otherwise, () => 0);
      let [taken, most] = [0, 2];
      const waiting: { abort: () => void; got: boolean; gone: boolean }[] = [];
      for (const each of steps) {
        const before = taken;
        if (each.do === 'take') {
          const [giveUp, one] = [new AbortController(), { abort: () => giveUp.abort(), got: false, gone: false }];
          waiting.push(one);
          limiter.take(giveUp.signal).then(
            () => {
              one.got = true;
              taken += 1;
            },
            () => {
              one.gone = true;
            },
          );
        } else if (each.do === 'release' && taken > 0) {
          taken -= 1;
          limiter.release();
        } else if (each.do === 'change') {
          most = each.most ?? otherwise;
          limiter.change({ tokens: null, concurrency: each.most });
        } else if (each.do === 'give up') waiting.filter(({ got, gone }) => !got && !gone)[each.which]?.abort();
        await new Promise(setImmediate);
        const left = waiting.filter(({ got, gone }) => !got && !gone);
        assert.ok(left.length === 0 || taken >= most, `${left.length} wait while ${taken} of ${most} are taken`);
        assert.ok(taken <= Math.max(most, before));
        assert.deepEqual(
          waiting.filter(({ gone }) => !gone).map(({ got }) => got),
          waiting
            .filter(({ gone }) => !gone)
            .map(({ got }) => got)
            .toSorted((a, b) => Number(b) - Number(a)),
          'in order',
        );
      }
    }),
    { numRuns: 200 },
  );
});

test('in any minute no more tokens are used than the limit, its burst and what the calls in flight have used', () => {
  const limits = { tokens: 6000, concurrency: 3 };
  let fullest = 0;
  fc.assert(
    fc.property(
      fc.array(fc.record({ waits: fc.nat(9000), uses: fc.nat(1500) }), { minLength: 20, maxLength: 120 }),
      (calls) => {
        let nowMs = 0;
        using limiter = new SlotLimiter(limits, 40, () => nowMs);
        const used: { atMs: number; tokens: number }[] = [];
        for (const { waits, uses } of calls) {
          nowMs += waits;
          if (!limiter.tryTake()) continue;
          // It takes a second.
          nowMs += 1000;
          limiter.used(uses);
          limiter.release();
          used.push({ atMs: nowMs, tokens: uses });
        }
        for (const { atMs } of used) {
          const minute = used.filter((each) => each.atMs > atMs - 60_000 && each.atMs <= atMs);
          const sum = minute.reduce((all, { tokens }) => all + tokens, 0);
          fullest = Math.max(fullest, sum);
          assert.ok(sum <= limits.tokens + limits.tokens / 6 + 1500, `${sum} tokens in a minute`);
        }
      },
    ),
    { numRuns: 200 },
  );
  assert.ok(fullest > 5000);
});

test('whoever waits for tokens goes on by itself; a limit that is taken away lets all go', async () => {
  using limiter = new SlotLimiter({ tokens: 60_000, concurrency: null }, 40);
  limiter.used(10_050);
  assert.equal(limiter.tryTake(), false);
  await limiter.take(never);
  limiter.used(1_000_000);
  assert.equal(limiter.tryTake(), false);
  const waits = limiter.take(never);
  limiter.change({ tokens: null, concurrency: null });
  await waits;
});
