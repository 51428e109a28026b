/** Holds the intervals to scipy 1.17.1, statsmodels 0.15.0 and published examples. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { bcaInterval, percentileInterval } from '../../../harness/statistics/bootstrap.ts';
import { nonInferiorityP } from '../../../harness/statistics/non-inferiority.ts';
import { detectableDifference, expectedSd, questionsNeeded } from '../../../harness/statistics/power.ts';
import { tangoInterval } from '../../../harness/statistics/proportions.ts';

const near = (actual: number | undefined, expected: number, within: number) =>
  assert.ok(Math.abs((actual ?? Number.NaN) - expected) <= within, `${actual} is not ${expected}`);
const drawing = { draws: 20_000, seed: 7 };
const mean = ([value = Number.NaN]: readonly number[]) => value;
const ratio = ([one = Number.NaN, other = Number.NaN]: readonly number[]) => one / other;

const cost = [2.1, 3.4, 1.2, 5.6, 9.9, 4.4, 3.1, 2.2, 7.5, 6, 1.1, 3.3, 2.8, 12.4, 4.1, 5, 2, 3.9, 8.2, 1.7];
const baseline = [1.9, 2.8, 1.5, 4, 6.1, 4.9, 2.2, 2.5, 5.5, 4.1, 1.4, 2.7, 3, 7.7, 3.2, 4.4, 1.6, 3, 5.9, 2.1];

test('BCa intervals of a mean and of a paired ratio are those of scipy', () => {
  // scipy.stats.bootstrap((cost,), mean, method='BCa', n_resamples=200000).confidence_interval
  const ofMean = bcaInterval([cost], mean, drawing);
  near(ofMean?.low, 3.41, 0.04);
  near(ofMean?.high, 6.075, 0.06);
  // the same with (cost, baseline), paired=True, and the ratio of the means
  const ofRatio = bcaInterval([cost, baseline], ratio, drawing);
  near(ofRatio?.low, 1.1504559, 0.005);
  near(ofRatio?.high, 1.3997525, 0.005);
});

test('values that are all equal have no bootstrap interval', () => {
  assert.equal(bcaInterval([[2, 2, 2]], mean, drawing), null);
  assert.equal(
    bcaInterval(
      [
        [1, 2],
        [0, 0],
      ],
      ratio,
      drawing,
    ),
    null,
  );
  assert.throws(() => bcaInterval([[1], [1, 2]], ratio, drawing), RangeError);
  assert.deepEqual(percentileInterval([1, 1], { draws: 10, seed: 1 }), { low: 1, high: 1 });
});

/** Tango 1998, table on 44 crossover patients (Jones and Kenward): 53.8 % against 40.9 %; and the all-ties case. */
test("Tango's intervals meet the score equation at both ends", () => {
  for (const [gained, lost, n] of [
    [9, 2, 44],
    [15, 6, 60],
    [1, 0, 20],
    [0, 0, 30],
  ] as const) {
    const { low, high } = tangoInterval(gained, lost, n);
    for (const end of [low, high]) near(scoreByLikelihood(gained, lost, n, end) ** 2, 3.841458820694124, 1e-6);
  }
});

/** The score statistic from the constrained maximum likelihood, found by search rather than by Tango's formula. */
function scoreByLikelihood(gained: number, lost: number, n: number, delta: number): number {
  const logLikelihood = (lostShare: number) => {
    const gainedShare = lostShare + delta;
    const rest = 1 - gainedShare - lostShare;
    const term = (count: number, share: number) => (count === 0 ? 0 : count * Math.log(Math.max(share, 1e-300)));
    return term(gained, gainedShare) + term(lost, lostShare) + term(n - gained - lost, rest);
  };
  let [low, high] = [Math.max(0, -delta), (1 - delta) / 2];
  for (let step = 0; step < 200; step += 1) {
    const [one, other] = [low + (high - low) / 3, high - (high - low) / 3];
    if (logLikelihood(one) < logLikelihood(other)) low = one;
    else high = other;
  }
  const lostShare = (low + high) / 2;
  return (gained - lost - n * delta) / Math.sqrt(n * (2 * lostShare + delta - delta * delta));
}

test('the smallest difference to be found, and the questions that one needs, are each other’s inverse', () => {
  const sensitivity = { alpha: 0.05, power: 0.8 };
  // (norm.ppf(.95) + norm.ppf(.8)) * .5 / sqrt(60);  ((norm.ppf(.95) + norm.ppf(.8)) * .5 / .1) ** 2
  near(detectableDifference(60, 0.5, sensitivity), 0.16050126209290597, 1e-12);
  assert.equal(questionsNeeded(0.1, 0.5, sensitivity), Math.ceil(154.56393080049412));
  near(expectedSd(1), 0.5, 1e-12);
});

test('not worse by a margin is shown by enough questions only', () => {
  const even = (n: number) => Array.from({ length: n }, (_, at) => (at % 10 === 0 ? 1 : at % 10 === 5 ? -1 : 0));
  assert.ok(nonInferiorityP(even(600), 0.05) < 0.05);
  assert.ok(nonInferiorityP(even(40), 0.05) > 0.05);
  const halves = even(600).map((value) => value / 2);
  assert.ok(nonInferiorityP(halves, 0.05) < 0.001);
  assert.ok(
    nonInferiorityP(
      halves.map((value) => value - 0.06),
      0.05,
    ) > 0.5,
  );
});
