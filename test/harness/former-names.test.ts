/** A run log and a benchmark's folder of 0.1 are read as those of today with the same content are. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { z } from 'zod';
import { BenchmarkManifest } from '../../contracts/benchmark.ts';
import { RunLogRecord } from '../../contracts/run-log.ts';
import { gradeRecord } from '../../harness/graded-record.ts';
import { usageOfRecord } from '../../harness/run-log/logged-state.ts';
import { runLogReader } from '../../harness/run-log/run-log-reader.ts';
import { toGradedTrial } from '../../harness/to-graded-trial.ts';
import { aQuestion } from './graded-case.ts';

/** What both say in the same words. */
const common = {
  question_id: 'q1',
  trial: 1,
  dataset: 'made-up 0123456789ab',
  question: 'How large may a body be?',
  outcome: 'answered',
  reasons: null,
  route: 'code',
  routing: null,
  routes_run: ['code'],
  final_answer: 'The option `bodyLimit` allows 1 MiB.',
  confidence: 0.9,
  retry_count: 1,
  gaps: [],
  superseded: [],
  cost_usd: 0.5,
  latency_ms: null,
  started_at: '2026-11-26T01:00:00.000Z',
  workflow_id: 'b/orchestrated/q1/1',
  run_id: 'r-1',
  links: { web: null, trace: null, history: null },
  spec_hash: 'h',
  model: 'm',
  models: { router: 'm', codeReader: 'm' },
  snapshot: 'c0ffee',
  error: null,
  offline: false,
};
const tool = { specialist: 'code', try: 1, tool: 'read_lines', status: 'ok', content: 'c', paths: ['lib/body.js'] };
const output = { specialist: 'code', kind: 'draft', answer: 'a', insufficient: false, accepted: true, reasons: [] };
const place = { path: 'lib/body.js', quote: 'q', status: 'verified', blob: 'b' };

const formerUsage = {
  modelCalls: 3,
  inputTokens: 900,
  cachedInputTokens: 10,
  outputTokens: 100,
  reasoningTokens: 5,
  costUsd: 0.5,
};
const former = {
  ...common,
  arm: 'orchestrated',
  specialist_output: [1, 2].map((attempt) => ({
    ...{ ...output, try: attempt },
    citations: [{ ...place, firstLine: 12, lastLine: 14 }],
  })),
  evidence: [{ ...place, firstLine: 12, lastLine: 14 }, 'lib/other.js'],
  tools_called: [{ ...tool, argumentsText: '{"a":1}' }, { ...tool, argumentsText: '{ "a": 1 }' }, 'grep'],
  usage: formerUsage,
  failed_usage: { ...formerUsage, modelCalls: 1, costUsd: 0.25 },
};

const usage = {
  model_calls: 3,
  input_tokens: 900,
  cached_input_tokens: 10,
  output_tokens: 100,
  reasoning_tokens: 5,
};
const present = {
  ...common,
  variant: 'orchestrated',
  specialist_output: [1, 2].map((attempt) => ({
    ...{ ...output, try: attempt },
    citations: [{ ...place, first_line: 12, last_line: 14 }],
  })),
  evidence: [{ ...place, first_line: 12, last_line: 14 }, 'lib/other.js'],
  tools_called: [{ ...tool, arguments_text: '{"a":1}' }, { ...tool, arguments_text: '{ "a": 1 }' }, 'grep'],
  usage,
  failed_usage: { ...usage, model_calls: 1, cost_usd: 0.25 },
};

function read(record: unknown): { record: RunLogRecord; warnings: string[] } {
  const warnings: string[] = [];
  const line = JSON.stringify(record);
  const read = runLogReader('log.jsonl', (warning) => warnings.push(warning)).read(line, 1);
  assert.ok(read !== null);
  return { record: read, warnings };
}

