/** Which follow-ups are rewritten, what the rewriter is asked, and which of its replies are taken. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { needOfContext } from '../../agents/follow-up.ts';
import { parseRewrite, rewriteRequest } from '../../agents/rewriter.ts';
import { chatReply } from '../support/replies.ts';

for (const question of [
  'And the tests?',
  'What about timeouts?',
  'how about on Windows?',
  'Why?',
  'Where exactly?',
  'What does it return?',
  'When is it called, and by whom?',
  'Which of those can be changed by a plugin?',
  'Does this hold for streams, too?',
  'Is that logged anywhere?',
  'How long does that take?',
  'What are their defaults?',
  'Does the server close them?',
  'Show me the second one.',
  'Who calls the same function?',
  'So how do I turn it off?',
  'What happens when it fails?',
  'Can you explain the latter?',
]) {
  test(`"${question}" points back`, () => {
    assert.ok(needOfContext(question) !== null);
  });
}

for (const question of [
  'What does boil() return?',
  'When does the server close idle connections?',
  'What does the router do when it gets no route?',
  'If a plugin fails to load, does it stop the start?',
  'How does the reply serializer choose its schema?',
  'Is it possible to register two hooks of the same name for one route?',
  'Is there a limit on the size of request bodies?',
  'Which hook runs that writes the log line of a request?',
  'Where in this repository are content types parsed?',
  'What is `bodyLimit`?',
  'bodyLimit default',
  'How long does it take until a keep-alive connection is closed?',
  `Why does my server crash? ${'It prints this: Error at line 1. '.repeat(30)}`,
]) {
  test(`"${question.slice(0, 80)}" stands by itself`, () => {
    assert.equal(needOfContext(question), null);
  });
}

const call = {
  question: 'And how is it changed?',
  earlier: ['What is the default body limit?'],
  paths: ['lib/limits.js'],
  rewrite: { maxOutputTokens: 300 },
  refused: [],
};

test('the rewriter sees the earlier questions, the cited files and the follow-up, and what was wrong with its reply', () => {
  const { messages, responseFormat } = rewriteRequest(call);
  assert.equal(
    messages[1]?.content,
    '<earlier_questions>\n- What is the default body limit?\n</earlier_questions>\n<cited_files>\nlib/limits.js\n</cited_files>\n<follow_up>\nAnd how is it changed?\n</follow_up>',
  );
  assert.equal(responseFormat?.name, 'rewrite');
  const again = rewriteRequest({ ...call, refused: [{ reply: 'Sure!', problem: 'it is no JSON' }] }).messages;
  assert.deepEqual(
    again.slice(2).map(({ role, content }) => [role, content.split('\n')[1] ?? content]),
    [
      ['assistant', 'Sure!'],
      ['user', 'it is no JSON'],
    ],
  );
});

const parsed = (text: unknown) =>
  parseRewrite(chatReply(typeof text === 'string' ? text : JSON.stringify({ standalone_question: text })), call);

test('a rewrite is taken on one line, whatever stands around its object', () => {
  const reply = 'Here:\n```json\n{"standalone_question": "How is the default\\n body limit changed?"}\n```';
  assert.deepEqual(parsed(reply), { question: 'How is the default body limit changed?' });
});

for (const [what, reply, problem] of [
  ['is no object', 'How is the body limit changed?', /no JSON object/],
  ['is empty', JSON.stringify({ standalone_question: '  ' }), /empty/],
  ['has another subject', JSON.stringify({ standalone_question: 'Who wrote Hamlet?' }), /shares no word/],
  [
    'answers',
    JSON.stringify({ standalone_question: `The limit is changed ${'by an option '.repeat(60)}` }),
    /may have/,
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
