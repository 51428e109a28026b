import assert from 'node:assert/strict';
import { test } from 'node:test';
import { fitted, offeredName } from '../../../models/reading/offered-calls.ts';

const parameters = {
  type: 'object',
  properties: {
    query: { type: 'string' },
    limit: { type: 'integer' },
    deep: { type: 'boolean' },
    paths: { type: 'array', items: { type: 'string' } },
    path: { anyOf: [{ type: 'string' }, { type: 'null' }] },
  },
  required: ['query'],
};
const tool = (name: string) => ({ name, description: '', parameters });
const tools = [tool('search_code'), tool('read_lines')];

test('a name with something before or behind it means the tool where it can mean one alone', () => {
  const same = [
    'functions.search_code',
    'default_api:search_code',
    'repo/search_code',
    'mcp__repo__search_code',
    'functions.search_code:0',
    'search_code<|channel|>commentary',
    'search_code<|constrain|>json',
    'Search_Code',
    'search-code',
    ' search_code',
  ];
  for (const name of same) assert.equal(offeredName(name, tools), 'search_code', name);
  for (const name of ['search', 'search_code_now', 'code', '', 'functions.', 'rm'])
    assert.equal(offeredName(name, tools), null, name);
  assert.equal(offeredName('GREP', [tool('grep'), tool('Grep')]), null);
  assert.equal(offeredName('a.grep', [tool('a.grep'), tool('grep')]), 'a.grep');
});

const fit = (given: unknown, name = 'search_code') => {
  const argumentsText = typeof given === 'string' ? given : JSON.stringify(given);
  const { call, repairs } = fitted({ id: 'a', name, argumentsText }, tools);
  return { text: call.argumentsText, repairs };
};

test('arguments that were encoded twice are decoded', () => {
  const twice = JSON.stringify(JSON.stringify({ query: 'x' }));
  assert.deepEqual(fit(twice), { text: '{"query":"x"}', repairs: ['arguments-encoded-twice'] });
  assert.deepEqual(fit(JSON.stringify(twice)).text, '{"query":"x"}');
});

test('values of another type are read as the tool wants them, nulls for what may be absent are left out', () => {
  const given = { query: 42, limit: '10', deep: 'True', paths: '["a"]', path: null, other: null };
  const { text, repairs } = fit(given);
  assert.deepEqual(JSON.parse(text), { query: '42', limit: 10, deep: true, paths: ['a'], path: null });
  assert.deepEqual(repairs, ['arguments-of-other-type']);
  assert.deepEqual(JSON.parse(fit({ query: 'x', limit: null }).text), { query: 'x' });
});

test('what is right, or cannot be read, stays byte for byte', () => {
  for (const text of [
    '{ "query": "10",  "limit": 10 }',
    '{"query": null}',
    '{"limit": "many"}',
    '{"query": ',
    '[]',
    '"x"',
    '',
  ]) {
    assert.deepEqual(fit(text), { text, repairs: [] });
  }
});
