/** What makes two logs not comparable, and what does not: each rule at its bound. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { ComparisonPlan } from '../../../contracts/evaluation/comparison-plan.ts';
import { compareVariants } from '../../../harness/comparison/compare-variants.ts';
import type { GradedTrial } from '../../../harness/graded-trial.ts';
import { logOf, trialOf } from './trials.ts';

const plan = ComparisonPlan.parse({});
const reasons = (baseline: GradedTrial[], candidate: GradedTrial[]) => {
  const { verdict } = compareVariants({ trials: baseline, spec: null }, { trials: candidate, spec: null }, plan);
  return verdict.kind === 'not-comparable' ? verdict.reasons : [];
};
const alike = (questions: number) => logOf(questions, () => ({}));

test('one record a log is enough to see that the datasets differ', () => {
  assert.deepEqual(reasons([trialOf({ dataset: 'd' })], [trialOf({ dataset: 'e' })]), [
    'the datasets differ: d against e',
  ]);
});

test('models are compared as a set: the order in which they answered is no difference', () => {
  const [forth, back] = [trialOf({ models: ['m', 'n'] }), trialOf({ models: ['n', 'm'] })];
  assert.deepEqual(reasons([forth], [back]), []);
  assert.deepEqual(reasons([forth], [trialOf({ models: ['m'] })]), ['the models that answered differ: m, n against m']);
});

test('where a log does not say which models answered, they are not held against the other', () => {
  const [unknown, known] = [trialOf({ models: [] }), trialOf({ models: ['m'] })];
  assert.deepEqual(reasons([unknown], [known]), []);
  assert.deepEqual(reasons([known], [unknown]), []);
});

test('a tenth of the questions may be graded in one log only, more may not', () => {
  assert.deepEqual(reasons(alike(10), alike(9)), []);
  assert.deepEqual(reasons(alike(10), alike(8)), ['2 of 10 questions are graded in one log only']);
});

test('a cost may be known for a tenth more of the records of one log, not for more', () => {
  const known = (records: number) => logOf(10, (at) => ({ costUsd: at < records ? 0.01 : null }));
  assert.deepEqual(reasons(known(1), known(0)), []);
  assert.deepEqual(reasons(known(0), known(2)), [
    "the cost is known for 0 % of the baseline's and 20 % of the candidate's records",
  ]);
  assert.deepEqual(reasons(known(10), known(5)), [
    "the cost is known for 100 % of the baseline's and 50 % of the candidate's records",
  ]);
  assert.deepEqual(reasons(known(5), known(10)), [
    "the cost is known for 50 % of the baseline's and 100 % of the candidate's records",
  ]);
});

test('waste and latency that one log alone knows are told as well', () => {
  const { latencyMs } = trialOf();
  const silent = logOf(10, () => ({ wasteful: null, latencyMs: { ...latencyMs, total: null } }));
  assert.deepEqual(reasons(silent, alike(10)), [
    "the waste is known for 0 % of the baseline's and 100 % of the candidate's records",
    "the latency is known for 0 % of the baseline's and 100 % of the candidate's records",
  ]);
});
