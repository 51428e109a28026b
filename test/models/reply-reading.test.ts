import assert from 'node:assert/strict';
import { test } from 'node:test';
import { completion } from '../support/scripted-server/scripted-server-reply.ts';
import { question, scene, searchTool } from './chat-scene.ts';

const message = (fields: object, more: object = {}) => ({
  body: {
    ...completion(),
    choices: [{ index: 0, message: { role: 'assistant', ...fields }, finish_reason: 'stop', ...more }],
  },
});
const withTools = question({ tools: [searchTool] });

test('thinking in the content, in a field or in a part of its own is apart from the text', async () => {
  const script = [
    message({ content: '<think>a</think>\n\nyes' }),
    message({ content: 'yes', reasoning_content: 'a' }),
    message({ content: 'yes', reasoning: 'a' }),
    message({
      content: [
        { type: 'thinking', thinking: [{ type: 'text', text: 'a' }] },
        { type: 'text', text: 'yes' },
      ],
    }),
    message({
      content: [
        { type: 'thinking', thinking: 'a' },
        { type: 'text', text: 'yes' },
      ],
    }),
  ];
  await using stage = await scene({ script });
  for (const _ of script) {
    const { text, thinking } = await stage.ask();
    assert.deepEqual([text, thinking], ['yes', 'a']);
  }
});

test('thinking is kept in part, a reply without it has none', async () => {
  const script = [message({ content: `<think>${'a'.repeat(50_000)}</think>yes` }), message({ content: 'yes' })];
  await using stage = await scene({ script });
  assert.equal((await stage.ask()).thinking?.length, 20_000);
  assert.equal(Object.hasOwn(await stage.ask(), 'thinking'), false);
});

test('a reply whose thinking the limit has cut is asked for again with room to think', async () => {
  const cut = message({ content: '<think>The user wants' }, { finish_reason: 'length' });
  await using stage = await scene({ script: [cut, message({ content: '<think>a</think>code' })] });
  const reply = await stage.ask(question({ maxOutputTokens: 10 }));
  assert.equal(reply.text, 'code');
  assert.deepEqual(
    stage.bodies().map((body) => body.max_tokens),
    [10, 1010],
  );
});

test('log probabilities are those of the text that follows the thinking', async () => {
  const tokens = ['<think>', 'docs', '</think>', '\n\n', 'code'];
  const content = tokens.map((token) => ({ token, logprob: -0.1, top_logprobs: [{ token, logprob: -0.1 }] }));
  const wordless = [{ token: '?', logprob: -0.1, top_logprobs: [] }];
  const script = [
    message({ content: tokens.join('') }, { logprobs: { content } }),
    message({ content: 'code', reasoning_content: 'docs' }, { logprobs: { content } }),
    message({ content: tokens.join('') }, { logprobs: { content: wordless } }),
    message({ content: 'code', reasoning_content: 'docs' }, { logprobs: { content: content.slice(-1) } }),
  ];
  await using stage = await scene({ script });
  const read = [];
  for (const _ of script)
    read.push((await stage.ask(question({ topLogprobs: 2 }))).logprobs?.map(({ token }) => token));
  assert.deepEqual(read, [['code'], ['code'], undefined, ['code']]);
});

test('infinite log probabilities in the body do not cost the reply', async () => {
  const content = [
    {
      token: 'docs',
      logprob: -0.1,
      top_logprobs: [
        { token: 'docs', logprob: -0.1 },
        { token: 'x', logprob: 'MINUS' },
      ],
    },
  ];
  const body = JSON.stringify(completion({ text: 'docs', logprobs: { content } })).replace('"MINUS"', '-Infinity');
  await using stage = await scene({ script: [{ body }] });
  assert.deepEqual((await stage.ask(question({ topLogprobs: 2 }))).logprobs, [
    { token: 'docs', logprob: -0.1, top: [{ token: 'docs', logprob: -0.1 }] },
  ]);
});

test('calls are repaired by reading, and each repair is named', async () => {
  const call = (name: string, given: unknown) => ({ id: 'a', type: 'function', function: { name, arguments: given } });
  const script = [
    message({ content: null, tool_calls: [call('functions.search_code', '{"query":"x"}')] }),
    message({ content: null, tool_calls: [call('search_code<|channel|>commentary', JSON.stringify('{"query":"x"}'))] }),
    message({ content: null, tool_calls: [call('search_code', { query: 'x' })] }),
    message({ content: '<think>a</think><tool_call>{"name": "search_code", "arguments": {"query":"x"}}</tool_call>' }),
    message({ content: null, tool_calls: [call('search_code', '{"query":"x"}')] }),
  ];
  await using stage = await scene({ script });
  const repairs = [];
  for (const _ of script) {
    const reply = await stage.ask(withTools);
    assert.deepEqual(
      reply.toolCalls.map(({ name, argumentsText }) => [name, argumentsText]),
      [['search_code', '{"query":"x"}']],
    );
    assert.equal(reply.finishReason, 'tool_calls');
    repairs.push(reply.repairs);
  }
  assert.deepEqual(repairs, [
    ['tool-name'],
    ['tool-name', 'arguments-encoded-twice'],
    ['arguments-as-object'],
    ['tool-call-as-text'],
    undefined,
  ]);
});

test('usage of zeros for a reply with text is estimated', async () => {
  const usage = { prompt_tokens: 0, completion_tokens: 0, total_tokens: 0 };
  await using stage = await scene({ script: [{ body: completion({ text: 'x'.repeat(41), usage }) }] });
  const messages = [{ role: 'user' as const, content: 'y'.repeat(400) }];
  const { inputTokens, outputTokens, estimated } = (await stage.ask(question({ messages }))).usage;
  assert.ok(inputTokens > 100);
  assert.deepEqual([outputTokens, estimated], [11, true]);
});

test('an id that is ours passes where nine letters and digits are asked for, as Mistral does', async () => {
  const call = { type: 'function', function: { name: 'search_code', arguments: '{"query":"x"}' } };
  const written = '<tool_call>{"name": "search_code", "arguments": {"query": "x"}}</tool_call>';
  const long = `call_1__thought__${'x'.repeat(100)}`;
  const script = [
    message({ content: '', tool_calls: [call, call] }),
    message({ content: '', tool_calls: [{ ...call, id: long }] }),
    message({ content: `${written}\n${written}` }),
  ];
  await using stage = await scene({ script });
  for (const _ of script) {
    const ids = (await stage.ask(withTools)).toolCalls.map(({ id }) => id);
    for (const id of ids) assert.match(id, /^[a-zA-Z0-9]{9}$/);
    assert.equal(new Set(ids).size, ids.length);
  }
});
