import assert from 'node:assert/strict';
import { test } from 'node:test';
import { completion } from '../support/scripted-server/scripted-server-reply.ts';
import { question, scene } from './chat-scene.ts';

test('log probabilities are read in the chat form, without alternatives that cannot come', async () => {
  const content = [
    {
      token: 'code',
      logprob: -0.1,
      bytes: [99],
      top_logprobs: [
        { token: 'code', logprob: -0.1 },
        { token: 'docs', logprob: -2.5 },
        { token: '☃', logprob: null },
      ],
    },
  ];
  await using stage = await scene({ script: [{ body: completion({ logprobs: { content, refusal: null } }) }] });
  const reply = await stage.ask(question({ topLogprobs: 3 }));
  const top = [
    { token: 'code', logprob: -0.1 },
    { token: 'docs', logprob: -2.5 },
  ];
  assert.deepEqual(reply.logprobs, [{ token: 'code', logprob: -0.1, top }]);
});

test('log probabilities are read in the older completions form', async () => {
  const logprobs = {
    tokens: ['docs'],
    token_logprobs: [-0.5],
    text_offset: [0],
    top_logprobs: [{ docs: -0.5, code: -1 }],
  };
  await using stage = await scene({ script: [{ body: completion({ logprobs }) }] });
  const reply = await stage.ask(question({ topLogprobs: 2 }));
  const top = [
    { token: 'docs', logprob: -0.5 },
    { token: 'code', logprob: -1 },
  ];
  assert.deepEqual(reply.logprobs, [{ token: 'docs', logprob: -0.5, top }]);
});

test('log probabilities that are absent, empty or unreadable are null, and the reply stands', async () => {
  for (const logprobs of [null, { content: null }, { content: [] }, { content: [{ token: 'x' }] }, 'none']) {
    await using stage = await scene({ script: [{ body: completion({ text: 'docs', logprobs }) }] });
    const reply = await stage.ask(question({ topLogprobs: 2 }));
    assert.equal(reply.logprobs, null);
    assert.equal(reply.text, 'docs');
  }
});

test('tool calls arrive as written, whatever the server does to ids, arguments and the finish reason', async () => {
  const call = (fields: object) => ({ type: 'function', ...fields });
  const message = {
    role: 'assistant',
    tool_calls: [
      call({ id: 'a', function: { name: 'grep', arguments: '{"pattern": ' } }),
      call({ id: '', function: { name: 'grep', arguments: { pattern: 'x' } } }),
      call({ function: { name: 'list_files' } }),
    ],
  };
  const body = { ...completion(), choices: [{ index: 0, message, finish_reason: 'stop' }] };
  await using stage = await scene({ script: [{ body }] });
  const reply = await stage.ask();
  assert.deepEqual(reply.toolCalls, [
    { id: 'a', name: 'grep', argumentsText: '{"pattern": ' },
    { id: 'call00001', name: 'grep', argumentsText: '{"pattern":"x"}' },
    { id: 'call00002', name: 'list_files', argumentsText: '{}' },
  ]);
  assert.equal(reply.finishReason, 'tool_calls');
  assert.equal(reply.text, '');
});

test('a refusal is the text, and text in parts is joined', async () => {
  const script = [
    { role: 'assistant', content: null, refusal: 'I will not.' },
    {
      role: 'assistant',
      content: [{ type: 'text', text: 'in two ' }, { type: 'image' }, { type: 'text', text: 'parts' }],
    },
  ].map((message) => ({ body: { ...completion(), choices: [{ index: 0, message, finish_reason: 'stop' }] } }));
  await using stage = await scene({ script });
  assert.equal((await stage.ask()).text, 'I will not.');
  assert.equal((await stage.ask()).text, 'in two parts');
});

test('finish reasons that are not known are unknown, a cut reply with tool calls stays cut', async () => {
  const toolCalls = [{ id: 'a', name: 'grep', arguments: '{"pa' }];
  const parts = [{ finish: 'eos' }, { finish: 'length', text: 'half' }, { finish: 'length', toolCalls }];
  await using stage = await scene({ script: parts.map((part) => ({ body: completion(part) })) });
  const reasons = [];
  for (const _ of parts) reasons.push((await stage.ask()).finishReason);
  assert.deepEqual(reasons, ['unknown', 'length', 'length']);
});

test('a server that leaves out model, usage and logprobs is understood; tokens are then a quarter of the characters', async () => {
  const body = { choices: [{ message: { content: 'x'.repeat(41) }, finish_reason: 'stop' }] };
  await using stage = await scene({ script: [{ body }] });
  const reply = await stage.ask();
  const sent = JSON.stringify(stage.bodies()[0]?.messages).length + '[]'.length;
  assert.equal(reply.model, 'local-model');
  assert.equal(reply.usage.inputTokens, Math.ceil(sent / 4));
  assert.equal(reply.usage.outputTokens, 11);
});

test('a cut, a filter and an error are told by the finish reason in the words of each provider', async () => {
  await using stage = await scene({});
  for (const finish of ['length', 'model_length', 'max_tokens', 'MAX_TOKENS']) {
    stage.server.play({ body: completion({ text: '{"a', finish }) });
    assert.equal((await stage.ask()).finishReason, 'length', finish);
  }
  for (const finish of ['content_filter', 'SAFETY', 'sensitive', 'guardrail_intervened']) {
    stage.server.play({ body: completion({ finish }) });
    assert.equal((await stage.fail()).kind, 'ModelContentFiltered', finish);
  }
  stage.server.play({ body: completion({ finish: 'network_error' }) });
  assert.equal((await stage.fail()).kind, 'ModelUnavailable');
});

test('a call in the older form is a call, and what names no tool is none', async () => {
  const called = { name: 'grep', arguments: '{"pattern":"x"}' };
  const rows: [object, string[]][] = [
    [{ content: null, function_call: called }, ['grep']],
    [{ content: null, function_call: called, tool_calls: [] }, ['grep']],
    [{ tool_calls: [{ id: 'a', function: called }, null, { id: 'b', function: { name: null } }] }, ['grep']],
    [{ content: 'hello', tool_calls: {} }, []],
  ];
  for (const [message, names] of rows) {
    for (const field of ['message', 'delta']) {
      const choices = [{ index: 0, [field]: { role: 'assistant', ...message }, finish_reason: 'stop' }];
      await using stage = await scene({ script: [{ body: { ...completion(), choices } }] });
      const { toolCalls } = await stage.ask();
      assert.deepEqual(
        toolCalls.map(({ name }) => name),
        names,
      );
    }
  }
});
