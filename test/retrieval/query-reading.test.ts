import assert from 'node:assert/strict';
import { test } from 'node:test';
import { readQuery } from '../../retrieval/search/query-reading.ts';
import { defaultWeights } from '../../retrieval/search/weights.ts';

const issue = `parseHeader fails on empty values

<!-- secretTemplate -->
When I call \`setHeader\` the reply says "invalid header value given".

### Steps to reproduce
- [x] I searched existing issues
\`\`\`js
const brew = coffee();
\`\`\`
TypeError: cannot read flavour of undefined
    at brewCoffee (lib/coffee.js:12:5)
See https://github.com/a/b/blob/main/lib/reply/send.js#L3
`;

test("an issue's title and quoted code count more than its code blocks, boilerplate counts nothing", () => {
  const { terms, identifiers } = readQuery(issue, defaultWeights);
  const weight = (term: string) => terms.get(term) ?? 0;
  assert.ok(weight('parseheader') > weight('reply'));
  assert.ok(weight('setheader') > weight('reply'));
  assert.ok(weight('reply') > weight('brew'));
  assert.ok(weight('brew') > 0);
  for (const term of ['secrettemplate', 'reproduce', 'searched', 'https']) assert.equal(weight(term), 0, term);
  assert.ok(identifiers.has('parseHeader') && identifiers.has('setHeader'));
});

test('quoted messages and errors become phrases, links into the code become paths', () => {
  const { phrases, terms } = readQuery(issue, defaultWeights);
  assert.ok(phrases.includes('invalid header value given'));
  assert.ok(phrases.includes('cannot read flavour of undefined'));
  assert.ok(terms.has('send'));
});

test('a question of one line is all prose, and is about tests only where it says so', () => {
  const { terms, aboutTests } = readQuery('How does the reply set a header?', defaultWeights);
  assert.deepEqual([...terms.keys()], ['reply', 'set', 'header']);
  assert.equal(aboutTests, false);
  assert.equal(readQuery('Which fixtures do the tests share?', defaultWeights).aboutTests, true);
});

test('any text is read within bounds', () => {
  const { terms, phrases } = readQuery(`${'`'.repeat(9)}"${'wörd_x1 '.repeat(50_000)}`, defaultWeights);
  assert.ok(terms.size > 0 && terms.size <= 64 && phrases.length <= 12);
});

test('words that follow each other are searched as pairs, stop words between them left out', () => {
  const { pairs } = readQuery('Where does the deferred setup of a requestRouter end?', defaultWeights);
  assert.deepEqual(pairs, ['deferred setup', 'setup request', 'request router', 'router end']);
});
