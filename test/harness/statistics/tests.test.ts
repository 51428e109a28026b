/** Holds the significance tests to scipy 1.17.1, statsmodels 0.15.0 and published examples. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { mcnemarExact } from './mcnemar.ts';
import { normalCdf, normalQuantile } from '../../../harness/statistics/normal.ts';
import { signFlipTest } from './sign-flip.ts';
import { stepDown } from '../../../harness/statistics/step-down.ts';

const near = (actual: number, expected: number, relative = 1e-9) =>
  assert.ok(Math.abs(actual - expected) <= relative * Math.abs(expected) + 1e-300, `${actual} is not ${expected}`);

test('the normal distribution is that of scipy', () => {
  // scipy.stats.norm.cdf(z)
  for (const [z, p] of [
    [-3, 0.0013498980316300933],
    [-0.5, 0.3085375387259869],
    [0, 0.5],
    [1, 0.8413447460685429],
  ] as const)
    near(normalCdf(z), p, 1e-13);
  near(normalCdf(-8), 6.22096057427174e-16, 1e-8);
  // scipy.stats.norm.ppf(p)
  for (const [p, z] of [
    [1e-10, -6.361340902404056],
    [0.025, -1.9599639845400545],
    [0.3, -0.5244005127080409],
    [0.8, 0.8416212335729143],
    [0.999999, 4.753424308817087],
  ] as const)
    near(normalQuantile(p), z, 1e-13);
});

test("McNemar's exact test and its mid-p are those of statsmodels and scipy", () => {
  // mcnemar([[0, b], [c, 0]], exact=True).pvalue; 2 * binom.cdf(min, b + c, .5) - binom.pmf(min, b + c, .5)
  for (const [gained, lost, exact, midP] of [
    [15, 6, 0.0783538818359375, 0.0524787902832031],
    [10, 2, 0.03857421875, 0.02246093749999998],
    [0, 5, 0.0625, 0.03125],
    [121, 59, 4.4344492637551645e-6, 3.2666467957745733e-6],
    [3, 3, 1, 1],
  ] as const) {
    near(mcnemarExact(gained, lost), exact);
    near(mcnemarExact(gained, lost, true), midP);
  }
});

/** Differences of Darwin's 15 pairs of maize plants in eighths of an inch; Fisher 1935, section 21, gives p = 5.267 %. */
const maize = [49, -67, 8, 16, 6, 23, 28, 41, 14, 29, 56, 24, 75, 60, -48];

test("the sign-flip test of Darwin's maize is Fisher's", () => {
  const { method, greater, twoSided } = signFlipTest(maize);
  assert.equal(method, 'exact');
  // scipy.stats.permutation_test((maize,), mean, permutation_type='samples', n_resamples=inf).pvalue
  near(greater, 0.026336669921875);
  near(twoSided, 0.05267333984375);
});

test('shares of a few trials are tested exactly, whatever their signs', () => {
  const differences = [0.5, -1 / 3, 1 / 3, 0.25, 0.75, -0.25, 1 / 3, 0, 2 / 3, 0.1];
  const { greater, less, twoSided } = signFlipTest(differences);
  near(greater, 0.0390625);
  near(less, 0.97265625);
  near(twoSided, 0.078125);
});

test('many uneven differences are drawn, close to what enumeration would say', () => {
  const uneven = maize.map((value, at) => value + Math.SQRT2 * (at % 4) - 1);
  const exact = signFlipTest(uneven);
  const drawn = signFlipTest([...uneven, 1e-6, 1e-6 * Math.E, 1e-6 * Math.PI]);
  assert.deepEqual([exact.method, drawn.method], ['exact', 'monte-carlo']);
  assert.ok(Math.abs(exact.greater - drawn.greater) < 0.006, `${exact.greater} against ${drawn.greater}`);
  assert.equal(drawn.greater, signFlipTest([...uneven, 1e-6, 1e-6 * Math.E, 1e-6 * Math.PI]).greater);
});

test('a difference too large for draws gets a bound that is above the true chance', () => {
  const same = Array.from({ length: 60 }, (_, at) => 1 + Math.sqrt(at) / 100);
  const { greater } = signFlipTest(same);
  assert.ok(greater < 1e-6 && greater >= 0.5 ** 60, `${greater}`);
});

test('with one trial of right or wrong the sign-flip test is McNemar exactly', () => {
  fc.assert(
    fc.property(fc.nat(40), fc.nat(40), fc.nat(40), (gained, lost, ties) => {
      if (gained + lost + ties === 0) return;
      const repeat = (times: number, value: number) => Array.from({ length: times }, () => value);
      const { twoSided } = signFlipTest([...repeat(gained, 1), ...repeat(lost, -1), ...repeat(ties, 0)]);
      near(twoSided, mcnemarExact(gained, lost));
    }),
  );
});

test('no differences, or one that is no number, is refused', () => {
  assert.throws(() => signFlipTest([]), RangeError);
  assert.throws(() => signFlipTest([0, Number.NaN]), RangeError);
  assert.throws(() => mcnemarExact(1.5, 2), RangeError);
});

test("Holm's p-values are those of statsmodels", () => {
  // multipletests([0.01, 0.04, 0.03, 0.005, 0.2], method='holm')[1]
  const expected = [0.04, 0.09, 0.09, 0.025, 0.2];
  const holm = [0.01, 0.04, 0.03, 0.005, 0.2].map((p) => ({ p, sizeAt: (level: number) => level }));
  stepDown(holm).forEach((p, at) => {
    near(p, expected[at] ?? 0);
  });
});

test('a test that cannot be passed costs the others nothing', () => {
  const free = { p: 0.02, sizeAt: (level: number) => level };
  const hopeless = { p: 1, sizeAt: () => 0 };
  assert.equal(stepDown([free, hopeless, hopeless])[0], 0.02);
  assert.equal(stepDown([free, { p: 1, sizeAt: (level) => level }])[0], 0.04);
});
