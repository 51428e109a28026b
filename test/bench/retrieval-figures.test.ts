import assert from 'node:assert/strict';
import { test } from 'node:test';
import { bootstrapMean, pairedGain, scoreRanking } from '../../bench/retrieval/retrieval-figures.ts';
import { toBenchRecord } from '../../bench/retrieval/retrieval-records.ts';

test('recall, hit and reciprocal rank are those of the ranking', () => {
  const scores = scoreRanking(['a', 'x', 'b', 'y', 'z', 'c'], ['b', 'c', 'd']);
  assert.deepEqual(scores, {
    'recall@1': 0,
    'recall@5': 1 / 3,
    'recall@10': 2 / 3,
    'recall@20': 2 / 3,
    'hit@5': 1,
    mrr: 1 / 3,
  });
  assert.equal(scoreRanking([], ['a']).mrr, 0);
});

test('an interval holds its mean and shrinks to it where all values are equal', () => {
  const { mean, low, high } = bootstrapMean([0, 1, 1, 0, 1, 1, 1, 0]);
  assert.equal(mean, 0.625);
  assert.ok(low < mean && mean < high && low >= 0 && high <= 1);
  const scores = scoreRanking(['a'], ['a']);
  assert.deepEqual(pairedGain([scores], [scoreRanking(['b'], ['a'])], 'mrr'), { mean: 1, low: 1, high: 1 });
});

test('questions and issue texts become one form; a record without expected files is left out', () => {
  const common = { id: '1', repo: 'a/b', language: 'python' };
  const commit = 'a'.repeat(40);
  assert.deepEqual(toBenchRecord({ ...common, commit, question: 'q', gold_files: ['x'] }), {
    id: '1',
    repository: 'a/b',
    commit,
    language: 'python',
    query: 'q',
    kind: 'all',
    expected: ['x'],
  });
  const issue = { ...common, base_commit: commit, query: 'q', gold_code_files: ['x'], gold_files: ['x', 'y'] };
  assert.deepEqual([toBenchRecord(issue)?.kind, toBenchRecord(issue)?.expected], ['code', ['x']]);
  assert.equal(toBenchRecord({ ...common, commit, question: 'q', gold_files: [] }), null);
  assert.throws(() => toBenchRecord({ ...common, commit: 'no', question: 'q', gold_files: ['x'] }));
});
