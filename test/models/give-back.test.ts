import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { ChatMessage, ChatReply } from '../../contracts/chat.ts';
import { completion, openAiError } from '../support/scripted-server/scripted-server-reply.ts';
import { question, scene, searchTool, testKey } from './chat-scene.ts';

const signature = 'CpcBAVSoXO7xkQ2c0ffee'.repeat(4);
const call = { id: 'a', type: 'function', function: { name: 'search_code', arguments: '{"query":"x"}' } };

const replied = (fields: object) => ({
  body: {
    ...completion(),
    choices: [{ index: 0, message: { role: 'assistant', content: 'Hm.', ...fields }, finish_reason: 'stop' }],
  },
});
const fine = { body: completion({ text: 'done' }) };

/** The conversation that follows a reply. */
function after({ text, toolCalls, giveBack }: ChatReply): ChatMessage[] {
  const given = giveBack === undefined ? {} : { giveBack };
  return [
    { role: 'user', content: 'Where?' },
    { role: 'assistant', content: text, toolCalls, ...given },
    ...toolCalls.map(({ id }) => ({ role: 'tool' as const, callId: id, content: 'note: nothing' })),
    ...(toolCalls.length > 0 ? [] : [{ role: 'user' as const, content: 'Again.' }]),
  ];
}

type Wire = Record<string, unknown> & { tool_calls?: Record<string, unknown>[] };
const sent = (body: Record<string, unknown> | undefined) => (body?.messages as Wire[] | undefined) ?? [];

async function secondTurn(fields: object, script: object[] = [fine]) {
  const stage = await scene({ script: [replied(fields), ...script] });
  try {
    const reply = await stage.ask(question({ tools: [searchTool] }));
    await stage.ask(question({ tools: [searchTool], messages: after(reply) }));
    return { stage, reply, last: sent(stage.bodies().at(-1)) };
  } catch (error) {
    await stage[Symbol.asyncDispose]();
    throw error;
  }
}

test('thinking goes back with the calls that it came with', async () => {
  const { stage, last } = await secondTurn({ reasoning_content: 'I must look.', tool_calls: [call] });
  await using _ = stage;
  assert.equal(last[1]?.reasoning_content, 'I must look.');
  assert.equal(stage.server.requests.length, 2);
});

test('thinking that was followed by no call stays here until it is wanted', async () => {
  const first = await secondTurn({ reasoning_content: 'I know.' });
  await using _ = first.stage;
  assert.equal(Object.hasOwn(first.last[1] ?? {}, 'reasoning_content'), false);
  const missing = openAiError(400, 'The reasoning_content in the thinking mode must be passed back to the API.');
  const second = await secondTurn({ reasoning_content: 'I know.' }, [missing, fine]);
  await using __ = second.stage;
  assert.equal(second.last[1]?.reasoning_content, 'I know.');
});

test('where thinking is refused it is left out, and that is learned once', async () => {
  const refused = openAiError(400, 'reasoning_content is not allowed in input messages');
  const { stage, reply, last } = await secondTurn({ reasoning_content: 'Hm.', tool_calls: [call] }, [refused, fine]);
  await using _ = stage;
  assert.equal(Object.hasOwn(last[1] ?? {}, 'reasoning_content'), false);
  stage.server.play(fine);
  await stage.ask(question({ tools: [searchTool], messages: after(reply) }));
  assert.equal(stage.server.requests.length, 4);
});

test('a turn without thinking passes where thinking is wanted with each call', async () => {
  const missing = openAiError(
    400,
    'thinking is enabled but reasoning_content is missing in assistant tool call message',
  );
  const { stage, last } = await secondTurn({ tool_calls: [call] }, [missing, fine]);
  await using _ = stage;
  assert.equal(last[1]?.reasoning_content, ' ');
});

test('signatures and encrypted thinking go back as they came, of the message and of each call', async () => {
  const details = [{ type: 'reasoning.encrypted', data: signature, id: 'r1', format: 'x', index: 0 }];
  const extra = { google: { thought_signature: signature } };
  const fields = {
    extra_content: extra,
    reasoning_details: details,
    tool_calls: [
      { ...call, extra_content: extra },
      { ...call, id: 'b', function: { ...call.function, thought_signature: signature } },
    ],
  };
  const { stage, last } = await secondTurn(fields);
  await using _ = stage;
  assert.deepEqual([last[1]?.extra_content, last[1]?.reasoning_details], [extra, details]);
  assert.deepEqual(last[1]?.tool_calls, fields.tool_calls);
});

test('a signature in the id of a call is kept apart from our id', async () => {
  const id = `call_1__thought__${signature}`;
  const { stage, reply, last } = await secondTurn({ tool_calls: [{ ...call, id }] });
  await using _ = stage;
  assert.equal(reply.toolCalls[0]?.id, 'call00000');
  assert.deepEqual([last[1]?.tool_calls?.[0]?.id, last[2]?.tool_call_id], [id, id]);
});

test('another model, or another endpoint, gets nothing of it', async () => {
  const fields = {
    reasoning_content: 'I must look.',
    extra_content: { google: { thought_signature: signature } },
    tool_calls: [{ ...call, extra_content: { google: { thought_signature: signature } } }],
  };
  await using stage = await scene({ script: [replied(fields), fine] });
  const reply = await stage.ask(question({ tools: [searchTool] }));
  await stage.ask(question({ model: 'another', messages: after(reply) }));
  await using elsewhere = await scene({ script: [fine] });
  await elsewhere.ask(question({ messages: after(reply) }));
  for (const text of [stage.server.requests[1]?.text ?? '', elsewhere.server.requests[0]?.text ?? '']) {
    assert.match(text, /search_code/);
    assert.doesNotMatch(text, /I must look|thought_signature|CpcBAV/);
  }
});

test('an error message that repeats a signature or the key is shown without them', async () => {
  const extra = { google: { thought_signature: signature } };
  const echo = openAiError(400, `Thought signature ${signature} is not valid for ${testKey}`);
  await using stage = await scene({ script: [replied({ tool_calls: [{ ...call, extra_content: extra }] }), echo] });
  const reply = await stage.ask(question({ tools: [searchTool] }));
  const failure = await stage.fail(question({ tools: [searchTool], messages: after(reply) }));
  assert.doesNotMatch(failure.message, /CpcBAV|c0ffee|ABCDEFGH/);
  assert.match(failure.message, /Thought signature/);
});

test('a reply that gives nothing to keep, and a turn of earlier versions, are sent as before', async () => {
  const { stage, reply, last } = await secondTurn({ provider_specific_fields: { refusal: null }, tool_calls: [call] });
  await using _ = stage;
  assert.equal(Object.hasOwn(reply, 'giveBack'), false);
  assert.deepEqual(last[1], { role: 'assistant', content: 'Hm.', tool_calls: [call] });
});

test('an empty reply goes back as words: some endpoints refuse a message with nothing in it', async () => {
  const { stage, last } = await secondTurn({ content: '' });
  await using _ = stage;
  assert.equal(last[1]?.content, '(no reply)');
});
