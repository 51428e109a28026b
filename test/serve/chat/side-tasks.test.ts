/** What clients ask of the model beside questions costs no run; a question that only looks like it does. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { readChatRequest } from '../../../serve/chat/chat-request.ts';
import { sideTaskReply } from '../../../serve/chat/side-tasks.ts';
import { startTeam } from '../../support/team.ts';
import { model, openServedScene, said } from '../a-served-scene.ts';

const history = '### Chat History:\n<chat_history>\nUSER: When does boil throw?\nASSISTANT: Never.\n</chat_history>';
const openWebUi = (task: string, output: string) =>
  `### Task:\n${task}\n### Guidelines:\n- short\n### Output:\n${output}\n${history}`;

function replyTo(content: string, headers: Record<string, string> = {}): string | null {
  const text = JSON.stringify({ model, messages: [{ role: 'user', content }] });
  return sideTaskReply(readChatRequest(text), new Headers(headers));
}

for (const [name, prompt, reply] of [
  [
    'title',
    openWebUi(
      'Generate a concise, 3-5 word title with an emoji summarizing the chat history.',
      'JSON format: { "title": "your title" }',
    ),
    '{"title":"When does boil throw?"}',
  ],
  [
    'tags',
    openWebUi(
      'Generate 1-3 broad tags categorizing the main themes of the chat history.',
      'JSON format: { "tags": ["tag1"] }',
    ),
    '{"tags":["Code"]}',
  ],
  [
    'follow-ups',
    openWebUi('Suggest 3-5 relevant follow-up questions or prompts.', 'JSON format: { "follow_ups": ["Question 1?"] }'),
    '{"follow_ups":[]}',
  ],
  [
    'search queries',
    openWebUi(
      'Analyze the chat history to determine the necessity of generating search queries.',
      'JSON: { "queries": [] }',
    ),
    '{"queries":[]}',
  ],
  ['autocompletion', openWebUi('You are an autocompletion system.', 'JSON: { "text": "" }'), '{"text":""}'],
  ['what Open WebUI may ask one day', openWebUi('Rate the mood of the chat.', 'One word.'), ''],
  [
    'LibreChat’s title',
    'Please generate a concise, 5-word-or-less title for the conversation, using its same language, with no punctuation. ' +
      'Apply title case conventions.\n\nUser: When does boil throw?\nAI: Never.',
    'When does boil throw?',
  ],
] as const)
  test(`${name}: a reply without a run`, () => {
    assert.equal(replyTo(prompt), reply);
  });

test('a header names the task, where the client fills it in', () => {
  assert.equal(replyTo('Anything as JSON', { 'x-openwebui-task': 'tags_generation' }), '{"tags":["Code"]}');
  assert.equal(replyTo('When does boil throw?', { 'x-openwebui-task': '{{TASK}}' }), null);
  assert.equal(replyTo('When does boil throw?', { 'x-openwebui-task': '' }), null);
});

test('questions about titles, tags and tasks are questions; sources that a client adds are left out', () => {
  for (const question of [
    'Where is a concise title for the conversation generated?',
    'Which function handles ### Task: prompts?',
    'Generate a concise overview of the title module.',
    'Which tags does the JSON have?',
  ])
    assert.equal(replyTo(question), null, question);
  const template =
    '### Task:\nRespond to the user query using the provided context.\n<context>\n<source id="1">x</source>\n</context>\n\n';
  for (const content of [
    `${template}<user_query>\nWhen does boil throw?\n</user_query>`,
    `${template}When does boil throw?`,
  ]) {
    assert.equal(replyTo(content), null);
    assert.equal(
      readChatRequest(JSON.stringify({ model, messages: [{ role: 'user', content }] })).question,
      'When does boil throw?',
    );
  }
});

test('a title over HTTP, whole and as a stream, asks no model', async () => {
  await using team = await startTeam();
  await using chat = await openServedScene({ team });
  const messages = said(openWebUi('Generate a concise, 3-5 word title.', 'JSON format: { "title": "…" }'));
  const whole = await chat.ana.chat.completions.create({ model, messages });
  assert.equal(whole.choices[0]?.message.content, '{"title":"When does boil throw?"}');
  const stream = chat.ana.chat.completions.stream({ model, messages, stream_options: { include_usage: true } });
  const streamed = await stream.finalChatCompletion();
  assert.deepEqual(
    [streamed.choices[0]?.message.content, streamed.usage?.total_tokens],
    ['{"title":"When does boil throw?"}', 0],
  );
  assert.equal(team.requests.length, 0);
});
