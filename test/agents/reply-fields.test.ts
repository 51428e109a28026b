import assert from 'node:assert/strict';
import { test } from 'node:test';
import { readDraft, readSentences } from '../../agents/reply-fields.ts';

const citation = { path: 'a.js', first_line: 3, last_line: 5, quote: 'x = 1' };
const draft = { answer: 'Twice.', citations: [citation], confidence: 0.8, insufficient: false, gaps: [] };
const read = (more: Record<string, unknown>) => {
  const found = readDraft({ ...draft, ...more });
  assert.ok(found);
  return found;
};
const cited = (more: Record<string, unknown>) => read({ citations: [{ ...citation, ...more }] }).citations[0];

for (const [given, expected] of [
  [0.8, 0.8],
  ['0.8', 0.8],
  ['80%', 0.8],
  [80, 0.8],
  [1, 1],
  [1.5, 0.015],
  [0, 0],
  [-0.2, 0],
  [250, 1],
  ['likely', 0.5],
  [null, 0.5],
  [true, 0.5],
  [[0.8], 0.5],
  [Number.NaN, 0.5],
] as const) {
  test(`the confidence ${JSON.stringify(given)} is ${expected}`, () => {
    assert.equal(read({ confidence: given }).confidence, expected);
  });
}

test('a score stands in for the confidence', () => {
  assert.equal(read({ confidence: undefined, score: 0.3 }).confidence, 0.3);
});

test('an answer is text that is not blank, trimmed and cut to 20,000 characters', () => {
  assert.equal(read({ answer: '  Twice.\n' }).answer, 'Twice.');
  assert.deepEqual(read({ answer: 'a'.repeat(20_000) }).gaps, []);
  const cut = read({ answer: 'a'.repeat(20_001) });
  assert.deepEqual([cut.answer, cut.gaps], ['a'.repeat(20_000), ['the answer was cut at 20000 characters']]);
  for (const answer of ['', ' \n', null, 7, ['Twice.']]) assert.equal(readDraft({ ...draft, answer }), null);
});

test('insufficient is true only when it is said', () => {
  assert.equal(read({ insufficient: true }).insufficient, true);
  assert.equal(read({ insufficient: 'true' }).insufficient, true);
  for (const insufficient of [false, 'false', 1, null]) assert.equal(read({ insufficient }).insufficient, false);
});

test('sentences are the texts of a list or a single one, trimmed, cut, and not too many', () => {
  assert.deepEqual(readSentences([' one ', '', '  ', 7, null, 'two'], 10), ['one', 'two']);
  assert.deepEqual(readSentences('alone', 10), ['alone']);
  assert.deepEqual(readSentences({ a: 'b' }, 10), []);
  assert.deepEqual(readSentences(['1', '2', '3'], 2), ['1', '2']);
  assert.deepEqual(readSentences(['a'.repeat(501), ` ${'b'.repeat(500)}`], 10), ['a'.repeat(500), 'b'.repeat(500)]);
});

test('at most 20 gaps and 40 citations are kept, the first ones, and what was left out is told', () => {
  const many = Array.from({ length: 50 }, (_, at) => at);
  const { gaps, citations } = read({
    gaps: many.map((at) => `gap ${at}`),
    citations: many.map((at) => ({ ...citation, path: `${at}.js` })),
  });
  const leftOut = '10 citations were left out: there were too many, or they were too long';
  assert.deepEqual([gaps.length, gaps[0], gaps[1], gaps.at(-1)], [20, leftOut, 'gap 0', 'gap 18']);
  assert.deepEqual([citations.length, citations[0]?.path, citations.at(-1)?.path], [40, '0.js', '39.js']);
});

test('one citation too many is told, too', () => {
  const { gaps } = read({ citations: Array(41).fill(citation) });
  assert.deepEqual(gaps, ['1 citations were left out: there were too many, or they were too long']);
});

test('citations of 300,000 bytes as JSON are kept, and one byte more leaves the last of them out', () => {
  const empty = Buffer.byteLength(JSON.stringify(cited({ quote: '' })));
  // A control character takes six bytes as JSON.
  const ofBytes = (bytes: number) => {
    const sixes = Math.floor((bytes - empty) / 6);
    return { ...citation, quote: '\u0001'.repeat(sixes) + 'x'.repeat(bytes - empty - 6 * sixes) };
  };
  const kept = (last: number) => {
    const { citations, gaps } = read({ citations: [...Array(29).fill(ofBytes(10_000)), ofBytes(last)] });
    return [citations.length, gaps.length];
  };
  assert.deepEqual(kept(10_000), [30, 0]);
  assert.deepEqual(kept(10_001), [29, 1]);
});

for (const [how, more, lines] of [
  ['numbers', {}, [3, 5]],
  ['text', { first_line: '3', last_line: '5' }, [3, 5]],
  ['camel case', { first_line: undefined, last_line: undefined, firstLine: 3, lastLine: 5 }, [3, 5]],
  ['start and end', { first_line: undefined, last_line: undefined, start_line: 3, end_line: 5 }, [3, 5]],
  ['one line', { first_line: undefined, last_line: undefined, line: 3 }, [3, 3]],
  ['a range in text', { first_line: undefined, last_line: undefined, lines: '12-15' }, [12, 15]],
  ['a range in a list', { first_line: undefined, last_line: undefined, lines: [3, 5] }, [3, 5]],
  ['a last line before the first', { last_line: 2 }, [3, 3]],
  ['a last line that is none', { last_line: 0 }, [3, 3]],
  ['the first line of a file', { first_line: 1, last_line: 1 }, [1, 1]],
] as const) {
  test(`the lines of a citation are read from ${how}`, () => {
    const found = cited(more);
    assert.deepEqual([found?.firstLine, found?.lastLine], lines);
  });
}

test('a citation whose first line is no whole number from 1 is left out', () => {
  for (const first_line of [0, -1, 1.5, 'x', null, true]) assert.equal(cited({ first_line }), undefined);
  for (const lines of [7, {}, { 0: 3 }, 'none', []]) assert.equal(cited({ first_line: undefined, lines }), undefined);
});

test('a citation needs a path and a quote, under one of their names, cut to what a reader can use', () => {
  assert.deepEqual(cited({ path: undefined, file: ' ./lib/a.js ', quote: undefined, text: 'y' }), {
    path: 'lib/a.js',
    firstLine: 3,
    lastLine: 5,
    quote: 'y',
  });
  for (const more of [{ path: ' ' }, { path: 7 }, { path: null }, { quote: 7 }, { quote: null }])
    assert.equal(cited(more), undefined);
  const long = cited({ path: 'p'.repeat(1100), quote: 'q'.repeat(2100) });
  assert.deepEqual([long?.path, long?.quote], ['p'.repeat(1024), 'q'.repeat(2000)]);
});

test('citations that are no list of objects are none', () => {
  for (const citations of [null, 'a.js:3', { ...citation }, [null, 7, 'a.js', [citation]]])
    assert.deepEqual(read({ citations }).citations, []);
});
