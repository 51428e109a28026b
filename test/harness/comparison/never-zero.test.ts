/** No chance that is told is 0: what has been seen can happen. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { ComparisonPlan } from '../../../contracts/evaluation/comparison-plan.ts';
import { compareVariants } from '../../../harness/comparison/compare-variants.ts';
import { nonInferiorityP } from '../../../harness/statistics/non-inferiority.ts';
import { nullDistribution } from '../../../harness/statistics/null-distribution.ts';
import { stepDown } from '../../../harness/statistics/step-down.ts';
import { logOf } from './trials.ts';

const times = (total: number) => ({ total, queue: 0, model: total, tool: 0, backoff: 0, orchestration: 0 });

/** Of 10, all signs are enumerated; of 60, sums are drawn; a bound answers where draws cannot. */
for (const [questions, scale] of [
  [10, 1],
  [10, 1e9],
  [60, 1],
  [60, 1e9],
  [400, 1],
] as const)
  test(`a certain gain in cost and latency has p-values above 0: ${questions} questions, in units of ${scale}`, () => {
    const log = (variant: string, factor: number) =>
      logOf(questions, (at) => {
        const size = factor * (1 + Math.sqrt(at) / 10) * scale;
        return { variant, costUsd: size, latencyMs: times(size) };
      });
    const plan = ComparisonPlan.parse({ minQuestions: 5 });
    const { cells } = compareVariants({ trials: log('a', 1), spec: null }, { trials: log('b', 0.1), spec: null }, plan);
    assert.equal(cells.length, 4);
    for (const { dimension, p, pGain, pHarm } of cells)
      for (const [name, value] of Object.entries({ p, pGain, pHarm }))
        assert.ok(value > 0 && value <= 1, `${name} of ${dimension}: ${value}`);
    const cost = cells.find(({ dimension }) => dimension === 'cost');
    assert.ok(cost && cost.pGain >= 2 ** -questions && cost.pGain >= cost.p / 2 && cost.pGain < 0.01, `${cost?.pGain}`);
  });

test('an adjusted p-value is never below the raw one, whatever a test can spend', () => {
  const nothing = () => 0;
  assert.deepEqual(
    stepDown([
      { p: 0.01, sizeAt: nothing },
      { p: 1e-9, sizeAt: nothing },
      { p: 0.5, sizeAt: nothing },
    ]),
    [0.01, 1e-9, 0.5],
  );
});

test('whatever p-value a distribution names, it can be attained', () => {
  const uneven = Array.from({ length: 40 }, (_, at) => 1 + Math.sqrt(at));
  let checked = 0;
  for (const [draws, sizes] of [
    [999, uneven],
    [9_999, uneven],
    [4_970, uneven],
    [999, uneven.slice(0, 12)],
    [999, [1, 1, 0.5, 0.25]],
  ] as const) {
    const { atLeast, attainable } = nullDistribution(sizes, { draws, seed: 3 });
    const mean = sizes.reduce((sum, size) => sum + size, 0) / sizes.length;
    for (let part = 0; part <= 20; part += 1) {
      const p = atLeast((mean * part) / 20);
      assert.ok(p > 0 && attainable(p) >= p * (1 - 1e-9) && attainable(p) <= p * (1 + 1e-9), `${draws}, ${part}: ${p}`);
      checked += 1;
    }
  }
  assert.equal(checked, 105);
});

test('not worse beyond all doubt is still not 0', () => {
  const all = (value: number, questions: number) => Array.from({ length: questions }, () => value);
  for (const gains of [all(0, 100_000), all(0.5, 50), all(1, 5000), all(1 / 3, 100_000)]) {
    const p = nonInferiorityP(gains, 0.05);
    assert.ok(p > 0 && p < 0.05, `${p}`);
  }
});
