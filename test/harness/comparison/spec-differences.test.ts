import assert from 'node:assert/strict';
import { test } from 'node:test';
import { ComparisonPlan } from '../../../contracts/evaluation/comparison-plan.ts';
import { PipelineSpec } from '../../../contracts/pipeline.ts';
import { compareVariants } from '../../../harness/comparison/compare-variants.ts';
import { specDifferences, unmatchedReasons } from '../../../harness/comparison/spec-differences.ts';
import { memo } from '../../../harness/report/memo.ts';
import { reportOf } from '../report/planted-report.ts';
import { logOf } from './trials.ts';

const specialist = (name: string, tools: string[]) => ({ name, purpose: 'p', prompt: 'p', tools });
const single = PipelineSpec.parse({
  name: 'single',
  specialists: [specialist('all', ['grep', 'search_docs'])],
  gate: {},
});
const team = PipelineSpec.parse({
  name: 'team',
  router: { fallback: 'docs' },
  specialists: [specialist('docs', ['search_docs']), specialist('code', ['grep'])],
  gate: {},
});

test('router, prompts and the partition of tools may differ; each difference is listed', () => {
  assert.deepEqual(unmatchedReasons(single, team), []);
  const paths = specDifferences(single, team).map(({ path }) => path);
  assert.deepEqual(paths, ['name', 'router', 'specialists.all', 'specialists.docs', 'specialists.code']);
  assert.deepEqual(specDifferences(team, { ...team, specialists: team.specialists.toReversed() }), []);
});

test('a field inside a specialist is named by its path', () => {
  const [docs, code] = team.specialists;
  assert.ok(docs && code);
  const changed = { ...team, specialists: [docs, { ...code, turnLimit: 3 }] };
  assert.deepEqual(specDifferences(team, changed), [{ path: 'specialists.code.turnLimit', baseline: 8, candidate: 3 }]);
});

const gate = team.gate;
assert.ok(gate);
const [first] = team.specialists;
assert.ok(first);
for (const [what, changed, reason] of [
  ['gate', { ...team, gate: null }, /^"team" has no gate, and "single" has one$/],
  [
    'judge',
    { ...team, gate: { ...gate, judge: { maxOutputTokens: 600 } } },
    /^judge of the gate is null in "single" and \{.*\} in "team"$/,
  ],
  [
    'retry limit',
    { ...team, gate: { ...gate, retryLimit: 5 } },
    /^retryLimit of the gate is 2 in "single" and 5 in "team"$/,
  ],
  [
    'model',
    { ...team, specialists: [{ ...first, model: 'other' }, ...team.specialists.slice(1)] },
    /^"single" lacks the model other, which "team" has$/,
  ],
  [
    'tools',
    { ...team, specialists: team.specialists.slice(1) },
    /^"team" lacks the tool search_docs, which "single" has$/,
  ],
  [
    'reranker',
    { ...team, rerank: { maxOutputTokens: 400 } },
    /^the reranker is absent in "single" and \{"maxOutputTokens":400\} in "team"$/,
  ],
  [
    'budget',
    { ...team, budget: { ...team.budget, tokens: 1 } },
    /^tokens of the budget is 400000 in "single" and 1 in "team"$/,
  ],
] as [string, PipelineSpec, RegExp][])
  test(`another ${what} refuses the word justified`, () => {
    const reasons = unmatchedReasons(single, changed);
    assert.equal(reasons.length, 1);
    assert.ok(
      reasons.some((each) => reason.test(each)),
      reasons.join(),
    );
    const [baseline, candidate] = [
      logOf(300, () => ({ correct: 0 })),
      logOf(300, () => ({ variant: 'team', correct: 1 })),
    ];
    const plan = ComparisonPlan.parse({});
    const against = (spec: PipelineSpec) =>
      compareVariants({ trials: baseline, spec: single }, { trials: candidate, spec }, plan).verdict.kind;
    assert.deepEqual([against(team), against(changed)], ['justified', 'not-comparable']);
  });

test('the memo tells what makes the variants incomparable, and routes that one side does not know', () => {
  const taken = logOf(40, () => ({ variant: 'team', route: 'code', expectedRoute: 'billing' }));
  const lacking = { ...team, specialists: team.specialists.slice(1) };
  const report = reportOf(taken, taken);
  const comparison = compareVariants(
    { trials: logOf(40, () => ({ expectedRoute: 'billing' })), spec: single },
    { trials: taken, spec: lacking },
    ComparisonPlan.parse({}),
  );
  const text = memo({ ...report, comparison }, 'r.html').replaceAll('\\', '');
  for (const reason of unmatchedReasons(single, lacking)) assert.ok(text.includes(`- ${reason}`), reason);
  assert.ok(text.includes('- pipeline "team" has no specialist for the expected route billing (40 of 40 questions)'));
  assert.ok(text.includes('- no question expects the route code of pipeline "team"'));
});

test('a fitted router is told by its content, not by its numbers', () => {
  const fitted = (weights: string) => ({
    ...{
      format: 'switchyard-router-1',
      routes: ['docs', 'code'],
      bias: [0, 0],
      embeddingModel: null,
      riskCoverage: [],
    },
    blocks: [{ kind: 'text', size: 1, centre: '', scale: '', weights }],
    platt: [0, 1].map(() => ({ slope: 1, intercept: 0 })),
    fittedOn: { questions: 60, byRoute: { docs: 30, code: 30 }, hashes: [] },
    outOfFold: { agreement: 0.8, low: 0.7, high: 0.9, brier: 0.3, repetitions: 20, folds: 8 },
  });
  const routed = (weights: string) =>
    PipelineSpec.parse({ ...team, router: { fallback: 'docs', kind: 'fitted', fitted: fitted(weights) } });
  assert.deepEqual(specDifferences(routed('AAA='), routed('AAA=')), []);
  const [difference] = specDifferences(routed('AAA='), routed('AAB='));
  assert.equal(difference?.path, 'router.fitted');
  assert.match(String(difference?.candidate), /^fitted on 60 questions, content [0-9a-f]{8}$/);
});
