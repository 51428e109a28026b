/** Identifiers fall into their words, and the list of stop words is fit for a look-up. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { splitCase, stopWords } from '../../lib/words.ts';

test('an identifier falls into its words at inner capitals', () => {
  assert.equal(splitCase('getHTTPServer'), 'get HTTP Server');
  assert.equal(splitCase('HTTP2Stream'), 'HTTP2 Stream');
  assert.equal(splitCase('snake_case and words'), 'snake_case and words');
});

test('stop words stand once each, in lower case', () => {
  assert.deepEqual([...new Set(stopWords)], stopWords);
  for (const word of stopWords) assert.match(word, /^[a-z]+$/);
});
