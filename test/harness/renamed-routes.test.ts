/** Names of routes mean nothing: renamed alike in dataset, pipelines and log, they change no figure. */
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { ComparisonPlan } from '../../contracts/evaluation/comparison-plan.ts';
import type { DatasetQuestion } from '../../contracts/dataset.ts';
import { PipelineSpec } from '../../contracts/pipeline.ts';
import { compareVariants } from '../../harness/comparison/compare-variants.ts';
import { readDataset } from '../../harness/dataset.ts';
import { gradeRecord } from '../../harness/graded-record.ts';
import { neededKinds, withRouteKinds } from '../../harness/graders/needed-kinds.ts';
import { splitSignals } from '../../harness/signals/split-signals.ts';
import { toGradedTrial } from '../../harness/to-graded-trial.ts';
import { unmetRoutes, unmetRoutesText } from '../../harness/unmet-routes.ts';
import { aQuestion, aRecord, call, noRouter } from './graded-case.ts';

const routes = ['code', 'docs', 'debug', 'general'];
const plainNames = (route: string) => route;
const otherNames = (route: string) =>
  ({ code: 'alpha', docs: 'beta', debug: 'gamma', general: 'code' })[route] ?? route;
type Naming = (route: string) => string;

const specialist = (name: string, tools: string[]) => ({ name, purpose: 'x', prompt: 'x', tools });
const split = (naming: Naming) =>
  PipelineSpec.parse({
    name: 'split',
    router: { fallback: naming('general') },
    specialists: [
      specialist(naming('code'), ['search_code', 'read_lines']),
      specialist(naming('docs'), ['search_docs', 'read_lines']),
      specialist(naming('debug'), ['search_code', 'search_docs']),
      specialist(naming('general'), ['grep']),
    ],
  });
const alone = PipelineSpec.parse({
  name: 'alone',
  specialists: [specialist('agent', ['search_code', 'search_docs', 'grep'])],
});

/** Every fourth docs question is searched for in code, and some debug questions go to the wrong specialist. */
function measured(naming: Naming, asked: (route: string, at: number) => DatasetQuestion) {
  const questions = Array.from({ length: 80 }, (_, at) => asked(routes[at % 4] ?? '', at)).map((question) =>
    withRouteKinds(question, [split(naming), alone]),
  );
  const trials = (variant: 'split' | 'alone') =>
    questions.map((question, at) => {
      const route = routes[at % 4] ?? '';
      const taken = naming(at % 20 === 2 ? 'code' : route);
      const wrong = at % 5 === 0 ? { final_answer: 'No idea.' } : {};
      const tools_called = [
        call(route === 'docs' && at % 8 === 1 ? 'search_code' : 'grep', ['x.js']),
        call('search_docs', ['y.md']),
      ];
      const where = variant === 'alone' ? noRouter : { route: taken, routes_run: [taken], routing: null };
      const record = aRecord({ question_id: question.id, ...where, ...wrong, tools_called, variant });
      return toGradedTrial(record, gradeRecord(record, question), 'd');
    });
  const [ours, theirs] = [trials('alone'), trials('split')];
  const plan = ComparisonPlan.parse({ draws: 999 });
  const comparison = compareVariants({ trials: ours, spec: null }, { trials: theirs, spec: null }, plan);
  const labels = [...ours, ...theirs].map(({ label }) => label);
  const { qualityGap, waste, conflictingTools, advice } = splitSignals(ours);
  const conflicts = conflictingTools.conflicts.map(({ tool, calls, questions: some }) => [tool, calls, some]);
  return {
    labels,
    advice,
    verdict: comparison.verdict,
    gap: qualityGap.gap,
    waste,
    conflicts,
    found: conflictingTools.found,
  };
}

/** `needs` is left out: it lists routes by name. */
const plainVerdict = (verdict: object) => ({ ...verdict, needs: null });

test('with every route renamed the same log has the same labels, signals and verdict', () => {
  const asked = (naming: Naming) => (route: string, at: number) =>
    aQuestion({ id: `q${at}`, expected_route: naming(route), kinds: {} });
  const before = measured(plainNames, asked(plainNames));
  const after = measured(otherNames, asked(otherNames));
  assert.equal(before.found, 'present');
  assert.ok(before.labels.includes('wrong_route') && before.conflicts.length > 0);
  assert.deepEqual(
    { ...after, verdict: plainVerdict(after.verdict) },
    { ...before, verdict: plainVerdict(before.verdict) },
  );
});

