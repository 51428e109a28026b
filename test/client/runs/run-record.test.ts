/** What scripts read: the object of `ask --json`, its exit codes, the rows of `runs`, and the ids of runs. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { exitCodeOf } from '../../../client/exit-codes.ts';
import { newRunId } from '../../../client/ask/start-run.ts';
import { runRecord } from '../../../client/ask/run-record.ts';
import { aRun, aState } from './a-run.ts';

const promised = [
  'workflowId runId webUrl pipeline question route routes_run probabilities outcome specialist_output evidence',
  'tools_called final_answer confidence retry_count usage costUsd durationMs model snapshot gaps superseded',
].flatMap((line) => line.split(' '));

test('the object has every field that is promised, and survives JSON', () => {
  const record = JSON.parse(JSON.stringify(runRecord(aRun())));
  for (const field of promised) assert.ok(Object.hasOwn(record, field), field);
  assert.deepEqual(record.probabilities, { code: 0.9, docs: 0.1 });
  assert.deepEqual(Object.keys(record.probabilities), ['code', 'docs']);
  assert.equal(record.outcome, 'answered');
  assert.equal(record.costUsd, 0.0123);
  assert.equal(record.durationMs, 3210);
  assert.equal(record.model, 'gpt-5-mini');
  assert.equal(record.offlineModel, false);
  assert.equal(record.evidence[0].firstLine, 3);
  assert.equal(record.evidence[0].lastLine, 9);
});

test('failure, limit and reasons are there where the outcome has them, and only there', () => {
  const state = aState();
  const failure = { kind: 'ModelForbidden', message: 'no', setting: null } as const;
  const unavailable = runRecord(aRun({ kind: 'unavailable', state, failure }));
  assert.deepEqual(unavailable.failure, failure);
  assert.equal(unavailable.help, 'docs/failures/model-forbidden.md');
  assert.equal(runRecord(aRun({ kind: 'budget-spent', state, limit: 'tokens' })).limit, 'tokens');
  assert.deepEqual(runRecord(aRun({ kind: 'retries-exhausted', state, reasons: ['weak'] })).reasons, ['weak']);
  for (const field of ['failure', 'help', 'limit', 'reasons', 'kind', 'state'])
    assert.equal(Object.hasOwn(runRecord(aRun()), field), false, field);
});

test('what is not known is null: no route, no models, no price', () => {
  const usage = { ...aState().usage, costUsd: null };
  const state = aState({ route: null, routing: null, models: {}, usage });
  const record = runRecord(aRun({ kind: 'cancelled', state }));
  assert.deepEqual([record.route, record.probabilities, record.model, record.costUsd], [null, null, null, null]);
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
