/** Bootstrap intervals of so few resamples that each can be followed by hand. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { bcaInterval, type FigureOf, percentileInterval } from '../../../harness/statistics/bootstrap.ts';

const near = (actual: number | undefined, expected: number) =>
  assert.ok(Math.abs((actual ?? Number.NaN) - expected) <= 1e-12, `${actual} is not ${expected}`);
const mean: FigureOf = ([value = Number.NaN]) => value;

test('two resamples, one on each side of the mean, give an interval between the two', () => {
  // Seed 7 draws the means 0 and 1 of the values 0 and 1: no bias, no skew, so the levels are those asked for.
  const interval = bcaInterval([[0, 1]], mean, { draws: 2, seed: 7 });
  near(interval?.low, 0.025);
  near(interval?.high, 0.975);
  assert.deepEqual(percentileInterval([0, 1], { draws: 2, seed: 7 }), { low: 0, high: 1 });
});

test('of ten resamples the percentile interval reaches from the least to the greatest', () => {
  const means: number[] = [];
  const values = [0, 1, 3, 9, 27, 81, 243, 729];
  const drawing = { draws: 10, seed: 3 };
  bcaInterval(
    [values],
    ([value = Number.NaN]) => {
      means.push(value);
      return value;
    },
    drawing,
  );
  // The first is that of the values themselves; the ten resamples follow.
  const drawn = means.slice(1, 11);
  assert.equal(new Set(drawn).size, 10);
  assert.deepEqual(percentileInterval(values, drawing), { low: Math.min(...drawn), high: Math.max(...drawn) });
});

test('where all resamples lie on one side of the figure, the bias is that of one resample on the other', () => {
  // Squared distance from the mean, 4/3. Seed 11 draws 1/9 three times and 4/9; leaving one out gives 4/9, 1/36, 25/36.
  // Efron's formula of these in Python, with statistics.NormalDist: bias inv_cdf(1/4).
  const squared: FigureOf = ([value = Number.NaN]) => (value - 4 / 3) ** 2;
  const drawing = { draws: 4, seed: 11 };
  const least = bcaInterval([[0, 1, 3]], squared, drawing);
  near(least?.low, 1 / 9);
  near(least?.high, 0.189699930600208);
  const greatest = bcaInterval([[0, 1, 3]], (means) => -squared(means), drawing);
  near(greatest?.low, -0.189699930600208);
  near(greatest?.high, -1 / 9);
});

test('a figure that no single row changes has no skew', () => {
  // Seed 4 draws 0, 1, 1 and 1, where the figure is 1: bias inv_cdf(5/8), and the low end is 3 x cdf(2 x bias - 1.96).
  const isLarge: FigureOf = ([value = Number.NaN]) => (value > 0.3 ? 1 : 0);
  const interval = bcaInterval([[0, 0, 1, 1]], isLarge, { draws: 4, seed: 4 });
  near(interval?.low, 0.2789101027529224);
  assert.equal(interval?.high, 1);
});

test('a figure that is infinite in some resamples has no interval', () => {
  const ratio: FigureOf = ([one = Number.NaN, other = Number.NaN]) => one / other;
  const columns = [
    [1, 2, 3],
    [0, 1, 2],
  ];
  assert.equal(bcaInterval(columns, ratio, { draws: 200, seed: 1 }), null);
});
