import assert from 'node:assert/strict';
import { test } from 'node:test';
import { parseLenientJson, strictJson } from '../../../models/reading/lenient-json.ts';

test('infinite numbers and NaN count as null, in strings they are text', () => {
  const text = '{"a": -Infinity, "b": [NaN, Infinity, 1], "c": "NaN, \\"Infinity", "d": nan, "e": -inf}';
  const value = { a: null, b: [null, null, 1], c: 'NaN, "Infinity', d: null, e: null };
  assert.deepEqual(parseLenientJson(text), value);
  assert.deepEqual(JSON.parse(strictJson(text)), value);
});

test('JSON stays as it is, and what is none stays wrong', () => {
  const text = '{"a": "Infinity", "b": 1e400}';
  assert.equal(JSON.stringify(parseLenientJson('{"null": null}')), '{"null":null}');
  assert.deepEqual(parseLenientJson(text), JSON.parse(text));
  for (const broken of ['{"a": Infinit}', 'NaN,', '<p>NaN</p>', '']) {
    assert.throws(() => parseLenientJson(broken), SyntaxError);
    assert.equal(strictJson(broken), broken);
  }
});

test('10 MB of it is read in linear time', () => {
  const start = performance.now();
  assert.equal((parseLenientJson(`[${'-Infinity,'.repeat(1_000_000)}NaN]`) as unknown[]).length, 1_000_001);
  assert.throws(() => parseLenientJson(`NaN${'"\\'.repeat(3_000_000)}`), SyntaxError);
  assert.ok(performance.now() - start < 6_000);
});
