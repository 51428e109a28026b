/** What the rewriter of follow-ups is asked, and which of its replies are taken. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { parseRewrite, rewriteRequest } from '../../agents/rewriter.ts';
import { chatReply } from '../support/replies.ts';

const call = {
  question: 'And how is it changed?',
  earlier: ['What is the default body limit?'],
  paths: ['lib/limits.js'],
  rewrite: { maxOutputTokens: 300 },
  refused: [],
};
const userText = (more: Partial<Parameters<typeof rewriteRequest>[0]>) =>
  rewriteRequest({ ...call, ...more }).messages[1]?.content ?? '';

test('the rewriter sees the earlier questions, the cited files and the follow-up, and what was wrong with its reply', () => {
  const { messages, responseFormat } = rewriteRequest(call);
  assert.equal(
    messages[1]?.content,
    '<earlier_questions>\n- What is the default body limit?\n</earlier_questions>\n<cited_files>\nlib/limits.js\n</cited_files>\n<follow_up>\nAnd how is it changed?\n</follow_up>',
  );
  assert.equal(responseFormat?.name, 'rewrite');
  const again = rewriteRequest({ ...call, refused: [{ reply: 'Sure!', problem: 'it is no JSON' }] }).messages;
  assert.deepEqual(
    again.map(({ role }) => role),
    ['system', 'user', 'assistant', 'user'],
  );
  assert.equal(again[2]?.content, 'Sure!');
  const problem = again[3]?.content ?? '';
  assert.match(problem, /it is no JSON/);
  assert.doesNotMatch(problem, /Call a tool/);
});

test('files are spoken of only where answers have cited some, and an earlier question takes one line', () => {
  assert.doesNotMatch(userText({ paths: [] }), /cited_files/);
  assert.match(userText({ earlier: ['What is\n\n- the limit?'] }), /^- What is - the limit\?$/m);
});

test('the rewriter is asked for one reply without chance, by the model and prompt of its spec where it has them', () => {
  const { role, model, tools, toolChoice, maxOutputTokens, temperature, topLogprobs } = rewriteRequest(call);
  assert.deepEqual(
    { role, model, tools, toolChoice, maxOutputTokens, temperature, topLogprobs },
    {
      role: 'judge',
      model: null,
      tools: [],
      toolChoice: 'auto',
      maxOutputTokens: 300,
      temperature: 0,
      topLogprobs: 0,
    },
  );
  const plain = rewriteRequest(call).messages[0]?.content ?? '';
  assert.match(plain, /^You make a follow-up question/);
  const own = rewriteRequest({ ...call, rewrite: { maxOutputTokens: 300, model: 'small', prompt: 'Be brief.' } });
  assert.deepEqual([own.model, own.messages[0]?.content], ['small', `Be brief.\n\n${plain}`]);
});

const parsed = (text: string, about: Partial<typeof call> = {}) => parseRewrite(chatReply(text), { ...call, ...about });
const rewritten = (question: string, about?: Partial<typeof call>) =>
  parsed(JSON.stringify({ standalone_question: question }), about);

test('a rewrite is taken on one line, whatever stands around its object', () => {
  const reply = 'Here:\n```json\n{"standalone_question": "How is the default\\n body limit changed?"}\n```';
  assert.deepEqual(parsed(reply), { question: 'How is the default body limit changed?' });
});

for (const [what, reply, problem] of [
  ['is no object', 'How is the body limit changed?', /no JSON object/],
  ['is empty', JSON.stringify({ standalone_question: '  ' }), /empty/],
  ['has another subject', JSON.stringify({ standalone_question: 'Who wrote Hamlet?' }), /shares no word/],
  [
    'shares only words that say nothing',
    JSON.stringify({ standalone_question: 'What is the weather?' }),
    /shares no word/,
  ],
  ['asks twice', JSON.stringify({ standalone_question: 'What is the limit? How is it changed?' }), /more than one/],
  [
    'repeats the question before',
    JSON.stringify({ standalone_question: 'what is the default body limit' }),
    /lost the follow-up/,
  ],
] as const) {
  test(`a rewrite that ${what} is refused`, () => {
    const found = parsed(reply);
    assert.ok('problem' in found);
    assert.match(found.problem, problem);
  });
}

test('a rewrite that is over 400 characters longer than the follow-up answers, and is refused', () => {
  const most = call.question.length + 400;
  const limit = (length: number) => 'The limit is '.padEnd(length, 'x');
  assert.deepEqual(rewritten(limit(most)), { question: limit(most) });
  assert.deepEqual(rewritten(limit(most + 1)), {
    problem: `the question has ${most + 1} characters and may have ${most}: it must not answer`,
  });
});

test('a rewrite may ask as many questions as its follow-up, which asks one at least', () => {
  const [one, two] = ['How is the limit changed?', 'How is the limit changed? And by whom?'];
  assert.ok('question' in rewritten(two, { question: 'How is it changed? And by whom?' }));
  assert.ok('question' in rewritten(one, { question: 'how is it changed' }));
  assert.ok('problem' in rewritten(two, { question: 'how is it changed' }));
});

test('a word is shared however it is capitalised', () => {
  const about = { question: 'And HOOKS?', earlier: [] };
  assert.ok('question' in rewritten('Which hooks run?', about));
  assert.ok('question' in rewritten('Which Hooks run?', { question: 'And hooks?', earlier: [] }));
});