test('a record under former names is the same record, and nothing in it is called unknown', () => {
  const [old, now] = [read(former), read(present)];
  assert.deepEqual(old, now);
  assert.deepEqual(old.warnings, []);
  assert.equal(old.record.variant, 'orchestrated');
  assert.equal(old.record.evidence?.[0]?.first_line, 12);
  assert.deepEqual(old.record.models, common.models);
  assert.equal(RunLogRecord.parse(former).tools_called?.[0]?.arguments_text, '{"a":1}');
  assert.deepEqual(usageOfRecord(old.record), formerUsage);
});

test('it is graded, labelled and compared the same, its repeated call and its right lines included', () => {
  const question = aQuestion();
  const [old, now] = [former, present].map((each) => gradeRecord(RunLogRecord.parse(each), question));
  assert.ok(old !== undefined && now !== undefined);
  assert.deepEqual(old, now);
  assert.equal(old.answer.citations?.rightLines, true);
  assert.equal(old.tools?.counts.redundant, 1);
  assert.equal(old.waste.failedAttemptTokens, 1000);
  const [oldTrial, nowTrial] = [former, present].map((each) => toGradedTrial(RunLogRecord.parse(each), old, 'd'));
  assert.deepEqual(oldTrial, nowTrial);
});

test('a cost that stands in the usage alone is the cost', () => {
  const { cost_usd: _, ...without } = former;
  assert.equal(read(without).record.cost_usd, 0.5);
  assert.equal(read({ ...former, cost_usd: 0.75 }).record.cost_usd, 0.75);
});

test('where a field has both names the present one counts, and the former is told as unknown', () => {
  const both = { ...present, evidence: [{ path: 'a.js', first_line: 3, firstLine: 9 }] };
  const { record, warnings } = read(both);
  assert.equal(record.evidence?.[0]?.first_line, 3);
  assert.equal(warnings.length, 1);
  assert.match(warnings[0] ?? '', /"evidence\.firstLine"/);
});

test('former names of a wrong type are refused, and what is no object is not taken for one', () => {
  for (const wrong of [
    { evidence: [{ path: 'a.js', firstLine: 'one' }] },
    { usage: { ...formerUsage, inputTokens: -1 } },
    { usage: 3 },
    { tools_called: { argumentsText: '' } },
    { specialist_output: [null] },
  ])
    assert.equal(RunLogRecord.safeParse({ ...former, ...wrong }).success, false, JSON.stringify(wrong));
  for (const record of [null, [], 'x', 3]) assert.equal(RunLogRecord.safeParse(record).success, false);
});

test('a manifest that calls its variants arms is the same manifest, and one that says both is refused', () => {
  const pipeline = { name: 'a', specialists: [{ name: 's', purpose: 'p', prompt: 'Answer.', tools: ['grep'] }] };
  const variant = { name: 'a', specHash: 'h', pipeline };
  const manifest = { id: 'b', dataset: 'd 0123456789ab', questions: 1, trials: 1, plan: {}, offline: true };
  const started = { ...manifest, startedAt: common.started_at };
  const now = BenchmarkManifest.parse({ ...started, variants: [variant] });
  assert.deepEqual(BenchmarkManifest.parse({ ...started, arms: [variant] }), now);
  assert.equal(now.variants[0]?.name, 'a');
  assert.equal(BenchmarkManifest.safeParse({ ...started, arms: [variant], variants: [variant] }).success, false);
});

test('the schema of the run log has no other names than those of today', () => {
  const schema = z.toJSONSchema(RunLogRecord, { io: 'input' });
  const names = namesOf(schema);
  assert.ok(names.includes('question_id') && names.includes('first_line') && names.includes('arguments_text'));
  assert.deepEqual(
    names.filter((name) => /[A-Z]/.test(name)),
    [],
  );
});

/** The properties that a JSON Schema names, however deep. */
function namesOf(schema: unknown): string[] {
  if (typeof schema !== 'object' || schema === null) return [];
  return Object.entries(schema).flatMap(([key, value]) => [
    ...(key === 'properties' ? Object.keys(value as object) : []),
    ...namesOf(value),
  ]);
}