test('kinds come from the dataset, else from the tools of the route’s specialist, else they are unknown', () => {
  const kinds = (more: Record<string, unknown>, pipelines = [split(otherNames)]) =>
    neededKinds(withRouteKinds(aQuestion({ kinds: {}, ...more }), pipelines));
  assert.deepEqual(kinds({ expected_route: 'alpha', other_routes: ['gamma'] }), [
    { route: 'alpha', kinds: ['code'] },
    { route: 'gamma', kinds: ['code', 'docs'] },
  ]);
  assert.deepEqual(kinds({ expected_route: 'code' }), [{ route: 'code', kinds: ['code', 'docs'] }]);
  assert.deepEqual(kinds({ expected_route: 'alpha', kinds: { alpha: ['docs'] } }), [
    { route: 'alpha', kinds: ['docs'] },
  ]);
  assert.deepEqual(kinds({ expected_route: 'docs' }), [{ route: 'docs', kinds: null }]);
  assert.deepEqual(kinds({ expected_route: 'constructor' }), [{ route: 'constructor', kinds: null }]);
  assert.throws(() => aQuestion({ kinds: { docs: ['docs'] } }), /none of the question's routes/);
});

test('where nothing says which kind a question calls for, conflicting tools are unknown and no label rests on them', () => {
  const trials = Array.from({ length: 20 }, (_, at) => {
    const question = aQuestion({ id: `q${at}`, kinds: {} });
    const record = aRecord({
      ...noRouter,
      question_id: `q${at}`,
      tools_called: [call('search_docs', ['x.md']), call('grep', ['lib/body.js'])],
    });
    return toGradedTrial(record, gradeRecord(record, question), 'd');
  });
  const { conflictingTools, notes } = splitSignals(trials);
  assert.deepEqual([conflictingTools.found, conflictingTools.share, conflictingTools.unknown], ['unknown', null, 20]);
  assert.match(notes.join('\n'), /"kinds"/);
  const question = aQuestion({ kinds: {} });
  const wrong = aRecord({ ...noRouter, final_answer: 'No idea.', tools_called: [call('search_docs', ['x.md'])] });
  const { label, secondary_labels } = gradeRecord(wrong, question);
  assert.ok(![label, ...secondary_labels].some((each) => each === 'wrong_route' || each === 'wrong_tool'));
});

test('a foreign tool may say what it searches', () => {
  const question = aQuestion();
  const searched = (kind: string | undefined) =>
    gradeRecord(aRecord({ tools_called: [{ ...call('my_search', ['x.md']), ...(kind && { kind }) }] }), question).tools;
  assert.equal(searched('docs')?.counts['wrong-kind'], 1);
  assert.deepEqual([searched('code')?.counts['wrong-kind'], searched('code')?.kindUnknown], [0, 0]);
  assert.deepEqual([searched(undefined)?.counts['wrong-kind'], searched(undefined)?.kindUnknown], [0, 1]);
});

test('every question of the shipped datasets says which kinds it calls for', () => {
  for (const name of ['fastify', 'packages', 'demo']) {
    const file = join(import.meta.dirname, `../../datasets/${name}.jsonl`);
    const questions = readDataset(readFileSync(file, 'utf8'), file);
    assert.ok(questions.length > 0);
    for (const question of questions)
      assert.ok(
        neededKinds(question).every(({ kinds }) => kinds !== null),
        question.id,
      );
  }
});

test('expected routes that a pipeline with a router does not have are named, with the questions', () => {
  const expected = ['code', 'code', 'billing', 'law', 'billing'];
  const unmet = unmetRoutes(split(plainNames), expected);
  assert.deepEqual(unmet, { pipeline: 'split', routes: ['billing', 'law'], questions: 3, of: 5, none: false });
  assert.match(
    unmet === null ? '' : unmetRoutesText(unmet),
    /"split" has no specialist for the expected routes billing, law \(3 of 5 questions\)/,
  );
  assert.equal(unmetRoutes(split(plainNames), ['billing'])?.none, true);
  assert.equal(unmetRoutes(split(plainNames), routes), null);
  assert.equal(unmetRoutes(split(plainNames), []), null);
  assert.equal(unmetRoutes(alone, expected), null);
});

test('a comparison notes the expected routes that a variant does not have', () => {
  const trials = (variant: string) => {
    const record = aRecord({ variant });
    return [toGradedTrial(record, gradeRecord(record, aQuestion({ expected_route: 'billing', kinds: {} })), 'd')];
  };
  const plan = ComparisonPlan.parse({ draws: 999 });
  const { notes } = compareVariants(
    { trials: trials('alone'), spec: alone },
    { trials: trials('split'), spec: split(plainNames) },
    plan,
  );
  assert.equal(notes.filter((note) => /"split" has no specialist for the expected route billing/.test(note)).length, 1);
});
