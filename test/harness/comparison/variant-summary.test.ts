/** What a summary says of one variant's trials, with figures made by hand. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { summarizeVariant } from '../../../harness/comparison/variant-summary.ts';
import { logOf, trialOf } from './trials.ts';

test('accuracy is the mean of the questions, each the mean of its trials, and ungraded trials are left out', () => {
  const summary = summarizeVariant([
    trialOf({ question: 'q1', trial: 0, correct: 1 }),
    trialOf({ question: 'q1', trial: 1, correct: 0 }),
    trialOf({ question: 'q2', correct: 1 }),
    trialOf({ question: 'q3', correct: 0 }),
    trialOf({ question: 'q4', correct: null }),
  ]);
  // Of q1 a half, of q2 all, of q3 nothing.
  assert.deepEqual(summary.accuracy, { n: 3, mean: 0.5, interval: null });
  assert.deepEqual([summary.questions, summary.records, summary.ungraded], [4, 5, 1]);
});

test('accuracy is told of each expected route, in the order of the names', () => {
  const { accuracy, accuracyByRoute } = summarizeVariant([
    trialOf({ question: 'q1', expectedRoute: 'docs', correct: 1 }),
    trialOf({ question: 'q2', expectedRoute: 'code', correct: 0 }),
    trialOf({ question: 'q3', expectedRoute: 'general', correct: 0.25 }),
    trialOf({ question: 'q4', expectedRoute: 'docs', correct: 0 }),
    trialOf({ question: 'q5', expectedRoute: null, correct: 0 }),
    trialOf({ question: 'q6', expectedRoute: 'debug', correct: null }),
  ]);
  assert.deepEqual(Object.entries(accuracyByRoute), [
    ['code', { n: 1, mean: 0, interval: null }],
    ['docs', { n: 2, mean: 0.5, interval: null }],
    ['general', { n: 1, mean: 0.25, interval: null }],
  ]);
  assert.deepEqual([accuracy.n, accuracy.mean], [5, 0.25], 'a question without a route counts on the whole');
});

test('waste is told of graded trials of which it is known, abstention of all trials of which it is known', () => {
  const { waste, abstention } = summarizeVariant([
    trialOf({ question: 'q1', wasteful: true, abstained: false }),
    trialOf({ question: 'q2', wasteful: false, abstained: true }),
    trialOf({ question: 'q3', wasteful: null, abstained: null }),
    trialOf({ question: 'q4', correct: null, wasteful: true, abstained: true }),
    trialOf({ question: 'q5', wasteful: false, abstained: true }),
    trialOf({ question: 'q6', wasteful: false, abstained: null }),
  ]);
  assert.deepEqual(waste, { n: 4, mean: 0.25, interval: null });
  assert.deepEqual(abstention, { n: 4, mean: 0.75, interval: null });
});

test('what is known of no trial has a count of 0 and no interval', () => {
  const { waste, abstention, accuracy, accuracyByRoute, ungraded } = summarizeVariant([
    trialOf({ correct: null, abstained: null }),
  ]);
  const none = { n: 0, mean: 0, interval: null };
  assert.deepEqual([waste, abstention, accuracy], [none, none, none]);
  assert.deepEqual([accuracyByRoute, ungraded], [{}, 1]);
});

test('a share of 30 questions has an interval', () => {
  const { accuracy } = summarizeVariant(logOf(30, (at) => ({ correct: Number(at < 15) })));
  assert.ok(accuracy.interval && accuracy.interval.low > 0.3 && accuracy.interval.high < 0.7);
});

test('an amount has mean, median, 95th percentile and total of the known values, in whatever order they come', () => {
  // 1 to 21, each once: the 11th is the median, and a twentieth of the way from the top is the 20th.
  const costs = [...Array.from({ length: 21 }, (_, at) => ((at * 8) % 21) + 1), null];
  const { costUsd } = summarizeVariant(logOf(22, (at) => ({ costUsd: costs[at] ?? null })));
  assert.deepEqual(costUsd, { n: 21, mean: 11, p50: 11, p95: 20, total: 231 });
  const { retries } = summarizeVariant(logOf(4, (at) => ({ retries: [4, 1, 10, 3][at] ?? null })));
  assert.deepEqual(
    [retries.mean, retries.p50, retries.total],
    [4.5, 3.5, 18],
    'of four, half way between the middle two',
  );
});

test('an amount that no trial knows has no mean', () => {
  const { costUsd, retries } = summarizeVariant(logOf(3, () => ({ costUsd: null, retries: null })));
  const none = { n: 0, mean: null, p50: null, p95: null, total: 0 };
  assert.deepEqual([costUsd, retries], [none, none]);
});

test('latency is told in all, by parts, and as work without the waits', () => {
  const { latencyMs } = summarizeVariant([
    trialOf({ latencyMs: { total: 900, queue: 100, model: 500, tool: null, backoff: 200, orchestration: 10 } }),
    trialOf({ latencyMs: { total: 500, queue: 0, model: 300, tool: 60, backoff: 100, orchestration: 30 } }),
  ]);
  const told = Object.entries(latencyMs).map(([part, { n, mean }]) => [part, n, mean]);
  assert.deepEqual(told, [
    ['total', 2, 700],
    ['queue', 2, 50],
    ['model', 2, 400],
    ['tool', 1, 60],
    ['backoff', 2, 150],
    ['orchestration', 2, 20],
    // 900 - 100 - 200, and 500 - 100.
    ['work', 2, 500],
  ]);
});

test('routing is told of the first trial of a question that expects a route and was given one', () => {
  const { routing } = summarizeVariant([
    trialOf({ question: 'q1', trial: 0, expectedRoute: 'docs', route: 'docs' }),
    trialOf({ question: 'q1', trial: 1, expectedRoute: 'docs', route: 'code' }),
    trialOf({ question: 'q2', expectedRoute: 'docs', route: 'code' }),
    trialOf({ question: 'q3', expectedRoute: 'docs', route: null }),
    trialOf({ question: 'q4', expectedRoute: null, route: 'code' }),
    trialOf({ question: 'q5', expectedRoute: null, route: null }),
    trialOf({ question: 'q6', expectedRoute: 'code', route: 'code' }),
    trialOf({ question: 'q7', expectedRoute: 'code', route: 'code' }),
  ]);
  assert.deepEqual([routing.n, routing.agreed, routing.share], [4, 3, 0.75]);
  assert.deepEqual(routing.confusion, {
    labels: ['code', 'docs'],
    counts: [
      [2, 0],
      [1, 1],
    ],
  });
});

test('errors and labels are counted by record, the labels in order of their names', () => {
  const labels = ['incomplete', 'correct', 'wrong', 'correct', 'abstained'];
  const { errors, labels: counts } = summarizeVariant(
    logOf(5, (at) => ({ label: labels[at] ?? '', error: at === 0 || at === 2 })),
  );
  assert.equal(errors, 2);
  assert.deepEqual(Object.entries(counts), [
    ['abstained', 1],
    ['correct', 2],
    ['incomplete', 1],
    ['wrong', 1],
  ]);
});

test('a summary bears the name of its variant, also with one trial', () => {
  assert.equal(summarizeVariant([trialOf({ variant: 'split' })]).variant, 'split');
});
