/** Holds the score tests to published figures, to hand-made ones and to a search of the constrained likelihood. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import {
  boundedMeanScore,
  gainRuledOutP,
  meanAndSd,
  nonInferiorityP,
  savingRuledOutP,
} from '../../../harness/statistics/non-inferiority.ts';
import { normalCdf } from '../../../harness/statistics/normal.ts';
import { tangoInterval, tangoScore } from '../../../harness/statistics/proportions.ts';
import { ratioInterval } from '../../../harness/statistics/ratio.ts';

const near = (actual: number | undefined, expected: number, within = 1e-9) =>
  assert.ok(Math.abs((actual ?? Number.NaN) - expected) <= within, `${actual} is not ${expected}`);
const repeat = (times: number, value: number) => Array.from({ length: times }, () => value);
const pairs = (gained: number, lost: number, n: number) => [
  ...repeat(gained, 1),
  ...repeat(lost, -1),
  ...repeat(n - gained - lost, 0),
];
const square = 1.959963984540054 ** 2;

test("Tango's interval of Bentur's 21 patients is the published one", () => {
  // Fagerland, Lydersen and Laake, Statistics in Medicine 33 (2014) 2850-2875: 1 and 7 of 21 discordant, -0.517 to -0.026
  const { low, high } = tangoInterval(1, 7, 21);
  near(low, -0.517, 0.0005);
  near(high, -0.026, 0.0005);
  const turned = tangoInterval(7, 1, 21);
  near(turned.low, -high);
  near(turned.high, -low);
});

test("Tango's interval where no pair differs, or all do alike, is that solved by hand", () => {
  for (const n of [1, 2, 10, 30, 300]) {
    // n d^2 / (d (1 - d)) = z^2
    const bound = square / (n + square);
    near(tangoInterval(0, 0, n).high, bound);
    near(tangoInterval(0, 0, n).low, -bound);
    // n (1 - d)^2 / (1 - d^2) = z^2
    const end = (n - square) / (n + square);
    near(tangoInterval(n, 0, n).low, end);
    assert.equal(tangoInterval(n, 0, n).high, 1);
    near(tangoInterval(0, n, n).high, -end);
    assert.equal(tangoInterval(0, n, n).low, -1);
  }
});

test("Tango's interval holds the estimate, lies within -1 and 1, and refuses what are no counts", () => {
  fc.assert(
    fc.property(fc.nat(30), fc.nat(30), fc.nat(30), (gained, lost, ties) => {
      const n = gained + lost + ties;
      if (n === 0) return;
      const { low, high } = tangoInterval(gained, lost, n);
      assert.ok(-1 <= low && low <= (gained - lost) / n && (gained - lost) / n <= high && high <= 1);
    }),
  );
  for (const [gained, lost, n] of [
    [-1, 0, 5],
    [0, -1, 5],
    [1.5, 0, 5],
    [3, 3, 5],
    [0, 0, 0],
  ] as const)
    assert.throws(() => tangoInterval(gained, lost, n), RangeError);
});

test("Tango's score at the ends, where nothing can vary, is infinite or 0", () => {
  assert.equal(tangoScore(0, 0, 10, 0), 0);
  assert.equal(tangoScore(3, 0, 10, 1), -Infinity);
  assert.equal(tangoScore(10, 0, 10, 1), 0);
  assert.equal(tangoScore(0, 3, 10, -1), Infinity);
});

test('the score of a bounded mean is Tango’s where every value is -1, 0 or 1', () => {
  fc.assert(
    fc.property(
      fc.nat(20),
      fc.nat(20),
      fc.nat(20),
      fc.integer({ min: -90, max: 90 }),
      (gained, lost, ties, percent) => {
        const n = gained + lost + ties;
        if (n === 0 || percent === 0) return;
        near(boundedMeanScore(pairs(gained, lost, n), percent / 100), tangoScore(gained, lost, n, percent / 100), 1e-6);
      },
    ),
  );
});

/** Likeliest shares of -1/2, 0, 1/2 and `end` with this mean, by search over the shares of 0 and `end`. */
function scoreBySearch([low, zero, high]: readonly [number, number, number], end: 1 | -1, mean: number): number {
  const log = (count: number, share: number) =>
    count === 0 ? 0 : share <= 0 ? -1e9 * (1 - share) : count * Math.log(share);
  const sharesOf = (atZero: number, atEnd: number) => {
    const [difference, sum] = [2 * (mean - end * atEnd), 1 - atZero - atEnd];
    return [(sum - difference) / 2, atZero, (sum + difference) / 2] as const;
  };
  const likelihood = (atZero: number, atEnd: number) => {
    const [one, two, three] = sharesOf(atZero, atEnd);
    const outside = Math.min(0, one, two, three);
    return outside < 0 ? -1e6 + 1e6 * outside : log(low, one) + log(zero, two) + log(high, three);
  };
  const search = (from: number, to: number, of: (at: number) => number) => {
    for (let step = 0; step < 90; step += 1) {
      const [one, other] = [from + (to - from) / 3, to - (to - from) / 3];
      if (of(one) < of(other)) from = one;
      else to = other;
    }
    return (from + to) / 2;
  };
  const bestZero = (atEnd: number) => search(0, 1, (atZero) => likelihood(atZero, atEnd));
  const atEnd = search(0, 1, (at) => likelihood(bestZero(at), at));
  const atZero = bestZero(atEnd);
  const [one, two, three] = sharesOf(atZero, atEnd);
  const variance = one * 0.25 + three * 0.25 + atEnd - (one + two + three + atEnd) * mean * mean;
  const n = low + zero + high;
  return ((high - low) / 2 - n * mean) / Math.sqrt(n * variance);
}

