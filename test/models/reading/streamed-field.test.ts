import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { findJsonObject } from '../../../agents/json-reply.ts';
import { readDraft } from '../../../agents/reply-fields.ts';
import { splitThinking } from '../../../models/reading/thinking.ts';
import { createFieldReader } from '../../../models/reading/streamed-field.ts';
import { anyText } from '../../support/any-text.ts';

const most = 20_000;

function read(pieces: readonly string[], limit = most): string {
  const reader = createFieldReader('answer', limit);
  return pieces.map((piece) => reader.push(piece)).join('');
}

function pieces(text: string, cuts: readonly number[]): string[] {
  const places = [...new Set(cuts.map((cut) => cut % (text.length + 1)))].toSorted((one, other) => one - other);
  return [0, ...places].map((from, at) => text.slice(from, places[at] ?? text.length));
}

/** Any JSON of a value: with escapes for every character, or for none but those that need them. */
const spelled = (value: unknown, escaped: boolean, indent: number) => {
  const json = JSON.stringify(value, null, indent);
  return escaped
    ? json.replace(/[^\x20-\x7e\n]/g, (unit) => `\\u${unit.charCodeAt(0).toString(16).padStart(4, '0')}`)
    : json;
};

const anyDraftText = fc.oneof(
  fc.string({ unit: 'grapheme', maxLength: 60 }),
  anyText(60),
  fc
    .array(fc.constantFrom(' ', '\n', '\\', '"', '{', '}', '\ud83d', '\ude42', 'a', '/'), { maxLength: 40 })
    .map((all) => all.join('')),
);

test('whatever the pieces, what is read is the answer of the whole reply', () => {
  const reply = fc.record({
    before: fc.constantFrom('', 'Here it is:\n', '```json\n', '<think>{"answer": "no"}</think>\n', 'a {b} { c'),
    fields: fc.tuple(
      fc.dictionary(fc.string({ maxLength: 8 }), fc.jsonValue({ maxDepth: 3 }), { maxKeys: 3 }),
      anyDraftText,
    ),
    escaped: fc.boolean(),
    indent: fc.constantFrom(0, 2),
    cuts: fc.array(fc.nat(), { maxLength: 30 }),
    answerFirst: fc.boolean(),
  });
  fc.assert(
    fc.property(reply, ({ before, fields: [others, answer], escaped, indent, cuts, answerFirst }) => {
      const { answer: _, ...rest } = others;
      const value = answerFirst ? { answer, ...rest } : { ...rest, answer };
      const text = `${before}${spelled(value, escaped, indent)}\n\`\`\``;
      const draft = readDraft(findJsonObject(splitThinking(text).text) ?? {});
      assert.equal(read(pieces(text, cuts)), draft?.answer ?? '');
      assert.equal(read([...text]), draft?.answer ?? '');
    }),
    { numRuns: 500 },
  );
});

test('text is given as soon as it is there', () => {
  const reader = createFieldReader('answer', most);
  const parts = [
    '{"confidence": 0.5, "ans',
    'wer" : "',
    '  In `a.',
    'js`',
    ' ',
    'line\\',
    'n1 \\ud83',
    'd',
    '\\ude42!',
    ' "',
    ', "gaps": []}',
  ];
  assert.deepEqual(
    parts.map((part) => reader.push(part)),
    ['', '', 'In `a.', 'js`', '', ' line', '\n1', '', ' 🙂!', '', ''],
  );
});

test('only the field of the reply itself is read, once', () => {
  assert.equal(read(['{"draft": {"answer": "inner"}, "answer": "outer"}']), 'outer');
  assert.equal(read(['{"list": ["answer", {"answer": "inner"}]}{"answer": "second"}']), '');
  assert.equal(read(['{"answer": ["a"], "x": "answer"}']), '');
  assert.equal(read(['no JSON at all, "answer": "x"']), '');
  assert.equal(read(['{"answer": "one\nline"} {"answer": "two"}']), 'one');
  assert.equal(read(['{"a": nothing here {"answer": "found"}']), 'found');
});

test('a long hostile stream is read in linear time and to its limits', () => {
  const long = 100_000;
  const hostile = [
    '{'.repeat(long),
    '{"a":'.repeat(long / 5),
    `{"answer": "${' '.repeat(long)}`,
    `{"answer": "${'\\u0020'.repeat(long / 6)}x"}`,
    `<think>${'</thin'.repeat(long / 6)}`,
    `{"answer": "${'x '.repeat(long / 2)}"}`,
  ];
  for (const text of hostile) {
    const began = process.cpuUsage();
    // Each is some tens of milliseconds; a quadratic reader takes minutes.
    const byOne = read([...text]);
    assert.ok(byOne.length <= most);
    assert.equal(byOne, read([text]));
    const { user } = process.cpuUsage(began);
    assert.ok(user < 1_000_000, `${text.slice(0, 20)}: ${user} µs`);
  }
});
