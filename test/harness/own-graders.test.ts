import assert from 'node:assert/strict';
import { test } from 'node:test';
import { ComparisonPlan } from '../../contracts/evaluation/comparison-plan.ts';
import { compareVariants } from '../../harness/comparison/compare-variants.ts';
import { type GradedCase, gradeRecord } from '../../harness/graded-record.ts';
import { ownScores, scoredTrial } from '../../harness/graders/own-graders.ts';
import { aQuestion, aRecord } from './graded-case.ts';

function aCase(more: Record<string, unknown> = {}): GradedCase {
  const [record, question] = [aRecord(more), aQuestion({ id: more.question_id ?? 'q1' })];
  return { record, question, graded: gradeRecord(record, question) };
}

test('scores are numbers from 0 to 1, or null', async () => {
  const graders = { right: () => true, wrong: async () => false, half: () => 0.5, none: () => null };
  const given = await ownScores(aCase(), graders);
  assert.deepEqual(
    given.map(({ grader, score, reason }) => [grader, score, reason]),
    [
      ['right', 1, null],
      ['wrong', 0, null],
      ['half', 0.5, null],
      ['none', null, null],
    ],
  );
  const why = await ownScores(aCase(), { why: () => ({ score: false, reason: 'x'.repeat(2000) }) });
  assert.deepEqual([why[0]?.score, why[0]?.reason?.length], [0, 1000]);
  await assert.rejects(ownScores(aCase(), { odd: () => ({ score: 2 }) }), /a score is 0 to 1/);
});

for (const [given, shown] of [
  [Number.NaN, 'null'],
  [-0.1, '-0.1'],
  ['1', '"1"'],
  [undefined, 'undefined'],
] as const)
  test(`${shown} is no score, and the message names grader and record`, async () => {
    const grader = (() => given) as unknown as () => number;
    await assert.rejects(ownScores(aCase(), { grader }), {
      message: `the grader "grader", question "q1" of orchestrated, trial 1: a score is 0 to 1, true, false or null, not ${shown}`,
    });
  });

test('what a grader throws is told with the record, and kept as the cause', async () => {
  const cause = new Error('no network');
  const graders = { remote: () => Promise.reject(cause) };
  await assert.rejects(ownScores(aCase(), graders), { message: /^the grader "remote".*: no network$/, cause });
});

test('only what the grader calls right can be wasteful', () => {
  const wasteful = aCase({ tools_called: null });
  assert.equal(scoredTrial(wasteful, 'd', 1).wasteful, null);
  assert.equal(scoredTrial(wasteful, 'd', 0).wasteful, false);
  assert.equal(scoredTrial(wasteful, 'd', null).correct, null);
  assert.equal(scoredTrial(aCase(), 'd', 1).wasteful, aCase().graded.wasteful);
});

test('a comparison is decided by the scores, not by the rule that ships', () => {
  const trials = (variant: string, score: number) =>
    Array.from({ length: 40 }, (_, at) => scoredTrial(aCase({ question_id: `q${at}`, variant }), 'd', score));
  const [baseline, candidate] = [trials('a', 0), trials('b', 1)].map((each) => ({ spec: null, trials: each }));
  assert.ok(baseline && candidate);
  const { cells } = compareVariants(baseline, candidate, ComparisonPlan.parse({}));
  const accuracy = cells.find(({ row, dimension }) => row === 'whole' && dimension === 'accuracy') ?? cells[0];
  assert.equal(accuracy?.effect, 1);
  assert.equal(accuracy?.standing, 'better');
});
