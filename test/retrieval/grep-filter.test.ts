import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { literalOf, textFilter } from '../../retrieval/tools/grep-filter.ts';
import { linesOf } from '../../retrieval/snapshot/text-files.ts';

/** A part of a pattern, and characters that it matches unless its neighbours forbid it. */
type Part = { pattern: string; sample: string };

const plain: Part[] = [...'abxuckA41-/<>}], \u00e9\ud83d\ude00'].map((each) => ({ pattern: each, sample: each }));
const escapes: [string, string][] = [
  ['\\x41', 'A'],
  ['\\x4', 'x4'],
  ['\\u0041', 'A'],
  ['\\u004', 'u004'],
  ['\\u{3}', 'uuu'],
  ['\\u{41}', 'u'.repeat(41)],
  ['\\ud83d\\ude00', '\ud83d\ude00'],
  ['\\cI', '\t'],
  ['\\c', '\\c'],
  ['\\c1', '\\c1'],
  ['\\0', '\0'],
  ['\\101', 'A'],
  ['\\1015', 'A5'],
  ['\\8', '8'],
  ['\\t', '\t'],
  ['\\v', '\v'],
  ['\\f', '\f'],
  ['\\.', '.'],
  ['\\/', '/'],
  ['\\-', '-'],
  ['\\\\', '\\'],
  ['\\[', '['],
  ['\\(', '('],
  ['\\)', ')'],
  ['\\|', '|'],
  ['\\{', '{'],
  ['\\a', 'a'],
  ['\\e', 'e'],
  ['\\p{2}', 'pp'],
  ['\\k', 'k'],
  ['\\d', '4'],
  ['\\D', 'x'],
  ['\\w', 'a'],
  ['\\W', '-'],
  ['\\s', ' '],
  ['\\S', 'b'],
  ['.', 'q'],
  ['[abc]', 'b'],
  ['[^a]', 'z'],
  ['[\\]x]', ']'],
  ['[(]', '('],
  ['[^]', '|'],
  ['a{', 'a{'],
  ['a{,2}', 'a{,2}'],
  ['{x', '{x'],
];
const assertions: [string, string][] = [
  ['\\b', ''],
  ['\\B', ''],
  ['^', ''],
  ['$', ''],
  ['(?-m:^)', ''],
  ['(?-m:$)', ''],
  ['(?i-m:$)', ''],
  ['(?!q)', ''],
  ['(?<!q)', ''],
];
const parts = (pairs: [string, string][]) => pairs.map(([pattern, sample]) => ({ pattern, sample }));
const quantifiers: [string, number][] = [
  ['', 1],
  ['?', 0],
  ['?', 1],
  ['*', 0],
  ['*', 2],
  ['+', 1],
  ['+?', 3],
  ['{0}', 0],
  ['{2}', 2],
  ['{0,3}?', 0],
  ['{1,}', 2],
];

const bounded: [string, number][] = [
  ['', 1],
  ['?', 0],
  ['{0}', 0],
  ['{1,2}', 2],
];

const quantified = (part: fc.Arbitrary<Part>, signs: [string, number][]): fc.Arbitrary<Part> =>
  fc
    .tuple(part, fc.constantFrom(...signs))
    .map(([{ pattern, sample }, [sign, times]]) => ({ pattern: pattern + sign, sample: sample.repeat(times) }));

const joined = (all: readonly Part[]): Part => ({
  pattern: all.map(({ pattern }) => pattern).join(''),
  sample: all.map(({ sample }) => sample).join(''),
});

const { sequence } = fc.letrec<{ sequence: Part; group: Part; term: Part }>((tie) => ({
  sequence: fc.array(tie('term'), { minLength: 1, maxLength: 7, depthIdentifier: 'group' }).map(joined),
  group: fc
    .tuple(fc.constantFrom('(', '(?:', '(?<name>', '(?i:', '(?=', '(?<=x'), tie('sequence'), fc.option(tie('sequence')))
    .map(([open, { pattern, sample }, other]) => {
      const sees = open === '(?=' || open === '(?<=x';
      return { pattern: `${open}${pattern}${other === null ? '' : `|${other.pattern}`})`, sample: sees ? '' : sample };
    }),
  term: fc.oneof(
    { weight: 8, arbitrary: quantified(fc.constantFrom(...plain, ...parts(escapes)), quantifiers) },
    // Nested repetition without bounds takes exponential time.
    { weight: 1, arbitrary: quantified(tie('group'), bounded) },
    { weight: 1, arbitrary: fc.constantFrom(...parts(assertions)) },
    { weight: 1, arbitrary: fc.constantFrom({ pattern: '\\1', sample: '' }, { pattern: '\\k<name>', sample: '' }) },
  ),
}));

const patterns = fc
  .tuple(sequence, fc.option(sequence, { freq: 6 }))
  .map(([one, other]) => ({ ...one, pattern: other === null ? one.pattern : `${one.pattern}|${other.pattern}` }));

function compiled(pattern: string, flags: string): RegExp | null {
  try {
    return new RegExp(pattern, flags);
  } catch {
    return null;
  }
}

test('the filter of grep never drops a text that has a matching line', () => {
  let matching = 0;
  const around = fc.string({ maxLength: 4 });
  fc.assert(
    fc.property(patterns, around, around, fc.boolean(), ({ pattern, sample }, before, after, ignoreCase) => {
      const line = compiled(pattern, ignoreCase ? 'i' : '');
      if (line === null) return;
      const mayMatch = textFilter(pattern, ignoreCase);
      for (const text of [
        sample,
        `${before}${sample}${after}`,
        `first\r\n${sample}\nlast`,
        `q\n${before}${sample}\r\nq`,
      ]) {
        if (!linesOf(text).some((each) => line.test(each))) continue;
        matching += 1;
        assert.ok(mayMatch(text), JSON.stringify({ pattern, text, literal: literalOf(pattern) }));
      }
    }),
    { numRuns: 4_000 },
  );
  assert.ok(matching > 4_000, `${matching} texts with a matching line`);
});

test('escapes stand for what JavaScript reads in them', () => {
  const cases: [string, string | null][] = [
    ['\\x41bc', 'Abc'],
    ['\\u0041bc', 'Abc'],
    ['\\u{41}bcd', 'bcd'],
    ['\\x4bcg', 'Kcg'],
    ['\\xgbc', 'xgbc'],
    ['ab\\cIcd', 'ab\tcd'],
    ['ab\\0cde', 'cde'],
    ['abc\\12def', 'abc'],
    ['addRoute\\(', 'addRoute('],
    ['throw new \\w+', 'throw new '],
    ['a\\.config\\.json$', 'a.config.json'],
    ['abc?def', 'def'],
    ['abc{0}d', null],
    ['abcd{2}e', 'abcd'],
    ['abc|def', null],
    ['abc(d|e)fghi', 'fghi'],
    ['[(]abc[)]', 'abc'],
    ['(a[)]b)cde', 'cde'],
    ['\\k<name>abc', 'abc'],
    ['a{b}c', 'a{b}c'],
  ];
  for (const [pattern, literal] of cases) assert.equal(literalOf(pattern), literal, pattern);
});
