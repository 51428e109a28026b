import assert from 'node:assert/strict';
import { test } from 'node:test';
import { gradeRecord } from '../../harness/graded-record.ts';
import { excessOver } from '../../harness/excess.ts';
import { addReuse, reuseLines, reuseOf } from '../../harness/reused-replies.ts';
import { toGradedTrial } from '../../harness/to-graded-trial.ts';
import { aQuestion, aRecord, call } from './graded-case.ts';

function trialOf(more: Record<string, unknown> = {}) {
  const record = aRecord(more);
  return toGradedTrial(record, gradeRecord(record, aQuestion()), 'fastify');
}

test('a trial holds the grade, the label, the calls and what the record says of cost and models', () => {
  const models = { router: 'small', synthesis: 'large', judge: 'small' };
  const trial = trialOf({ cost_usd: 0.25, retry_count: 2, models, trial: 3 });
  assert.deepEqual(
    [trial.question, trial.variant, trial.trial, trial.expectedRoute, trial.route],
    ['q1', 'orchestrated', 3, 'code', 'code'],
  );
  assert.deepEqual(
    [trial.correct, trial.label, trial.wasteful, trial.costUsd, trial.retries],
    [1, 'correct', false, 0.25, 2],
  );
  assert.deepEqual(trial.models, ['large', 'small']);
  assert.deepEqual(
    trial.calls?.map(({ finding }) => finding),
    ['needed', 'needed'],
  );
});

test('a record keeps the dataset that it names; one that names none answers the given one', () => {
  assert.equal(trialOf({ dataset: 'other' }).dataset, 'other');
  assert.equal(trialOf().dataset, 'fastify');
});

test('waits for a provider count with the back-off, and what a log does not say stays unknown', () => {
  const { latencyMs } = trialOf({ latency_ms: { total: 900, backoff: 100, waiting: 200, model: 500 } });
  assert.deepEqual(latencyMs, { total: 900, queue: null, model: 500, tool: null, backoff: 300, orchestration: null });
  assert.equal(trialOf().latencyMs.backoff, null);
  assert.equal(trialOf().costUsd, null);
});

test('a run that a person cancelled has no grade, a wrong answer has 0', () => {
  assert.equal(trialOf({ outcome: 'cancelled' }).correct, null);
  assert.equal(trialOf({ final_answer: 'No idea.' }).correct, 0);
});

test('only a right answer is wasteful', () => {
  const same = call('read_lines', ['lib/body.js'], '{}');
  const calls = { tools_called: [same, same, same] };
  assert.equal(trialOf(calls).wasteful, true);
  assert.equal(trialOf({ ...calls, final_answer: 'No idea.' }).wasteful, false);
});

test('two trials have one fingerprint when answer, citations and calls are the same to the letter', () => {
  assert.equal(trialOf().fingerprint, trialOf({ trial: 2, cost_usd: 1 }).fingerprint);
  assert.notEqual(trialOf().fingerprint, trialOf({ evidence: [] }).fingerprint);
  assert.notEqual(trialOf().fingerprint, trialOf({ tools_called: [] }).fingerprint);
  assert.equal(trialOf({ final_answer: null, tools_called: null }).fingerprint, null);
});

test('a log that names its model only counts by that', () => {
  assert.deepEqual(trialOf({ model: 'b, a' }).models, ['a', 'b']);
  assert.deepEqual(trialOf().models, []);
});

const usageOf = (calls: number, reused: number) => ({
  ...{ model_calls: calls, input_tokens: 100 * calls, cached_input_tokens: 0, output_tokens: 0, reasoning_tokens: 0 },
  ...(reused === 0
    ? {}
    : { reused: { model_calls: reused, input_tokens: 100 * reused, output_tokens: 0, cost_usd: 0.01 * reused } }),
});

test('nobody waited for a reply that was used again: the time says nothing, the cost what all of it would be', () => {
  const trial = trialOf({ latency_ms: { total: 900, model: 1 }, usage: usageOf(3, 2), cost_usd: 0.03 });
  assert.deepEqual([trial.latencyMs.total, trial.latencyMs.model, trial.costUsd], [null, null, 0.03]);
  const [waited, reused] = [0, 2].map((calls) => aRecord({ latency_ms: { total: 900 }, usage: usageOf(3, calls) }));
  assert.ok(waited !== undefined && reused !== undefined);
  assert.deepEqual([excessOver(waited, waited).totalMs, excessOver(waited, reused).totalMs], [0, null]);
});

test('what was used again is told with what was paid, and so is an alias that another model answers', () => {
  const renamed = { asked: 'alias', before: 'alias-may', now: 'alias-june' };
  const part = [aRecord({ usage: usageOf(3, 2), cost_usd: 0.03, renamed_models: [renamed] }), aRecord()];
  const told = reuseLines([...part, ...part].map(reuseOf).reduce(addReuse));
  assert.match(told[0] ?? '', /^4 of 6 model calls, in 2 of 4 runs, .*: \$0\.0200 was paid, .* have cost \$0\.0600\./);
  assert.match(told[1] ?? '', /^"alias" is answered by alias-june now, and was by alias-may before/);
  assert.equal(told.length, 2);
  const all = reuseOf(aRecord({ usage: usageOf(2, 2), cost_usd: 0.02 }));
  assert.match(reuseLines(all)[0] ?? '', /^All 2 model calls, in every run, .*: \$0 was paid/);
  assert.deepEqual(reuseLines(reuseOf(aRecord())), []);
});
