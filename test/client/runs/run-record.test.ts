/** What scripts read: the object of `ask --json`, its exit codes, the rows of `runs`, and the ids of runs. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { exitCodeOf } from '../../../client/exit-codes.ts';
import { newRunId } from '../../../application/runs/start-run.ts';
import { type FinishedRun, keyedFields, runRecord } from '../../../application/runs/run-record.ts';
import { snakeKeys } from '../../../lib/snake-keys.ts';
import { aRun, aState } from './a-run.ts';

const promised = [
  'workflow_id run_id web_url pipeline question route routes_run probabilities outcome specialist_output evidence',
  'tools_called final_answer confidence retry_count usage cost_usd duration_ms model snapshot gaps superseded',
].flatMap((line) => line.split(' '));

const printed = (run: FinishedRun): Record<string, unknown> => snakeKeys(runRecord(run), keyedFields);

test('the object has every field that is promised, and survives JSON', () => {
  const record = JSON.parse(JSON.stringify(printed(aRun())));
  for (const field of promised) assert.ok(Object.hasOwn(record, field), field);
  assert.deepEqual(record.probabilities, { code: 0.9, docs: 0.1 });
  assert.deepEqual(Object.keys(record.probabilities), ['code', 'docs']);
  assert.equal(record.outcome, 'answered');
  assert.equal(record.cost_usd, 0.0123);
  assert.equal(record.duration_ms, 3210);
  assert.equal(record.model, 'gpt-5-mini');
  assert.equal(record.offline_model, false);
  assert.equal(record.evidence[0].first_line, 3);
  assert.equal(record.evidence[0].last_line, 9);
});

test('each figure has one place', () => {
  const record = JSON.parse(JSON.stringify(printed(aRun())));
  assert.deepEqual(Object.keys(record.usage), [
    'model_calls',
    'input_tokens',
    'cached_input_tokens',
    'output_tokens',
    'reasoning_tokens',
  ]);
  assert.deepEqual(Object.keys(record.routing).sort(), ['fallback', 'reply', 'route', 'source']);
});

test('failure, limit and reasons are there where the outcome has them, and only there', () => {
  const state = aState();
  const failure = { kind: 'ModelForbidden', message: 'no', setting: null } as const;
  const unavailable = printed(aRun({ kind: 'unavailable', state, failure }));
  assert.deepEqual(unavailable.failure, failure);
  assert.equal(unavailable.help, 'docs/failures/model-forbidden.md');
  assert.equal(printed(aRun({ kind: 'budget-spent', state, limit: 'tokens' })).limit, 'tokens');
  assert.deepEqual(printed(aRun({ kind: 'retries-exhausted', state, reasons: ['weak'] })).reasons, ['weak']);
  for (const field of ['failure', 'help', 'limit', 'reasons', 'kind', 'state'])
    assert.equal(Object.hasOwn(printed(aRun()), field), false, field);
});

test('what is not known is null: no route, no models, no price', () => {
  const usage = { ...aState().usage, costUsd: null };
  const state = aState({ route: null, routing: null, models: {}, usage });
  const record = printed(aRun({ kind: 'cancelled', state }));
  assert.deepEqual([record.route, record.probabilities, record.model, record.cost_usd], [null, null, null, null]);
});

test('scripts are told by the exit code whether there is a result', () => {
  assert.equal(exitCodeOf('answered'), 0);
  assert.equal(exitCodeOf('insufficient-evidence'), 0);
  for (const kind of ['retries-exhausted', 'budget-spent', 'unavailable', 'cancelled'] as const)
    assert.equal(exitCodeOf(kind), 1);
});

test('ids of runs sort by time and differ within a millisecond', () => {
  const now = Date.UTC(2026, 10, 23);
  const ids = Array.from({ length: 200 }, () => newRunId('ask', now));
  assert.equal(new Set(ids).size, 200);
  for (const id of ids) assert.match(id, /^ask-[0-9a-z]{9}-[0-9a-z]{10}$/);
  const later = newRunId('ask', now + 1);
  for (const id of ids) assert.ok(id < later);
});
