/** Texts that runs tell people, at their bounds: what was searched, which problems tools had, how long an opening takes. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { ToolCalled } from '../../contracts/tools.ts';
import {
  baselessAbstention,
  searchesOf,
  subjectOf,
  toolsFailed,
  withSearches,
} from '../../workflows/answer-question/absence.ts';
import { openingText } from '../../workflows/answer-question/opening.ts';

const call = (tool: string, more: Partial<ToolCalled> = {}): ToolCalled => ({
  ...{ specialist: 'code', try: 1, tool, argumentsText: '{}', status: 'error', content: '', paths: [], ...more },
});
const searched = (query: string) => call('grep', { status: 'ok', argumentsText: JSON.stringify({ query }) });
const broken = (count: number, problem = 'bad') =>
  Array.from({ length: count }, (_, at) => call(`t${at}`, { problem }));

test('three problems are told, and how many more there are', () => {
  const told = (count: number) => toolsFailed(broken(count))?.message.split('so nothing was searched; ')[1];
  assert.equal(told(1), 't0: bad');
  assert.equal(told(3), 't0: bad; t1: bad; t2: bad');
  assert.equal(told(4), 't0: bad; t1: bad; t2: bad; 1 more');
  assert.equal(told(6), 't0: bad; t1: bad; t2: bad; 3 more');
});

test('long problems are cut', () => {
  const calls = broken(3, 'x'.repeat(2_000));
  assert.equal(toolsFailed(calls)?.message.length, 1_000);
  assert.equal(baselessAbstention({ specialist: 'code', try: 1, insufficient: true }, calls)?.length, 500);
  const foreign = call('mcp:shop/search', { foreign: { server: 'shop', end: 'failed' } });
  assert.match(toolsFailed([call('grep'), foreign])?.message ?? '', /^the only tool call failed/);
});

test('a search is told whole up to 80 characters, and twelve of them', () => {
  const [whole, long] = ['a'.repeat(80), 'b'.repeat(81)];
  assert.deepEqual(searchesOf([searched(whole), searched(long)]), [`"${whole}" (grep)`, `"${'b'.repeat(79)}…" (grep)`]);
  assert.deepEqual(searchesOf([searched('  two\n words ')]), ['"two words" (grep)']);
  const many = (count: number) => searchesOf(Array.from({ length: count }, (_, at) => searched(`q${at}`)));
  assert.equal(many(12).length, 12);
  assert.deepEqual(many(13).slice(11), ['"q11" (grep)', '1 more']);
  assert.deepEqual(many(14).slice(12), ['2 more']);
});

test('arguments without a text, and with one that is no JSON, have a subject all the same', () => {
  assert.equal(subjectOf('{"first_line": 1}'), '');
  assert.equal(subjectOf('{"query": "a\\qb"}'), 'a\\qb');
  assert.deepEqual(searchesOf([call('git_log', { status: 'ok' })]), ['git_log']);
});

test('eight reasons why files are left out are told, and the words of the answer are trimmed', () => {
  const reasons = (count: number) =>
    Array.from({ length: count }, (_, at) => ({ reason: `reason ${at}`, count: 1, examples: [] }));
  assert.equal(withSearches(' Nothing. ', [], reasons(1)), 'Nothing.\n\nNot searched: 1 reason 0.');
  assert.match(withSearches('', [], reasons(8)), /^Not searched: .*; 1 reason 7\.$/);
  assert.match(withSearches('', [], reasons(9)), /; 1 reason 7; files for 1 more reasons\.$/);
});

test('an opening says how far it is, and about how long it takes', () => {
  const text = (more: object) =>
    openingText({ stage: 'indexing', done: 4_000, total: 27_674, secondsLeft: null, ...more });
  assert.equal(text({ stage: 'fetching' }), 'fetching the repository');
  assert.equal(text({}), 'indexing 4,000 of 27,674 files');
  assert.equal(text({ stage: 'reading', total: null }), 'reading 4,000 files');
  assert.equal(text({ secondsLeft: 99 }), 'indexing 4,000 of 27,674 files, about 99 s left');
  assert.equal(text({ secondsLeft: 100 }), 'indexing 4,000 of 27,674 files, about 2 min left');
  assert.equal(text({ secondsLeft: 630 }), 'indexing 4,000 of 27,674 files, about 11 min left');
});
