/** The offline model makes follow-ups of questions before them, by their form, and replies as any model would. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { parseRewrite, rewriteRequest } from '../../agents/rewriter.ts';
import { chatReply } from '../support/replies.ts';
import { complete, openModel } from './scene.ts';

for (const [earlier, followUp, expected] of [
  ['What is the default body limit?', 'And the connection timeout?', 'What is the connection timeout?'],
  ['What is the default body limit?', 'How is it changed?', 'How is the default body limit changed?'],
  ['When does boil() throw?', 'What does it return?', 'What does boil return?'],
  ['When does boil() throw?', 'Why?', 'Why: When does boil() throw?'],
  [
    'How does the router choose a handler?',
    'What about HEAD requests?',
    'How does the router choose a handler for HEAD requests?',
  ],
  ['Where are content types parsed?', 'What are their options?', "What are content types' options?"],
] as const) {
  test(`"${followUp}" after "${earlier}" is "${expected}"`, async (t) => {
    const call = { question: followUp, earlier: [earlier], paths: [], rewrite: { maxOutputTokens: 300 }, refused: [] };
    const { messages } = rewriteRequest(call);
    const [{ message }] = (await complete(await openModel(t), { messages })).choices;
    assert.deepEqual(parseRewrite(chatReply(message.content ?? ''), call), { question: expected });
  });
}
