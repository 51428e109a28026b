import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { jsonBytes } from '../../lib/json-bytes.ts';
import { inertMarkdown, printable, summaryText } from '../../lib/printable.ts';

const pieces = ['[', ']', '(', '!', '<', 'https', '://', 'www', '.', '@', 'a', '\\', '\u001b', '\u202e', '\n', '水'];

test('whatever is made of the pieces of links, images and HTML, Markdown of it has none', () => {
  fc.assert(
    fc.property(fc.array(fc.constantFrom(...pieces), { maxLength: 12 }), (chosen) => {
      const text = inertMarkdown(chosen.join(''));
      // Outside of pairs of a backslash and what it escapes.
      assert.doesNotMatch(
        text.replace(/\\[\\<[\]]/g, '§'),
        /[[\]<]|:\/\/|\bwww\.|\S@[a水]+\.|[^\P{Cc}]|\p{Bidi_Control}/u,
      );
    }),
    { numRuns: 500 },
  );
});

test('plain text stays as it is, on one line', () => {
  assert.equal(inertMarkdown('search_code "boil",\n a@b (x) `y`: //'), 'search_code "boil", a@b (x) `y`: //');
  assert.equal(inertMarkdown('grep \\bboil'), 'grep \\bboil');
  assert.equal(inertMarkdown('\\[x]'), '\\\\\\[x\\]');
  assert.equal(inertMarkdown('![x](http://e.example)'), '!\\[x\\](http: //e.example)');
});

test('a summary is as long as a server takes, whatever it is made of', () => {
  for (const text of ['水'.repeat(500), '['.repeat(500), '"'.repeat(500), '😀'.repeat(300), 'a'.repeat(500)])
    assert.ok(jsonBytes(summaryText(text)) <= 390 && summaryText(text).endsWith('…'));
  assert.equal(summaryText('x'.repeat(180)), 'x'.repeat(180));
  assert.equal(summaryText('x'.repeat(181)), `${'x'.repeat(179)}…`);
  assert.equal(jsonBytes('水😀é"'), Buffer.byteLength(JSON.stringify('水😀é"')));
});

test('nothing that steers a terminal is printed', () => {
  assert.equal(printable('a\u001b]8;;x\u0007b\u009bc\u202ed\te\r\nf'), 'a\ufffd]8;;x\ufffdb\ufffdc\ufffdd\te\nf');
});
