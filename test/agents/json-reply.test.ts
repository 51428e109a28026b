/**
 * The work of the search is counted in characters read, not in seconds: a count is the same on a loaded machine, and a
 * quadratic search of these texts would count more than 10^11.
 */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { findJsonObject, searchJsonObject } from '../../agents/json-reply.ts';

const megabyte = 1_000_000;
const filled = (unit: string) => unit.repeat(Math.ceil(megabyte / unit.length));

const hostile: Record<string, string> = {
  braces: filled('{'),
  'braces and spaces': filled('{ '),
  'one brace and spaces': `{${filled(' ')}`,
  'objects that never close': filled('{"a":'),
  'objects that never close, with lists': filled('{"a":[{"b":'),
  'lists that never close': `{"a":${filled('[')}`,
  'a string that never closes': `{"a":"${filled('{')}`,
  'a string of objects': `{"${filled('{ ')}"`,
  'braces in strings, either way': filled('{"'),
  'braces after strings': filled('{"{":{"'),
  backslashes: `{"a":"${filled('\\')}`,
  'escaped quotes': `{"a":"${filled('\\"')}`,
  'objects that do not parse': filled('{a}'),
  'objects with a bad end': filled('{"a":1,}'),
  'pairs of a cut object': `{${filled('"a":1,')}`,
  digits: `{"a":${filled('1')}`,
  spaces: `{"a":1${filled(' ')}`,
  'less-than signs': filled('<'),
};

for (const [what, text] of Object.entries(hostile)) {
  test(`1 MB of ${what} is read at most twice`, () => {
    const { object, read } = searchJsonObject(text);
    assert.equal(object, null);
    assert.ok(read <= 2 * text.length, `${read} characters read of ${text.length}`);
  });
}

test('an object behind 1 MB of broken ones is found', () => {
  const { object, read } = searchJsonObject(`${hostile['braces in strings, either way']} "}" ${'{"a":{"b":[1, {}]}}'}`);
  assert.deepEqual(object, { a: { b: [1, {}] } });
  assert.ok(read <= 2.1 * megabyte);
});

test('what the search reads as an object is what JSON.parse reads', () => {
  const pieces = [
    '{',
    '}',
    '"',
    ':',
    '[',
    ']',
    ',',
    '\\',
    '\\u00e9',
    '01',
    '-0.5e3',
    'nul',
    'true',
    ' ',
    '\n',
    '"a":',
    'x',
    '{}',
  ];
  let found = 0;
  fc.assert(
    fc.property(fc.array(fc.constantFrom(...pieces), { maxLength: 14 }), (chosen) => {
      const text = chosen.join('');
      const expected = firstWhole(text);
      if (expected !== null) found += 1;
      assert.deepEqual(findJsonObject(text), expected);
    }),
    { numRuns: 5_000 },
  );
  assert.ok(found > 100, `only ${found} texts held an object`);
});

test('an object nested deeper than any reply schema is not built', () => {
  const depth = 200_000;
  const bomb = `${'{"a":'.repeat(depth)}1${'}'.repeat(depth)}`;
  const { object, read } = searchJsonObject(bomb);
  assert.ok(read <= 2 * bomb.length);
  assert.ok(JSON.stringify(object).length < 1_000);
});

/** The definition, tried at every place: the first start from which some prefix of the text parses as an object. */
function firstWhole(text: string): unknown {
  for (let start = text.indexOf('{'); start !== -1; start = text.indexOf('{', start + 1)) {
    for (let end = start + 1; end <= text.length; end += 1) {
      try {
        return JSON.parse(text.slice(start, end));
      } catch {
        // no whole object ends here
      }
    }
  }
  return null;
}
