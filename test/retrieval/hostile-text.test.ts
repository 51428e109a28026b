/** 1 MB of one thing in a file: what reads it does so in a number of steps that grows with its length. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { underlinedHeadings } from '../../retrieval/index/definitions.ts';
import { createIgnoreRules } from '../../retrieval/snapshot/ignore-rules.ts';
import { matchQuote } from '../../retrieval/citations/quote-match.ts';

test('headings end where the next one of their depth begins', () => {
  const lines = ['a', '==', 'aa', '===', 'b', '---', 'bb', '---', 'cc', '===', 'dd', '---'];
  const found = underlinedHeadings(lines).map(({ name, line, last }) => [name, line, last]);
  assert.deepEqual(found, [
    ['aa', 3, 8],
    ['b', 5, 6],
    ['bb', 7, 8],
    ['cc', 9, 12],
    ['dd', 11, 12],
  ]);
});

test('of places that overlap, a quote is found at the one that is nearest', () => {
  const lines = Array<string>(60).fill('}');
  assert.deepEqual(matchQuote(lines, '}\n}\n}', 31, 33), { status: 'verified', firstLine: 31, lastLine: 33 });
});

test('an ignore rule of many stars is left out, others stay', () => {
  const rules = createIgnoreRules();
  rules.add('', `${'*a'.repeat(20)}*b\n*.log\n**/dist/**\n`);
  assert.equal(rules.ignores('a'.repeat(250)), false);
  assert.equal(rules.ignores('x/y.log'), true);
  assert.equal(rules.ignores('x/dist/y'), true);
});
