import assert from 'node:assert/strict';
import { test } from 'node:test';
import { ComparisonPlan } from '../../../contracts/evaluation/comparison-plan.ts';
import { compareVariants } from '../../../harness/comparison/compare-variants.ts';
import { expectedNeeds } from '../../../harness/comparison/question-needs.ts';
import { logOf } from './trials.ts';

const plan = ComparisonPlan.parse({});

test('the preview counts by the same rule, and names no difference above 100 points', () => {
  const routes = new Map([
    ['code', 60],
    ['docs', 2],
  ]);
  const needs = expectedNeeds(routes, { plan, trials: 1 });
  assert.deepEqual(
    needs.map(({ row, have, need, worthwhile }) => [row, have, need, worthwhile]),
    // ((norm.ppf(1 - .05 / 6) + norm.ppf(.8)) * .5 / .05) ** 2, and a quarter of it.
    [
      ['(all)', 62, 1047, 0.05],
      ['code', 60, 262, 0.1],
      ['docs', 2, 262, 0.1],
    ],
  );
  assert.equal(needs[2]?.detects, null);
  assert.equal(expectedNeeds(new Map([['docs', 60]]), { plan, trials: 1 }).length, 1, 'one route is the whole');
});

test('what the preview expects is what the comparison tells where the variants differ as it was assumed', () => {
  const log = (variant: string) =>
    logOf(64, (at) => ({ variant, correct: at % 8 === (variant === 'one' ? 0 : 1) ? 1 : 0 }));
  const { needs } = compareVariants({ trials: log('one'), spec: null }, { trials: log('two'), spec: null }, plan);
  const [expected] = expectedNeeds(new Map([['docs', 64]]), { plan, trials: 1 });
  assert.equal(needs.length, 1);
  // The spread of 8 questions won and 8 lost of 64 is 0.504 as it is estimated, and 0.5 as it was assumed.
  const ratio = (needs[0]?.need ?? 0) / (expected?.need ?? 0);
  assert.ok(ratio > 1 && ratio < 1.03, `${ratio}`);
});

test('one question detects nothing, and a row with too few needs as many as the plan wants', () => {
  const few = (variant: string) => logOf(1, () => ({ variant, correct: variant === 'one' ? 1 : 0 }));
  const generous = ComparisonPlan.parse({ worthwhile: { accuracy: 0.5 }, minQuestions: 500 });
  const sides = [few('one'), few('two')].map((trials) => ({ trials, spec: null }));
  const [need] = compareVariants(...(sides as [never, never]), generous).needs;
  assert.deepEqual([need?.detects, need?.need], [null, 500]);
});
