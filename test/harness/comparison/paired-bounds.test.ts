/** Pairing, cells and intervals at their bounds: repeated trials, nothing graded, questions without a route, mixed grades. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { ComparisonPlan } from '../../../contracts/evaluation/comparison-plan.ts';
import { cellsOf } from '../../../harness/comparison/cells.ts';
import { bcaInterval } from '../../../harness/statistics/bootstrap.ts';
import { differenceInterval, meanInterval } from '../../../harness/comparison/estimates.ts';
import { pairQuestions, workMs } from '../../../harness/comparison/paired-questions.ts';
import { logOf, trialOf } from './trials.ts';

const once = trialOf({ question: 'q1' });
const twice = [once, { ...once, trial: 1 }];
const sameSaid = 'every trial of a question came out the same; they count as one';

test('the variant whose trials all came out the same is named', () => {
  assert.deepEqual(pairQuestions(twice, [once]).notes, [`baseline: ${sameSaid}`]);
  assert.deepEqual(pairQuestions([once], twice).notes, [`candidate: ${sameSaid}`]);
  assert.deepEqual(pairQuestions([once], [once]).notes, []);
});

test('trials count as one also where only some questions have several', () => {
  const { trials, notes } = pairQuestions([...twice, trialOf({ question: 'q2' })], [once]);
  assert.deepEqual([trials.baseline, notes.length], [1, 1]);
});

test('a log without a grade has no trials and no pairs', () => {
  const { trials, pairs, unpaired } = pairQuestions([trialOf({ correct: null })], [once]);
  assert.deepEqual([trials, pairs, unpaired], [{ baseline: 0, candidate: 1 }, [], ['q1']]);
});

test('waits that the log does not tell are taken as none', () => {
  const { latencyMs } = trialOf();
  assert.equal(workMs(trialOf({ latencyMs: { ...latencyMs, total: 1000, queue: 100, backoff: null } })), 900);
  assert.equal(workMs(trialOf({ latencyMs: { ...latencyMs, total: 1000, queue: null, backoff: null } })), 1000);
});

test('questions without a route count on the whole, and have no row of their own', () => {
  const routes = ['docs', null, 'code', 'general', null];
  const log = logOf(5, (at) => ({ expectedRoute: routes[at] ?? null }));
  const cells = cellsOf(pairQuestions(log, log).pairs, ComparisonPlan.parse({}));
  assert.deepEqual(
    cells.filter(({ dimension }) => dimension === 'accuracy').map(({ row, n }) => [row, n]),
    [
      ['(all)', 5],
      ['code', 1],
      ['docs', 1],
      ['general', 1],
    ],
  );
});

test('whole and half differences together need as many questions as shares of trials do', () => {
  const mixed = (questions: number) =>
    differenceInterval(Array.from({ length: questions }, (_, at) => [1, 1, 1, 1, 0.5, 0.5, 0.5, 0.5][at] ?? 0));
  assert.equal(mixed(39), null);
  const interval = mixed(40);
  assert.ok(interval && interval.low > 0 && interval.low < 0.15 && interval.high > 0.15, 'the mean is 0.15');
});

test('the interval of a lopsided mean is lopsided: it reaches further to the side of the few large values', () => {
  const interval = meanInterval(Array.from({ length: 40 }, (_, at) => (at < 4 ? 1 : 0)));
  assert.ok(interval);
  assert.ok(interval.high - 0.1 > 1.2 * (0.1 - interval.low), JSON.stringify(interval));
});

test('an interval is drawn 1,999 times from one seed, so that equal logs print equal intervals', () => {
  const values = Array.from({ length: 40 }, (_, at) => Math.sqrt(at) / 7);
  const drawing = { draws: 1999, seed: 20_251_123 };
  assert.deepEqual(
    meanInterval(values),
    bcaInterval([values], ([mean = Number.NaN]) => mean, drawing),
  );
});

test('above 3,000 values nothing is drawn: the interval is the normal one, with the mean in its middle', () => {
  const { low = 0, high = 0 } = meanInterval(Array.from({ length: 3001 }, (_, at) => Number(at < 300))) ?? {};
  assert.ok(high > low && Math.abs((low + high) / 2 - 300 / 3001) < 1e-12, `${low} to ${high}`);
});
