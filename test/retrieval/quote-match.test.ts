import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { matchQuote } from '../../retrieval/citations/quote-match.ts';

const lines = [
  'function add (a, b) {',
  '  const sum = a + b',
  '',
  '  return sum',
  '}',
  '',
  'function sub (a, b) {',
  '}',
];

test('a quote at the cited lines is verified with the lines as cited', () => {
  assert.deepEqual(matchQuote(lines, 'const sum = a + b', 1, 4), { status: 'verified', firstLine: 1, lastLine: 4 });
});

test('a quote two lines off widens the range, three lines off is a repair', () => {
  assert.deepEqual(matchQuote(lines, 'return sum', 6, 6), { status: 'verified', firstLine: 4, lastLine: 6 });
  const moved = matchQuote(lines, 'return sum', 7, 8);
  assert.deepEqual(moved, { status: 'repaired', firstLine: 4, lastLine: 4, reason: 'moved from lines 7-8' });
});

test('of several occurrences the nearest to the cited lines is taken', () => {
  const many = Array.from({ length: 100 }, (_, at) => (at % 10 === 9 ? 'the same words' : `line ${at + 1}`));
  const match = matchQuote(many, 'the same words', 63, 64);
  assert.deepEqual(match.status === 'repaired' && [match.firstLine, match.lastLine], [60, 60]);
});

test('lines past the end of the file are repaired when the quote is real', () => {
  const match = matchQuote(lines, 'function sub', 700, 701);
  assert.equal(match.status, 'repaired');
  assert.ok(match.status === 'repaired' && match.firstLine === 7 && /the file has 8 lines/.test(match.reason));
  assert.equal(matchQuote(lines, 'function sub', 8, 7).status, 'repaired');
});

test('line numbers of a tool result and other white space do not keep a quote from matching', () => {
  const match = matchQuote(lines, '2|   const sum = a + b\n3| \n4|   return   sum', 2, 4);
  assert.deepEqual(match, { status: 'verified', firstLine: 2, lastLine: 4 });
  assert.equal(matchQuote(['x = 1| 2'], '1| 2', 1, 1).status, 'verified');
});

test('invented, empty and very short quotes are unresolved with a reason', () => {
  for (const quote of ['', '   ', '} {', 'const difference = a - b', 'CONST SUM = A + B']) {
    const match = matchQuote(lines, quote, 1, 2);
    assert.equal(match.status, 'unresolved', quote);
  }
  assert.equal(matchQuote([], 'anything', 1, 1).status, 'unresolved');
});

const words = fc.stringMatching(/^[a-z(){}.=]{1,8}$/);
const text = fc.array(
  fc.array(words, { maxLength: 6 }).map((line) => line.join(' ')),
  { minLength: 1, maxLength: 40 },
);

test('any lines of a file quoted with any white space are found at those lines or, if they repeat, nearby', () => {
  fc.assert(
    fc.property(text, fc.nat(), fc.nat(), fc.constantFrom(' ', '\n', '\r\n\t', '  '), (file, from, length, space) => {
      const first = from % file.length;
      const last = Math.min(file.length - 1, first + (length % 5));
      const quote = file
        .slice(first, last + 1)
        .join('\n')
        .replaceAll(/\s/g, space);
      fc.pre(quote.replaceAll(/\s/g, '').length >= 3);
      const match = matchQuote(file, quote, first + 1, last + 1);
      assert.deepEqual(match, { status: 'verified', firstLine: first + 1, lastLine: last + 1 });
    }),
  );
});

test('whatever is cited, a match lies in the file, holds the quote, and only real words match', () => {
  const collapse = (value: string) => value.replaceAll(/\s+/g, ' ').trim();
  fc.assert(
    fc.property(
      text,
      fc.array(words, { minLength: 1, maxLength: 3 }),
      fc.nat(60),
      fc.nat(60),
      (file, quoted, from, to) => {
        const quote = quoted.join(' ');
        const match = matchQuote(file, quote, from + 1, to + 1);
        if (match.status === 'unresolved') {
          const short = quote.replaceAll(' ', '').length < 3;
          assert.ok(short || !collapse(file.join(' ')).includes(collapse(quote)));
          return;
        }
        assert.ok(match.firstLine >= 1 && match.firstLine <= match.lastLine && match.lastLine <= file.length);
        const held = collapse(file.slice(match.firstLine - 1, match.lastLine).join(' '));
        assert.ok(held.includes(collapse(quote)));
      },
    ),
  );
});
