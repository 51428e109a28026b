import assert from 'node:assert/strict';
import { test } from 'node:test';
import { condensed, likelyTokens, whatWasCut } from '../../activities/agents/condensing.ts';
import type { ChatMessage, ChatReply } from '../../contracts/chat.ts';
import { noUsage } from '../../contracts/usage-sum.ts';

const lines = (many: number) => 'one line\n'.repeat(many);
const conversation: ChatMessage[] = [
  { role: 'system', content: 'Instructions.' },
  { role: 'user', content: 'A question.' },
  { role: 'assistant', content: '', toolCalls: [{ id: 'a', name: 'search', argumentsText: '{}' }] },
  { role: 'tool', callId: 'a', content: lines(32) },
  { role: 'assistant', content: '', toolCalls: [{ id: 'b', name: 'search', argumentsText: '{}' }] },
  { role: 'tool', callId: 'b', content: lines(32) },
];
const linesOf = (message: ChatMessage | undefined) => (message?.content ?? '').split('\n').length - 1;

test('results of earlier turns are cut first and hardest; nothing else is touched', () => {
  const stages = condensed(conversation, 1);
  assert.deepEqual(
    stages.map((stage) => [linesOf(stage[3]), linesOf(stage[5])]),
    [
      [16, 32],
      [8, 16],
      [4, 8],
      [2, 4],
      [0, 2],
    ],
  );
  for (const stage of stages) {
    assert.deepEqual(
      stage.filter(({ role }) => role !== 'tool'),
      conversation.filter(({ role }) => role !== 'tool'),
    );
    assert.match(stage[3]?.content ?? '', /\[cut here: the model's context window has no room for more\]$/);
  }
  assert.deepEqual(stages[0]?.[5], conversation[5], 'the newest result is whole at first');
  assert.deepEqual(condensed(conversation.slice(0, 3), 1), [], 'there is nothing to cut');
});

test('a conversation that was condensed before is condensed further, with one mark a result', () => {
  const [once = []] = condensed(conversation, 1);
  const [twice = []] = condensed(once, 0);
  assert.equal(linesOf(twice[3]), 8);
  assert.equal(twice[3]?.content.split('[cut here').length, 2);
});

const reply = (inputTokens: number, more: Partial<ChatReply['usage']> = {}): ChatReply => ({
  text: 'x',
  toolCalls: [],
  finishReason: 'stop',
  logprobs: null,
  model: 'm',
  usage: { ...noUsage, modelCalls: 1, inputTokens, ...more },
});

test('an endpoint that reads less than it was sent is noticed by its own figures', () => {
  const long: ChatMessage[] = [{ role: 'user', content: 'x'.repeat(60_000) }];
  assert.match(whatWasCut(reply(4096), long, null) ?? '', /^m has read only a part of the conversation/);
  assert.equal(whatWasCut(reply(6000), long, null), null);
  assert.match(whatWasCut(reply(4096), conversation, 5000) ?? '', /read only a part/);
  assert.equal(whatWasCut(reply(5000), conversation, 5000), null);
  assert.equal(whatWasCut(reply(4096, { estimated: true }), long, 5000), null, 'an estimate proves nothing');
  assert.equal(whatWasCut(reply(4096, { modelCalls: 2 }), conversation, 9000), null, 'nor does a sum');
  const [cut = []] = condensed(conversation, 1);
  assert.match(
    whatWasCut(reply(10), cut, null) ?? '',
    /^tool results were shortened to fit into the context window of m$/,
  );
});

test('what is likely near the window goes by what was reported, and by characters beyond that', () => {
  assert.equal(likelyTokens([{ role: 'user', content: 'x'.repeat(401) }], null), 101);
  assert.equal(likelyTokens(conversation, { tokens: 700, messages: 5 }), 700 + 72);
});
