/** Drafts as a chat client is shown them while they are written: pieces of text that make no link, image or HTML. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { DraftEvent } from '../../../contracts/draft-stream.ts';
import { Narration } from '../../../serve/chat/narration.ts';

const hostile = [
  '![kettle](https://evil.example/pixel?words)',
  '[lib/kettle.js](https://evil.example)',
  '[![a](b)](c) !![d][e]',
  '[e]: https://evil.example',
  '<img src=x> <!-- --> <https://evil.example>',
].join('\n');

const draft = (text: string, ended: boolean): DraftEvent => ({
  ...{ workflowId: 'run', runId: '1', call: 'docs-1', stage: 'specialist', specialist: 'docs', try: 1 },
  ...{ attempt: [1, 1, 1], index: 0, text, ...(ended ? { ended: true } : {}) },
});

/** The draft as it is told where it comes in pieces of so many characters. */
function told(text: string, pieceLength: number): string {
  const narration = new Narration(1, { name: 'kettle', given: '/work/kettle' });
  let said = '';
  for (let end = pieceLength; end < text.length + pieceLength; end += pieceLength)
    said += narration.take({ kind: 'draft', draft: draft(text.slice(0, end), end >= text.length), from: 0 });
  return said;
}

test('wherever a draft is cut, no markup of it is left, and all its words are', () => {
  const whole = told(hostile, hostile.length);
  assert.doesNotMatch(whole, /!\[|\](?=[([:])|(?<!\\)<[a-z!/]/i);
  assert.equal(whole.replaceAll('\\', '').split('\n').slice(1).join('\n'), hostile);
  for (let length = 1; length < hostile.length; length += 1) assert.equal(told(hostile, length), whole, `${length}`);
});

test('a draft that ends with a mark is told whole', () => {
  assert.match(told('Is it a <', 3), /Is it a <$/);
  assert.match(told('Stop!!', 2), /Stop!!$/);
});
