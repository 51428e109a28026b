import assert from 'node:assert/strict';
import { test } from 'node:test';
import { withoutRepeats } from '../../activities/agents/shown-places.ts';
import type { ChatMessage } from '../../contracts/chat.ts';
import { readToolText } from '../../offline-model/passages/source-text.ts';

const line = (at: number) => `${at}| const value${at} = compute(${at});`;
const rows = (from: number, to: number) => Array.from({ length: to - from + 1 }, (_, at) => line(from + at));
const place = (from: number, to: number, label = '') => [`@@ lib/a.js:${from}-${to}${label}`, ...rows(from, to)];
const result = (...lines: string[]): ChatMessage => ({ role: 'tool', callId: 'c', content: lines.join('\n') });
const marked = (messages: ChatMessage[]) => withoutRepeats(messages, () => true);
const contentOf = (messages: ChatMessage[]) => messages.map(({ content }) => content);

test('lines that an earlier result has shown become a mark, and the new ones around them stay', () => {
  const [, second] = marked([result(...place(10, 20)), result(...place(5, 25), 'note: lib/a.js goes on at line 26')]);
  assert.deepEqual(second?.content.split('\n'), [
    '@@ lib/a.js:5-25',
    ...rows(5, 9),
    '== lib/a.js:10-20 shown above',
    ...rows(21, 25),
    'note: lib/a.js goes on at line 26',
  ]);
});

test('a place that was shown whole is its mark, within one result too', () => {
  const [only] = marked([result(...place(10, 20), ...place(12, 18, ' (function f)'), ...place(30, 31))]);
  assert.deepEqual(only?.content.split('\n'), [
    ...place(10, 20),
    '== lib/a.js:12-18 (function f) shown above',
    ...place(30, 31),
  ]);
});

test('only the same text of the same file is a repeat, and nothing is marked that is shorter than its mark', () => {
  const other = ['@@ lib/b.js:10-12', ...rows(10, 12)];
  const changed = ['@@ lib/a.js:10-11', '10| something else', '11| entirely, and long enough to be replaced'];
  const short = ['@@ lib/a.js:40-40', '40| }'];
  const messages = [result(...place(10, 20), ...short), result(...other), result(...changed), result(...short)];
  assert.deepEqual(marked(messages), messages);
});

test('results that are not to be marked stay, and count as shown', () => {
  const messages = [result(...place(1, 9)), result(...place(1, 9)), result(...place(1, 9))];
  const [first, second, third] = withoutRepeats(messages, (at) => at === 2);
  assert.deepEqual([first, second], messages.slice(0, 2));
  assert.equal(third?.content, '== lib/a.js:1-9 shown above');
});

test('what a message becomes does not depend on what is said after it', () => {
  const messages = [result(...place(1, 9)), result(...place(4, 12)), result(...place(8, 20)), result(...place(1, 30))];
  const all = contentOf(marked(messages));
  for (const count of messages.keys())
    assert.deepEqual(contentOf(marked(messages.slice(0, count))), all.slice(0, count));
});

test('the lines that results show together are the same with marks and without', () => {
  const messages = [result(...place(10, 20)), result(...place(5, 25)), result(...place(1, 9), ...place(22, 40))];
  const linesOf = (all: ChatMessage[]) =>
    new Set(
      all.flatMap(({ content }) =>
        readToolText(content).places.flatMap(({ path, firstLine, lines }) =>
          lines.map((text, at) => `${path}:${firstLine + at} ${text}`),
        ),
      ),
    );
  assert.deepEqual(linesOf(marked(messages)), linesOf(messages));
});
