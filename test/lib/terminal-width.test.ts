/** Text is measured, cut and filled by the columns that it takes in a terminal. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { cutToWidth, fitting, padToWidth, widthOf } from '../../lib/terminal-width.ts';

test('CJK and emoji take two columns, a combining mark and a colour none', () => {
  for (const [text, columns] of [
    ['abc', 3],
    ['計数', 4],
    ['🎉', 2],
    ['👩‍👩‍👧‍👦', 2],
    ['e\u0301', 1],
    ['\u001b[1mbold\u001b[22m', 4],
  ] as const)
    assert.equal(widthOf(text), columns, text);
});

test('no character is cut in two, and what is cut says so', () => {
  assert.equal(fitting('計数器', 5), '計数');
  assert.equal(fitting('a👩‍👩‍👧‍👦b', 2), 'a');
  assert.equal(cutToWidth('計数器', 5), '計数…');
  assert.equal(cutToWidth('計数器', 6), '計数器');
  assert.equal(padToWidth('計数', 6), '計数  ');
  fc.assert(
    fc.property(fc.string({ unit: 'grapheme' }), fc.integer({ min: 1, max: 20 }), (text, columns) => {
      assert.ok(widthOf(cutToWidth(text, columns)) <= columns);
      assert.ok(text.startsWith(fitting(text, columns)));
    }),
  );
});
