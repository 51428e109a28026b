/** Chat completions as the openai SDK and the wire see them: shapes, streams, and what belongs into which field. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import type OpenAI from 'openai';
import type { UrlCitation } from '../../../serve/chat/answer-text.ts';
import { goodDraft, inventedDraft, says } from '../../support/team.ts';
import { model, post, said, servedSceneOfFile } from '../a-served-scene.ts';

type Delta = { content?: string; reasoning_content?: string; annotations?: UrlCitation[] };

/** The events of a stream, as they stand on the wire. */
async function eventsOf(response: Response): Promise<string[]> {
  return (await response.text()).split('\n\n').filter((text) => text !== '');
}

const parsed = (events: readonly string[]) =>
  events
    .filter((text) => text.startsWith('data: {'))
    .map((text) => JSON.parse(text.slice('data: '.length)) as OpenAI.Chat.ChatCompletionChunk);

const file = servedSceneOfFile();

test('models are listed and found by id; another one is none', async () => {
  file.play();
  const { chat } = file;
  const { data } = await chat.ana.models.list();
  assert.deepEqual(
    data.map(({ id, object, owned_by }) => ({ id, object, owned_by })),
    [{ id: model, object: 'model', owned_by: 'switchyard' }],
  );
  assert.equal((await chat.ana.models.retrieve(model)).id, model);
  const unencoded = await fetch(`${chat.server.url}/v1/models/${model}`, {
    headers: { authorization: `Bearer ${chat.ana.apiKey}` },
  });
  assert.equal(unencoded.status, 200);
  await assert.rejects(chat.ana.models.retrieve('gpt-5'), { status: 404, code: 'model_not_found' });
  const wrong = chat.ana.chat.completions.create({ model: 'gpt-5', messages: said('When does boil throw?') });
  await assert.rejects(wrong, { status: 404, code: 'model_not_found', param: 'model', type: 'not_found_error' });
  await assert.rejects(chat.clientFor('wrong-key').models.list(), { status: 401, code: 'invalid_api_key' });
  await assert.rejects(chat.ana.embeddings.create({ model, input: 'x' }), { status: 404 });
  assert.equal(file.asked.length, 0);
});

test('an answer in one piece has OpenAI’s shape, its sources as text and as annotations, and its run', async () => {
  file.play({ specialist: () => says(goodDraft) });
  const { chat } = file;
  const { data, response } = await chat.ana.chat.completions
    .create({ model, messages: said('When does boil() throw?'), temperature: 0.3, user: 'x', top_p: 1, stop: ['a'] })
    .withResponse();
  const run = response.headers.get('x-switchyard-run') ?? '';
  assert.match(run, /^thread\.chat-[a-z0-9]{25}\.turn-[a-z0-9]{25}$/);
  assert.deepEqual(Object.keys(data).sort(), ['choices', 'created', 'id', 'model', 'object', 'usage']);
  assert.deepEqual([data.object, data.model, data.id], ['chat.completion', model, `chatcmpl-${run}`]);
  const { message, finish_reason, index } = data.choices[0] as OpenAI.Chat.ChatCompletion.Choice;
  assert.deepEqual([finish_reason, index, message.role, message.refusal], ['stop', 0, 'assistant', null]);
  const content = message.content ?? '';
  assert.ok(content.startsWith(goodDraft.answer), content);
  const link = `[\`lib/kettle.js:2\`](${chat.server.url}/runs/${run}/sources/1)`;
  assert.ok(content.includes(`1. ${link}`), content);
  const [annotation] = message.annotations as UrlCitation[];
  const { start_index, end_index, url, title } = annotation?.url_citation ?? { start_index: 0, end_index: 0 };
  assert.equal(content.slice(start_index, end_index), link);
  assert.deepEqual([url, title], [`${chat.server.url}/runs/${run}/sources/1`, 'lib/kettle.js:2']);
  const usage = data.usage as OpenAI.CompletionUsage;
  assert.deepEqual([usage.prompt_tokens, usage.completion_tokens, usage.total_tokens], [24, 6, 30]);
  const { reasoning_content: reasoning } = message as { reasoning_content?: string };
  assert.match(reasoning ?? '', new RegExp(`^run ${run}\n[\\s\\S]*run ${run}: http://.*\n$`));
  assert.ok(!reasoning?.includes(chat.scene.dataDirectory), 'where the repository is, is not said');
});

