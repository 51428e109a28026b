/** Small figures, each with a value made by hand, published, or found by other code. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { bcaInterval, percentileInterval } from '../../../harness/statistics/bootstrap.ts';
import { meanOfAll, meanOfKnown } from '../../../harness/statistics/mean.ts';
import { normalCdf, normalQuantile } from '../../../harness/statistics/normal.ts';
import { nullDistribution } from '../../../harness/statistics/null-distribution.ts';
import { detectableDifference, expectedSd, questionsNeeded } from '../../../harness/statistics/power.ts';
import { wilsonInterval } from '../../../harness/statistics/proportions.ts';
import { normalDraw, randomBits, seededRandom, seedFor } from '../../../lib/random.ts';
import { ratioInterval } from '../../../harness/statistics/ratio.ts';
import { stepDown } from '../../../harness/statistics/step-down.ts';

const near = (actual: number | undefined, expected: number, within = 1e-12) =>
  assert.ok(Math.abs((actual ?? Number.NaN) - expected) <= within, `${actual} is not ${expected}`);
const drawing = { draws: 999, seed: 1 };
const repeat = (times: number, value: number) => Array.from({ length: times }, () => value);

test('a mean of figures that may be unknown', () => {
  assert.deepEqual([meanOfAll([1, 3]), meanOfAll([1, null]), meanOfAll([]), meanOfAll([0])], [2, null, null, 0]);
  assert.deepEqual([meanOfKnown([4, null, 2]), meanOfKnown([null]), meanOfKnown([])], [3, null, null]);
});

test('power: one question, none, one always enough, and spreads by trials', () => {
  const sensitivity = { alpha: 0.05, power: 0.8 };
  near(detectableDifference(1, 0.5, sensitivity), 1.2432374, 1e-6);
  near(detectableDifference(4, 0.5, sensitivity), 0.6216187, 1e-6);
  assert.equal(detectableDifference(0, 0.5, sensitivity), Infinity);
  assert.equal(detectableDifference(0, 0, sensitivity), Infinity, 'no questions show nothing, whatever they spread');
  assert.equal(questionsNeeded(10, 0.1, sensitivity), 1);
  assert.deepEqual([expectedSd(4), expectedSd(0), expectedSd(1, 0.36)], [0.25, 0.5, 0.6]);
});

test('random bits are mulberry32’s, seeds FNV-1a’s, normal numbers those of Box and Muller', () => {
  // The same generators in Python; FNV-1a of "foobar" is 0xbf9cf968 (Fowler, Noll and Vo's test vectors).
  const bits = randomBits(1);
  assert.deepEqual([bits(), bits(), bits()], [2_693_262_067, 11_749_833, 2_265_367_787]);
  assert.equal(seededRandom(1)(), 2_693_262_067 / 2 ** 32);
  assert.deepEqual([seedFor(0, 'a') >>> 0, seedFor(0, 'foobar') >>> 0], [0xe40c292c, 0xbf9cf968]);
  assert.equal(seedFor(7, 'foobar'), -1_559_684_077);
  const of = (...values: number[]) => normalDraw(() => values.shift() ?? Number.NaN);
  near(of(0.5, 0), Math.sqrt(2 * Math.LN2));
  near(of(0.5, 0.5), -Math.sqrt(2 * Math.LN2));
  near(of(0, 0.3), 0);
});

test('the normal distribution at its seams and ends', () => {
  assert.deepEqual([normalCdf(38), normalCdf(-38)], [1, 0]);
  // scipy.stats.norm.cdf(z)
  for (const [z, p] of [
    [-10, 7.619853024160593e-24],
    [-20, 2.7536241186063314e-89],
    [-37, 5.725571222525139e-300],
  ] as const)
    near(normalCdf(z) / p, 1, 1e-8);
  // scipy.stats.norm.ppf(1e-15)
  near(normalQuantile(1e-15), -7.941345326170998, 1e-12);
  for (const p of [1e-12, 1e-11, 2e-11, 0.001, 0.0749, 0.0751, 0.4999]) {
    assert.ok(Math.abs(normalCdf(normalQuantile(p)) / p - 1) < 1e-7, `${p}`);
    if (p > 0.01) near(normalQuantile(1 - p), -normalQuantile(p));
  }
  for (const z of [7.0, 7.08, 20, 36]) {
    const [one, other] = [normalCdf(-z), normalCdf(-z - 1e-6)];
    assert.ok(other < one && other > one * 0.9999, `${z}`);
  }
  assert.deepEqual([normalQuantile(0), normalQuantile(1), normalQuantile(0.5)], [-Infinity, Infinity, 0]);
  for (const bad of [-0.01, 1.01, Number.NaN]) assert.throws(() => normalQuantile(bad), RangeError);
});

test("Wilson's intervals are those of Newcombe's table", () => {
  // Newcombe, Statistics in Medicine 17 (1998) 857-872, table I, method 3
  for (const [successes, n, low, high] of [
    [81, 263, 0.2553, 0.3662],
    [15, 148, 0.0624, 0.1605],
    [0, 20, 0, 0.1611],
    [1, 29, 0.0061, 0.1718],
  ] as const) {
    const interval = wilsonInterval(successes, n);
    near(interval.low, low, 5.1e-5);
    near(interval.high, high, 5.1e-5);
    const turned = wilsonInterval(n - successes, n);
    near(turned.low, 1 - interval.high);
    near(turned.high, 1 - interval.low);
  }
  for (let n = 1; n <= 60; n += 1) assert.deepEqual([wilsonInterval(0, n).low, wilsonInterval(n, n).high], [0, 1]);
  for (const [successes, n] of [
    [6, 5],
    [-1, 5],
    [0, 0],
    [0.5, 5],
    [1, 1.5],
  ] as const)
    assert.throws(() => wilsonInterval(successes, n), RangeError);
});

test('a ratio has no interval where its denominators may be 0, and none of width where all pairs agree', () => {
  assert.equal(ratioInterval([2, 2], [1, 1]), null);
  assert.equal(ratioInterval([1, 1], [0, 0]), null, 'nothing below the line');
  assert.equal(ratioInterval(repeat(10, 1), [1, -1, 1, -1, 1, -1, 1, -1, 1, -1]), null);
  const { low, high } = ratioInterval(repeat(10, 2), repeat(10, 1)) ?? { low: 0, high: 0 };
  near(low, 2, 1e-6);
  near(high, 2, 1e-6);
});

test('chances of two differences, on a grid and off it', () => {
  for (const [sizes, method] of [
    [[1, 2], 'exact'],
    [[-1, Math.PI - 1], 'exact'],
  ] as const) {
    const { atLeast, attainable, ...rest } = nullDistribution(sizes, drawing);
    assert.equal(rest.method, method);
    const [one, other] = sizes.map(Math.abs);
    const [sum, difference] = [((one ?? 0) + (other ?? 0)) / 2, ((other ?? 0) - (one ?? 0)) / 2];
    assert.deepEqual([sum, difference, -difference, -sum, -9].map(atLeast), [0.25, 0.5, 0.75, 1, 1]);
    assert.deepEqual([difference + 1e-5, sum - 1e-5, sum + 1].map(atLeast), [0.25, 0.25, 0.25]);
    assert.deepEqual([0.24, 0.25, 0.3, 0.5, 0.74, 1].map(attainable), [0, 0.25, 0.25, 0.5, 0.5, 1]);
  }
});

test('questions without a difference count in the mean, and alone say nothing', () => {
  assert.deepEqual([0.25, 0.26, -0.25].map(nullDistribution([1, 0, 0, 0], drawing).atLeast), [0.5, 0.5, 1]);
  const none = nullDistribution([0, 0, 0], drawing);
  assert.deepEqual([none.method, none.atLeast(0), none.attainable(0.5), none.attainable(1)], ['exact', 1, 0, 1]);
  assert.ok(none.atLeast(0.01) < 1e-9);
  assert.equal(nullDistribution([], drawing).atLeast(0), 1);
});

test('sixteen uneven differences are enumerated, seventeen drawn; sixtieths lie on a grid, sixty-firsts do not', () => {
  const methodOf = (sizes: readonly number[]) => nullDistribution(sizes, drawing).method;
  const uneven = (n: number) => Array.from({ length: n }, (_, at) => Math.sqrt(at + 2));
  assert.deepEqual([methodOf(uneven(16)), methodOf(uneven(17))], ['exact', 'monte-carlo']);
  const parts = (of: number) => Array.from({ length: 17 }, (_, at) => (at + 1) / of);
  assert.deepEqual([methodOf(parts(60)), methodOf(parts(61))], ['exact', 'monte-carlo']);
  assert.equal(methodOf(repeat(2000, 30)), 'monte-carlo');
});

test('small and large units change nothing', () => {
  const sizes = [3, 1, 4, 1, 5, 9, 2, 6, 5, 3, 5, 8, 9, 7, 9, 3, 2, 3];
  const mean = sizes.reduce((sum, size) => sum + size, 0) / sizes.length;
  const whole = nullDistribution(sizes, drawing).atLeast(mean / 2);
  assert.ok(whole > 0.01 && whole < 0.1);
  for (const unit of [1e-9, 1e-5, 1e9]) {
    const scaled = nullDistribution(
      sizes.map((size) => size * unit),
      drawing,
    );
    near(scaled.atLeast((mean / 2) * unit), whole, 0.025);
  }
});

test('the step-down sums what the later tests can spend, never falls, and ends at 1', () => {
  const free = (p: number) => ({ p, sizeAt: (level: number) => level });
  assert.deepEqual(stepDown([free(0.4), free(0.4), free(0.4)]), [1, 1, 1]);
  assert.deepEqual(stepDown([free(0.5), { p: 0.02, sizeAt: (level) => level / 2 }]), [0.5, 0.03]);
  const half = { p: 0.03, sizeAt: () => 0.01 };
  assert.deepEqual(stepDown([free(0.02), half]), [0.03, 0.03]);
  assert.deepEqual(stepDown([]), []);
});

/** Efron's BCa written anew: sorted resamples, the same lots. */
function bcaAnew(values: readonly number[], { draws, seed }: typeof drawing) {
  const n = values.length;
  const [random, sum] = [
    seededRandom(seed),
    (all: readonly number[]) => all.reduce((total, value) => total + value, 0),
  ];
  const means = Array.from({ length: draws }, () => sum(values.map(() => values[Math.floor(random() * n)] ?? 0)) / n);
  means.sort((one, other) => one - other);
  const mean = sum(values) / n;
  const below = means.filter((each) => each < mean - 1e-12).length;
  const equal = means.filter((each) => Math.abs(each - mean) <= 1e-12).length;
  const bias = normalQuantile((below + equal / 2) / draws);
  const left = values.map((value) => (sum(values) - value) / (n - 1));
  const gaps = left.map((each) => sum(left) / n - each);
  const skew = sum(gaps.map((gap) => gap ** 3)) / (6 * sum(gaps.map((gap) => gap ** 2)) ** 1.5);
  const at = (level: number) => {
    const z = bias + normalQuantile(level);
    const place = normalCdf(bias + z / (1 - skew * z)) * (draws - 1);
    const [low, high] = [means[Math.floor(place)] ?? 0, means[Math.ceil(place)] ?? 0];
    return low + (high - low) * (place % 1);
  };
  return { means, low: at(0.025), high: at(0.975) };
}

test('bootstrap intervals are those of the same method written anew', () => {
  const values = [1, 7, 2, 29, 4, 3, 13, 5, 2, 51];
  const anew = bcaAnew(values, drawing);
  const interval = bcaInterval([values], ([mean = Number.NaN]) => mean, drawing);
  near(interval?.low, anew.low, 1e-9);
  near(interval?.high, anew.high, 1e-9);
  const plain = percentileInterval(values, drawing);
  near(plain.low, anew.means[24] ?? 0, 1e-9);
  near(plain.high, anew.means[974] ?? 0, 1e-9);
  assert.throws(() => bcaInterval([], () => 0), RangeError);
  assert.throws(() => bcaInterval([[]], () => 0), RangeError);
  assert.ok(bcaInterval([[1, 2]], ([mean = Number.NaN]) => mean, drawing));
});
