/** Evidence by file and by line: right file, right lines, share of the cited lines that are expected ones. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { gradeRecord } from '../../harness/graded-record.ts';
import { gradeAnswer } from '../../harness/graders/answer-grader.ts';
import { summarizeGrades } from '../../harness/grading-summary.ts';
import { aQuestion, aRecord, unanswerable } from './graded-case.ts';

type Place = { path: string; first_line?: number; last_line?: number; status?: string };

/** Expected are lines 10 to 20 of `lib/body.js`, and `docs/a.md`, of which no lines are named. */
const gold = { paths: ['lib/body.js', 'docs/a.md'], lines: { 'lib/body.js': [[10, 20]] } };

function figures(evidence: Place[], question: Record<string, unknown> = { gold }) {
  const { citations } = gradeAnswer(aRecord({ evidence }), aQuestion(question));
  return [citations?.rightFile, citations?.rightLines, citations?.linesInside];
}

const at = (path: string, first_line: number, last_line: number, status = 'verified') => ({
  path,
  first_line,
  last_line,
  status,
});

test('the right file is not the right lines', () => {
  assert.deepEqual(figures([at('lib/body.js', 12, 14)]), [true, true, 1]);
  assert.deepEqual(figures([at('lib/body.js', 40, 49)]), [true, false, 0]);
  assert.deepEqual(figures([at('./lib/body.js', 16, 25)]), [true, true, 0.5]);
  assert.deepEqual(figures([at('lib/other.js', 12, 14)]), [false, false, 0]);
  assert.deepEqual(figures([]), [false, false, null]);
});

test('each cited line counts once, in whichever file it stands', () => {
  const twice = [at('lib/body.js', 10, 14), at('lib/body.js', 12, 16), at('lib/other.js', 1, 7)];
  assert.deepEqual(figures(twice), [true, true, 0.5]);
  const huge = [at('lib/body.js', 1, 2_000_000_000)];
  assert.deepEqual(figures(huge), [true, true, 11 / 2_000_000_000]);
});

test('what does not resolve is neither in the file nor on the lines, and its lines count as cited', () => {
  assert.deepEqual(figures([at('lib/body.js', 12, 14, 'unresolved')]), [false, false, 0]);
  assert.deepEqual(figures([at('lib/body.js', 12, 13), at('lib/body.js', 14, 15, 'unresolved')]), [true, true, 0.5]);
});

test('where the dataset names no lines, or the citations none, the lines are unknown', () => {
  assert.deepEqual(figures([at('lib/body.js', 12, 14)], { gold: { paths: ['lib/'] } }), [true, null, null]);
  assert.deepEqual(figures([{ path: 'lib/body.js' }]), [true, null, null]);
  assert.deepEqual(figures([{ path: 'lib/other.js' }]), [false, false, null]);
  assert.deepEqual(figures([{ path: 'lib/body.js' }, at('lib/body.js', 12, 12)]), [true, true, 1]);
  assert.deepEqual(figures([at('docs/a.md', 1, 9)]), [true, false, null]);
  assert.deepEqual(figures([at('lib/body.js', 12, 14)], unanswerable), [null, null, null]);
  const odd = { gold: { paths: ['constructor', 'a'], lines: { a: [[1, 2]] } } };
  assert.deepEqual(figures([at('constructor', 1, 2)], odd), [true, false, null]);
});

test('a summary adds up what is known, and says of how many', () => {
  const graded = [[at('lib/body.js', 12, 14)], [at('lib/body.js', 40, 49)], null].map((evidence, trial) =>
    gradeRecord(aRecord({ evidence, trial: trial + 1 }), aQuestion({ gold })),
  );
  const [summary] = summarizeGrades(graded);
  assert.deepEqual(summary?.rightFile, { yes: 2, known: 2 });
  assert.deepEqual(summary?.rightLines, { yes: 1, known: 2 });
  assert.deepEqual(summary?.correctOnRightLines, { yes: 1, known: 2 });
  assert.deepEqual(summary?.linesInside, { mean: 0.5, known: 2 });
  assert.deepEqual(summary?.unsaid, { evidence: 1 });
});
