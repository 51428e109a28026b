/** Printed intervals hold the truth; `npm run bench:intervals` says it for more sizes. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { coverageOf, trials } from '../../bench/statistics/interval-simulation.ts';
import { seededRandom } from '../../lib/random.ts';

const exact = trials.filter(({ name }) => !name.includes('BCa'));
assert.ok(exact.length > 0 && exact.length < trials.length);
for (const trial of exact)
  test(`${trial.name}: 100 questions, about 95 % covered`, () => {
    const { printed, covered } = coverageOf(trial, 100, 1500, seededRandom(5));
    assert.ok(printed > 1000, `${printed}`);
    assert.ok(covered / printed >= 0.93 && covered / printed <= 0.97, `${covered / printed}`);
  });

test('15 questions are too few for any interval', () => {
  for (const trial of trials) assert.equal(coverageOf(trial, 15, 50, seededRandom(1)).printed, 0);
});