test('a stream says the role, then stages, then the verified answer; its usage where that is asked for', async () => {
  const drafts = [inventedDraft, goodDraft];
  // Long enough that a reader, who asks four times a second, sees the stages.
  const specialist = () => ({ ...says(drafts.shift() ?? goodDraft), delayMs: 1_000 });
  file.play({ specialist });
  const { chat } = file;
  const response = await chat.post({
    ...{ model, messages: said('When may boil() throw?'), stream: true, stream_options: { include_usage: true } },
  });
  assert.match(response.headers.get('content-type') ?? '', /^text\/event-stream/);
  const events = await eventsOf(response);
  assert.equal(events.at(-1), 'data: [DONE]');
  const chunks = parsed(events);
  assert.deepEqual(chunks[0]?.choices[0]?.delta, { role: 'assistant', content: '' });
  for (const { id, object, model: name } of chunks) {
    assert.deepEqual([object, name], ['chat.completion.chunk', model]);
    assert.equal(id, `chatcmpl-${response.headers.get('x-switchyard-run')}`);
  }
  const deltas = chunks.flatMap(({ choices }) => choices.map(({ delta }) => delta as Delta));
  const text = (field: 'content' | 'reasoning_content') => deltas.map((delta) => delta[field] ?? '').join('');
  assert.ok(text('content').startsWith(goodDraft.answer));
  assert.ok(!text('content').includes(inventedDraft.answer), 'a draft that was sent back is no content');
  assert.match(text('reasoning_content'), /^run thread\..*\n[\s\S]*route code[\s\S]*\nrun thread\./);
  const firstContent = deltas.findIndex(({ content = '' }) => content !== '');
  assert.ok(deltas.slice(firstContent).every(({ reasoning_content }) => reasoning_content === undefined));
  assert.equal(deltas.flatMap(({ annotations = [] }) => annotations).length, 1);
  const last = chunks.at(-2);
  assert.deepEqual([last?.choices[0]?.finish_reason, last?.choices[0]?.delta], ['stop', {}]);
  assert.deepEqual([chunks.at(-1)?.choices, (chunks.at(-1)?.usage?.total_tokens ?? 0) > 0], [[], true]);
  assert.ok(chunks.slice(0, -1).every(({ usage }) => usage === null));
});

test('the SDK’s own stream puts the answer together; without the option there is no usage', async () => {
  file.play({ specialist: () => says(goodDraft) });
  const { chat } = file;
  const stream = chat.ana.chat.completions.stream({ model, messages: said('Where does boil() throw?') });
  const whole = await stream.finalChatCompletion();
  assert.ok(whole.choices[0]?.message.content?.startsWith(goodDraft.answer));
  assert.equal(whole.usage, undefined);
});

test('a stream that has nothing to say sends comments, which are no events', async () => {
  const answer = Promise.withResolvers<void>();
  file.play({ specialist: () => answer.promise.then(() => says(goodDraft)) });
  await using hasty = await file.chat.start({ beatMs: 50 });
  const response = await post(hasty.url, { model, messages: said('Which water does boil() take?'), stream: true });
  setTimeout(answer.resolve, 1_500);
  const events = await eventsOf(response);
  assert.ok(events.filter((text) => text === ': keep-alive').length >= 3, events.join('\n'));
  assert.equal(events.at(-1), 'data: [DONE]');
});

test('text in parts is read, system prompts and tools are passed over; what is no text is refused with its place', async () => {
  file.play({ specialist: () => says(goodDraft) });
  const { chat } = file;
  const parts = [
    { type: 'text' as const, text: 'Where may' },
    { type: 'text' as const, text: 'boil() throw?' },
  ];
  const whole = await chat.ana.chat.completions.create({
    model,
    messages: [
      { role: 'system', content: 'Answer as a pirate.' },
      { role: 'user', content: parts },
    ],
    tools: [{ type: 'function', function: { name: 'x', parameters: {} } }],
  });
  assert.ok(whole.choices[0]?.message.content?.startsWith(goodDraft.answer));
  assert.ok(file.asked.every(({ text }) => !text.includes('pirate')));
  const asked = file.asked.length;
  const image = [{ type: 'image_url', image_url: { url: 'data:image/png;base64,AA' } }];
  for (const [messages, param] of [
    [[{ role: 'user', content: image }], 'messages.0.content.0'],
    [[...said('Why?', 'So.')], 'messages.1'],
    [[{ role: 'system', content: 'Be nice.' }], 'messages.0'],
    [said('  '), 'messages.0'],
    [said('x'.repeat(20_001)), 'messages.0'],
    [[], 'messages'],
    [[{ role: 'wizard', content: 'x' }], 'messages.0.role'],
  ] as const) {
    const refused = await chat.post({ model, messages });
    const { error } = (await refused.json()) as { error: Record<string, unknown> };
    assert.deepEqual([refused.status, error.type, error.param], [400, 'invalid_request_error', param]);
  }
  assert.equal((await chat.post({ model, messages: said('Why?'), n: 2 })).status, 400);
  assert.equal(file.asked.length, asked);
});

test('what a model writes becomes neither HTML nor an image; the log has neither questions nor answers nor keys', async () => {
  const answer = 'See ![it](https://evil.example/?q=1) <img src=x onerror=alert(1)> and `<b>` in code.';
  file.play({ specialist: () => says({ ...goodDraft, answer }) });
  const { chat } = file;
  const { choices } = await chat.ana.chat.completions.create({ model, messages: said('Why does boil() throw?') });
  const content = choices[0]?.message.content ?? '';
  assert.ok(
    content.startsWith('See !\\[it]\\(https://evil.example/?q=1) \\<img src=x onerror=alert(1)> and `<b>` in code.'),
  );
  const logged = chat.lines.join();
  assert.match(logged, /"path":"\/v1\/chat\/completions","caller":"ana","status":200/);
  for (const secret of ['boil', 'evil', chat.ana.apiKey ?? '?']) assert.ok(!logged.includes(secret), secret);
});