test('with halves the score is that of the likelihood found by search, whether or not the bound was needed', () => {
  for (const [counts, end, mean] of [
    [[3, 10, 4], 1, 0.1],
    [[3, 10, 4], 1, 0.4],
    [[0, 20, 0], 1, 0.05],
    [[1, 30, 0], 1, 0.1],
    [[2, 8, 9], -1, -0.1],
    [[0, 8, 4], -1, -0.3],
  ] as const) {
    const [low, zero, high] = counts;
    const values = [...repeat(low, -0.5), ...repeat(zero, 0), ...repeat(high, 0.5)];
    near(boundedMeanScore(values, mean), scoreBySearch(counts, end, mean), 1e-4);
  }
});

test('a score turns its sign with the values, is 0 at their mean, and refuses what lies outside', () => {
  const values = [0.5, -0.25, 1, 0, 0, -1, 0.75];
  near(
    boundedMeanScore(values, 0.2),
    -boundedMeanScore(
      values.map((value) => -value),
      -0.2,
    ),
  );
  near(boundedMeanScore(values, 1 / 7), 0, 1e-9);
  assert.equal(boundedMeanScore([0.5, -0.5], 0), 0);
  assert.ok(boundedMeanScore(values, 0.05) > 0 && boundedMeanScore(values, 0.3) < 0);
  near(boundedMeanScore([1 + 1e-12, 1], 0.5), Math.sqrt(2 / 3), 1e-9);
  for (const [bad, mean] of [
    [[], 0],
    [[0, 1.1], 0],
    [[0, -1.1], 0],
    [[0, Number.NaN], 0],
    [[0], 1],
    [[0], -1],
    [[0], Number.NaN],
  ] as const)
    assert.throws(() => boundedMeanScore(bad, mean), RangeError);
});

test('losses and gains are ruled out with p-values made by hand', () => {
  // erfc of 20 x .05 / sqrt(20 x .05 x .95) over the root of 2, halved
  near(nonInferiorityP(pairs(0, 0, 20), 0.05), 0.15245089408939416, 1e-14);
  near(gainRuledOutP(pairs(0, 0, 20), 0.05), 0.15245089408939416);
  const [gains, margin] = [pairs(7, 11, 200), 0.05];
  near(nonInferiorityP(gains, margin), 1 - normalCdf(tangoScore(7, 11, 200, -margin)), 1e-9);
  near(gainRuledOutP(gains, margin), normalCdf(tangoScore(7, 11, 200, margin)), 1e-9);
  assert.ok(nonInferiorityP(repeat(50, -0.1), 0.05) > 0.5 && gainRuledOutP(repeat(50, 0.1), 0.05) > 0.5);
  assert.deepEqual([nonInferiorityP([], 0.05), nonInferiorityP([1], 0.05), gainRuledOutP([-1], 0.05)], [1, 1, 1]);
  assert.ok(nonInferiorityP([1, 1], 0.05) < 0.1);
});

test('a saving is ruled out with p-values made by hand, and where the score interval ends', () => {
  // 1.25 - 1 twice: z is 0.5 / sqrt(0.125)
  near(savingRuledOutP([1, 1], [1, 1], 1.25), 0.07864960352514, 1e-12);
  near(savingRuledOutP([1.25, 2.5], [1, 2], 1.25), 1);
  assert.equal(savingRuledOutP([1], [1], 1.25), 1);
  assert.equal(savingRuledOutP([0, 0], [0, 0], 1.25), 1);
  assert.ok(savingRuledOutP([2, 4, 2], [1, 2, 1], 1.25) > 0.9);
  const [baseline, candidate] = [
    [3, 1, 4, 1, 5, 9, 2, 6],
    [2, 7, 1, 8, 2, 8, 1, 8],
  ] as const;
  const interval = ratioInterval(baseline, candidate);
  assert.ok(interval);
  near(savingRuledOutP(baseline, candidate, interval.high), 0.025, 1e-9);
  near(savingRuledOutP(baseline, candidate, interval.low), 0.975, 1e-9);
});

test('the standard deviation divides by one less than the values', () => {
  assert.deepEqual(meanAndSd([1, 2, 3, 4]), { mean: 2.5, sd: Math.sqrt(5 / 3) });
  assert.deepEqual(meanAndSd([1, 3]), { mean: 2, sd: Math.SQRT2 });
  assert.deepEqual(meanAndSd([7]), { mean: 7, sd: 0 });
});
