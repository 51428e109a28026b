import assert from 'node:assert/strict';
import { test } from 'node:test';
import { ComparisonPlan } from '../../contracts/evaluation/comparison-plan.ts';
import { compareVariants } from '../../harness/comparison/compare-variants.ts';
import { judgeGate, parseGateRule } from '../../harness/gate-rule.ts';
import { logOf } from './comparison/trials.ts';

const nothing = { total: null, queue: null, model: null, tool: null, backoff: null, orchestration: null };

/** Accuracy 0.60 against 0.58, equal on docs; cost twice as high; no latency; retries 0 against 1. */
const comparison = compareVariants(
  { spec: null, trials: logOf(100, (at) => ({ ...route(at), correct: at % 10 < 6 ? 1 : 0, latencyMs: nothing })) },
  {
    spec: null,
    trials: logOf(100, (at) => ({
      ...route(at),
      variant: 'b',
      correct: at % 10 < 6 && ![0, 10].includes(at) ? 1 : 0,
      latencyMs: nothing,
      costUsd: 0.02,
      retries: 1,
    })),
  },
  ComparisonPlan.parse({}),
);
function route(at: number) {
  return { expectedRoute: at % 2 ? 'docs' : 'code', route: at % 2 ? 'docs' : 'code' };
}

for (const [rule, met, reason] of [
  ['accuracy>=baseline-0.02', true, /accuracy is 0.58, the bound 0.58/],
  ['accuracy > baseline - 0.02', false, /the bound 0.58/],
  ['accuracy>=.59', false, /the bound 0.59/],
  ['accuracy@docs = baseline', true, /accuracy is 0.6, the bound 0.6/],
  ['accuracy@code>=baseline', false, /accuracy is 0.56/],
  ['accuracy@nowhere>=0', false, /accuracy of nowhere is unknown/],
  ['cost<=baseline*1.5', false, /cost is 0.02, the bound 0.015/],
  ['cost<=baseline*2', true, /the bound 0.02/],
  ['latency<=60000', false, /latency of \(all\) is unknown/],
  ['routing>0.8', true, /routing is 1/],
  ['retries<1', false, /retries is 1/],
  ['errors==0', true, /errors is 0/],
  ['verdict!=not-justified', false, /the verdict is not-justified/],
  ['verdict@docs=justified', false, /the verdict of docs is/],
  ['verdict@nowhere!=justified', false, /unknown/],
] as const)
  test(`the gate ${rule} is ${met ? '' : 'not '}met`, () => {
    const result = judgeGate(parseGateRule(rule), comparison);
    assert.equal(result.met, met);
    assert.match(result.reason, reason);
  });

for (const [rule, why] of [
  ['beauty>=1', /starts with one of accuracy, waste/],
  ['accuracy', /starts with one of/],
  ['accuracy>=much', /the bound is a number, or baseline/],
  ['accuracy>=baseline/2', /the bound is a number/],
  ['verdict>=justified', /compared by = or !=/],
  ['verdict=maybe', /a verdict is one of justified/],
  ['kappa@docs>=0.8', /kappa has no routes/],
] as const)
  test(`the gate ${rule} cannot be read`, () => {
    assert.throws(() => parseGateRule(rule), why);
  });
