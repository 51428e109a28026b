/** Chances of a mean under random signs, by hand: rounding, the limits of a grid, tails, and drawn signs. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { nullDistribution } from '../../../harness/statistics/null-distribution.ts';
import { randomBits } from '../../../lib/random.ts';

const drawing = { draws: 999, seed: 1 };
const repeat = (times: number, value: number) => Array.from({ length: times }, () => value);
const chances = (differences: readonly number[], draws = drawing) => nullDistribution(differences, draws);

test('one difference has two signs, and its mean is its size', () => {
  assert.deepEqual([3, 2, -2, -3].map(chances([3]).atLeast), [0.5, 0.5, 0.5, 1]);
});

test('differences that rounding leaves count as none beside whole ones, and count where all are as small', () => {
  const whole = repeat(17, 2);
  assert.equal(chances(whole).method, 'exact');
  assert.deepEqual(
    [chances([...whole, 1e-12]).method, chances([...whole, 1e-12]).atLeast(34 / 18)],
    ['exact', 0.5 ** 17],
  );
  const small = [1e-12 * Math.PI, 1e-12 * Math.E];
  assert.deepEqual([2e-13, -2e-13, -1e-11].map(chances(small).atLeast), [0.5, 0.5, 1]);
  assert.equal(chances(small).atLeast(1e-12 * ((Math.PI + Math.E) / 2)), 0.25);
});

test('a mean that is larger than a possible one by rounding alone is that one, in large units, too', () => {
  const [one, other] = [1e9 * Math.PI, 1e9 * Math.E];
  const gap = (one - other) / 2;
  assert.deepEqual([gap * (1 + 1e-12), gap * (1 + 1e-6)].map(chances([one, other]).atLeast), [0.5, 0.25]);
});

test('sums on a grid are exact up to fifty million additions, counted in the steps of the grid', () => {
  // 800 differences whose sizes add up to 62,500 steps
  const ones = repeat(799, 1);
  assert.equal(chances([...ones, 61_701]).method, 'exact');
  assert.equal(chances([...ones, 61_702]).method, 'monte-carlo');
  const halves = repeat(799, 0.5);
  assert.equal(chances([...halves, 30_850.5]).method, 'exact');
  assert.equal(chances([...halves, 30_851.5]).method, 'monte-carlo');
});

test('of 1,100 equal differences the tails are binomial, and none is named below 1e-250', () => {
  const { atLeast, attainable } = chances(repeat(1_100, 1));
  const near = (actual: number, expected: number) =>
    assert.ok(Math.abs(actual / expected - 1) < 1e-11, `${actual} is not ${expected}`);
  // Sums of binomial coefficients over 2 ** 1100, as fractions: at least 550, 551 and 825 of 1,100.
  near(atLeast(0), 0.5120258288841159);
  near(atLeast(2 / 1_100), 0.4879741711158841);
  near(atLeast(0.5), 1.3391832175021628e-64);
  assert.deepEqual([atLeast(1), attainable(1e-255), atLeast(-1)], [1e-250, 0, 1]);
  assert.ok(attainable(1e-249) > 1e-250 && attainable(1e-249) <= 1e-249);
});

test('a drawn chance counts the observed signs as one draw more', () => {
  const { method, atLeast } = chances(repeat(17, Math.PI), { draws: 9, seed: 1 });
  assert.equal(method, 'monte-carlo');
  assert.deepEqual([atLeast(-Math.PI), atLeast(-1e9)], [1, 1]);
  const tenths = 10 * atLeast(0.5);
  assert.ok(Math.abs(tenths - Math.round(tenths)) < 1e-12 && tenths >= 1 && tenths <= 10, `${tenths}`);
});

test('drawn sums that equal the observed one count', () => {
  // The sum of 17 equal sizes is at least one size in half of all cases, and three sizes in three of ten.
  const chance = chances(repeat(17, Math.PI)).atLeast(Math.PI / 17);
  assert.ok(Math.abs(chance - 0.5) < 0.08, `${chance}`);
});

test("beyond what draws resolve the chance is Hoeffding's bound", () => {
  // 40 sizes of pi: exp(-(40 pi)^2 / (2 x 40 pi^2)) is exp(-20)
  const bound = chances(repeat(40, Math.PI)).atLeast(Math.PI);
  assert.ok(Math.abs(bound / 2.061153622438558e-9 - 1) < 1e-9, `${bound}`);
});

test('each difference of forty takes its sign from a bit of its own', () => {
  for (let seed = 1; seed <= 6; seed += 1) {
    const bits = randomBits(seed);
    const words = [bits(), bits()];
    for (let large = 0; large < 40; large += 1) {
      const differences = Array.from({ length: 40 }, (_, at) => (at === large ? 1_000 : Math.sqrt(at + 2) / 10));
      const isGain = (((words[large >> 5] ?? 0) >>> (large & 31)) & 1) === 1;
      // With one draw the chance is 1 where the drawn mean reaches the value, and 1/2 where it does not.
      const { atLeast } = chances(differences, { draws: 1, seed });
      assert.equal(atLeast(900 / 40), isGain ? 1 : 0.5, `seed ${seed}, difference ${large}`);
    }
  }
});
