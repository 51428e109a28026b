/** What a comparison notes beside its figures: what was left out, what is unknown, and routes that cannot be met. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { ComparisonPlan } from '../../../contracts/evaluation/comparison-plan.ts';
import { PipelineSpec } from '../../../contracts/pipeline.ts';
import { compareVariants } from '../../../harness/comparison/compare-variants.ts';
import type { GradedTrial } from '../../../harness/graded-trial.ts';
import { logOf, trialOf } from './trials.ts';

const plan = ComparisonPlan.parse({});
const specialist = (name: string) => ({ name, purpose: 'p', prompt: 'p', tools: ['grep'] });
const team = PipelineSpec.parse({
  name: 'team',
  router: { fallback: 'docs' },
  specialists: [specialist('docs'), specialist('code')],
  gate: {},
});
const single = PipelineSpec.parse({ name: 'single', specialists: [specialist('all')], gate: {} });
const compare = (
  baseline: GradedTrial[],
  candidate: GradedTrial[],
  specs: [PipelineSpec | null, PipelineSpec | null] = [single, team],
) => compareVariants({ trials: baseline, spec: specs[0] }, { trials: candidate, spec: specs[1] }, plan);
const notes = (...logs: Parameters<typeof compare>) => compare(...logs).notes;
const alike = (questions: number) => logOf(questions, () => ({}));

test('two logs that know everything leave nothing to note', () => {
  assert.deepEqual(notes(alike(3), alike(3)), []);
});

test('differences of the specs are listed where both are known; where one is missing, that is noted', () => {
  const both = compare(alike(3), alike(3));
  assert.ok(both.differences.some(({ path }) => path === 'router'));
  for (const specs of [
    [null, team],
    [single, null],
    [null, null],
  ] as [PipelineSpec | null, PipelineSpec | null][]) {
    const { differences, notes: told, verdict } = compare(alike(3), alike(3), specs);
    assert.deepEqual(differences, []);
    assert.deepEqual(told, [
      'a spec is missing: whether gate, retry limit, models, tools and budget match is not checked',
    ]);
    assert.equal(verdict.kind, 'undecided');
  }
});

test('up to ten questions of one log are named, of more the first ten', () => {
  const without = (left: number) => notes(alike(left + 1), [trialOf({ question: `q${left}` })]);
  const ten = 'graded in one log only, left out: q0, q1, q2, q3, q4, q5, q6, q7, q8, q9';
  assert.deepEqual(without(2), ['graded in one log only, left out: q0, q1']);
  assert.deepEqual(without(10), [ten]);
  assert.deepEqual(without(11), [`${ten} …`]);
});

test('a dimension that is unknown for some questions is noted once, with all routes together', () => {
  const routed = (costUsd: number | null) =>
    logOf(8, (at) => ({ expectedRoute: at % 2 ? 'code' : 'docs', costUsd: at === 1 ? costUsd : 0.01 }));
  assert.deepEqual(notes(routed(0.01), routed(null), [null, null]).slice(0, 1), [
    'candidate: 1 of 8 records have no known cost',
  ]);
  assert.deepEqual(notes(routed(null), routed(null)), [
    'baseline: 1 of 8 records have no known cost',
    'candidate: 1 of 8 records have no known cost',
    'cost is unknown for 1 of 8 questions, left out there',
  ]);
});

test('a dimension that is unknown for every question is not judged', () => {
  const free = logOf(2, () => ({ costUsd: null }));
  assert.deepEqual(notes(free, free).slice(2), ['cost is unknown and not judged']);
  const unread = logOf(2, () => ({ wasteful: null, calls: null }));
  assert.deepEqual(notes(unread, unread).slice(2), ['waste is unknown and not judged']);
});

test('an empty log is refused by its name', () => {
  assert.throws(() => compare(alike(1), []), /^LogProblem: candidate: no records$/);
});

test('expected routes that a pipeline lacks are told; a question that expects none lacks none', () => {
  const other = logOf(2, (at) => ({ expectedRoute: at === 0 ? 'billing' : 'docs' }));
  assert.deepEqual(compare(other, other).unmet, [
    'pipeline "team" has no specialist for the expected route billing (1 of 2 questions): its routing counts as wrong there',
  ]);
  const unlabelled = logOf(2, (at) => ({ expectedRoute: at === 0 ? null : 'docs' }));
  assert.deepEqual(compare(unlabelled, unlabelled).unmet, []);
});

test('a route of the pipeline that no question expects is told where one run took it, and only there', () => {
  const taking = (...routes: (string | null)[]) =>
    compare(
      alike(3),
      logOf(3, (at) => ({ route: routes[at] ?? null })),
    ).unmet;
  assert.deepEqual(taking('docs', 'docs', 'docs'), []);
  assert.deepEqual(taking('docs', null, null), []);
  assert.deepEqual(taking('docs', 'code', null), [
    'no question expects the route code of pipeline "team": what goes there counts as wrongly routed',
  ]);
});

test('McNemar’s test is named for one trial a side of right or wrong, else the flipping of signs', () => {
  const testOf = (baseline: GradedTrial[], candidate: GradedTrial[]) => compare(baseline, candidate).cells[0]?.test;
  const wrong = logOf(3, () => ({ correct: 0 }));
  const right = logOf(3, () => ({ correct: 1 }));
  assert.equal(testOf(wrong, right), 'mcnemar-exact');
  // The second trial cost more, so that the two do not count as one.
  const again = logOf(3, () => ({ correct: 0, trial: 1, costUsd: 0.02 }));
  assert.equal(testOf([...wrong, ...again], right), 'sign-flip-exact');
  assert.equal(testOf(right, [...wrong, ...again]), 'sign-flip-exact');
  const half = logOf(3, (at) => ({ correct: at === 0 ? 0.5 : 1 }));
  assert.equal(testOf(wrong, half), 'sign-flip-exact', 'half a right answer');
});
