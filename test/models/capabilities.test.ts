import assert from 'node:assert/strict';
import { test } from 'node:test';
import {
  llamaCpp,
  openAiReasoning,
  type Persona,
  strictGateway,
} from '../support/scripted-server/scripted-server-personas.ts';
import { completion, openAiError, type ScriptedReply } from '../support/scripted-server/scripted-server-reply.ts';
import { question, scene, searchTool, verdictFormat } from './chat-scene.ts';

const route = question({ role: 'router', maxOutputTokens: 10, temperature: 0, topLogprobs: 20 });
const work = question({ tools: [searchTool], temperature: 0 });
const lastTurn = question({ tools: [searchTool], toolChoice: 'none', temperature: 0 });
const judge = question({ role: 'judge', responseFormat: verdictFormat, temperature: 0 });
const everything = question({
  tools: [searchTool],
  toolChoice: 'none',
  temperature: 0,
  topLogprobs: 20,
  responseFormat: verdictFormat,
});

const personas: { name: string; persona: () => Persona; model: string }[] = [
  { name: 'OpenAI reasoning, known by name', persona: openAiReasoning, model: 'gpt-5-mini-2025-08-07' },
  { name: 'OpenAI reasoning, newer', persona: openAiReasoning, model: 'gpt-5.6-terra' },
  { name: 'OpenAI reasoning, under a name that tells nothing', persona: openAiReasoning, model: 'house-model' },
  { name: 'llama.cpp', persona: llamaCpp, model: 'qwen3-4b' },
  { name: 'strict gateway', persona: strictGateway, model: 'house-model' },
  { name: 'strict gateway before a reasoning model', persona: strictGateway, model: 'gpt-5-mini' },
];

for (const { name, persona, model } of personas) {
  test(`${name}: every kind of request gets its reply, and once learned is one HTTP request`, async () => {
    await using stage = await scene(
      { persona: persona(), reply: () => ({ body: completion({ text: 'ok' }) }) },
      { model },
    );
    const requests = [route, work, lastTurn, judge];
    for (const request of requests) assert.equal((await stage.ask(request)).text, 'ok', request.role);
    const learning = stage.server.requests.length;
    assert.ok(learning >= requests.length);
    for (const request of requests) await stage.ask(request);
    assert.equal(stage.server.requests.length, learning + requests.length);
    assert.deepEqual(stage.server.leftovers(), []);
  });
}

test('an unknown reasoning model is learned in one call: limit, temperature, logprobs, effort with tools', async () => {
  await using stage = await scene({ persona: openAiReasoning(), reply: () => ({ body: completion() }) });
  await stage.ask(question({ tools: [searchTool], temperature: 0, topLogprobs: 5 }));
  assert.equal(stage.server.requests.length, 5, 'four lessons and the call');
  const learned = stage.bodies().at(-1);
  assert.equal(learned?.max_completion_tokens, 100);
  assert.equal(learned?.reasoning_effort, 'none');
  for (const field of ['max_tokens', 'temperature', 'logprobs', 'top_logprobs'])
    assert.equal(learned?.[field], undefined);
  assert.ok(learned?.tools);
});

test('a send that learned something has an idempotency key of its own', async () => {
  await using stage = await scene({ script: [refusal('temperature')], reply: () => ({ body: completion() }) });
  await stage.ask(work);
  const keys = stage.server.requests.map((request) => request.headers['idempotency-key']);
  assert.deepEqual(keys, ['run-1/call-1', 'run-1/call-1.1']);
});

test('what is known of OpenAI’s families spares the first refusals', async () => {
  const rows = [
    { model: 'gpt-5-mini', sends: { max_completion_tokens: 1100 } },
    { model: 'o4-mini-2025-04-16', sends: { max_completion_tokens: 1100 } },
    { model: 'gpt-5.6-luna', sends: { max_completion_tokens: 100, reasoning_effort: 'none' } },
    { model: 'gpt-5-chat-latest', sends: { max_completion_tokens: 100, temperature: 0 } },
    { model: 'gpt-4o-mini', sends: { max_tokens: 100, temperature: 0 } },
  ];
  for (const { model, sends } of rows) {
    await using stage = await scene({ reply: () => ({ body: completion() }) }, { model });
    await stage.ask(work);
    const { messages: _, tools: __, stream: ___, stream_options: ____, ...fields } = { ...stage.bodies()[0] };
    assert.deepEqual(fields, { model, ...sends });
  }
});

test('logprobs of a newer model are asked for with effort none, its answers with its own', async () => {
  await using stage = await scene({ reply: () => ({ body: completion() }) }, { model: 'gpt-5.4' });
  await stage.ask(route);
  await stage.ask(judge);
  const [routing, judging] = stage.bodies();
  assert.equal(routing?.reasoning_effort, 'none');
  assert.equal(routing?.logprobs, true);
  assert.equal(routing?.max_completion_tokens, 16);
  assert.equal(judging?.reasoning_effort, undefined);
  assert.equal(judging?.max_completion_tokens, 1100);
});

test('the lowest effort that is accepted with tools is found step by step', async () => {
  const takes = (allowed: string): ((body: Record<string, unknown>) => ScriptedReply) => {
    return (body) =>
      body.reasoning_effort === allowed
        ? { body: completion() }
        : openAiError(400, `Unsupported value: '${String(body.reasoning_effort)}' is not supported.`, {
            param: 'reasoning_effort',
          });
  };
  for (const effort of ['none', 'minimal', 'low']) {
    await using stage = await scene({ reply: ({ body }) => takes(effort)(body) }, { model: 'gpt-5.9' });
    await stage.ask(work);
    assert.equal(stage.bodies().at(-1)?.reasoning_effort, effort);
    const count = stage.server.requests.length;
    await stage.ask(work);
    assert.equal(stage.server.requests.length, count + 1);
  }
});

test('a refusal without param teaches only what its words name and was sent', async () => {
  const rows = [
    { words: 'Unrecognized request argument supplied: logprobs', gone: ['logprobs', 'top_logprobs'] },
    { words: 'json_schema is not supported by this model', left: { response_format: { type: 'json_object' } } },
    { words: 'response_format: extra fields not permitted', gone: ['response_format'] },
    { words: 'tool_choice must be auto', gone: ['tool_choice', 'tools'] },
    { words: 'Requested logprobs of 20, which is greater than max allowed: 5', left: { top_logprobs: 5 } },
  ];
  for (const { words, gone = [], left = {} } of rows) {
    const script = [{ status: 400, body: { object: 'error', message: words, code: 400 } }];
    await using stage = await scene({ script, reply: () => ({ body: completion() }) });
    await stage.ask(everything);
    const [first, second] = stage.bodies();
    const expected: Record<string, unknown> = { ...first, ...left };
    for (const field of gone) delete expected[field];
    assert.deepEqual(second, expected, words);
  }
});

test('llama-cpp-python’s validation error, a 500 in Python’s words, leads to the form of schema that it takes', async () => {
  const message = `1 validation error:\n  {'type': 'literal_error', 'loc': ('body', 'response_format', 'type'), 'msg': "Input should be 'text' or 'json_object'", 'input': 'json_schema'}`;
  const script = [
    { status: 500, body: { error: { message, type: 'internal_server_error', param: null, code: null } } },
  ];
  await using stage = await scene({ script, reply: () => ({ body: completion() }) });
  await stage.ask(judge);
  assert.deepEqual(stage.bodies()[1]?.response_format, { type: 'json_object', schema: verdictFormat.schema });
  assert.equal(stage.server.requests.length, 2);
});

test('FastAPI’s list of problems names the field by its place', async () => {
  const detail = [{ type: 'extra_forbidden', loc: ['body', 'temperature'], msg: 'Extra inputs are not permitted' }];
  await using stage = await scene({
    script: [{ status: 422, body: { detail } }],
    reply: () => ({ body: completion() }),
  });
  await stage.ask(work);
  assert.equal(stage.bodies()[1]?.temperature, undefined);
  assert.equal(stage.server.requests.length, 2);
});

test('a refusal that names nothing that can be missed is final after one request', async () => {
  const finals = [refusal('messages'), refusal('top_p'), { status: 400, body: { error: { message: 'bad request' } } }];
  for (const reply of finals) {
    await using stage = await scene({ script: [reply] });
    assert.equal((await stage.fail(work)).kind, 'ModelRequestRefused', JSON.stringify(reply));
    assert.equal(stage.server.requests.length, 1);
  }
});

test('learning is bounded: an endpoint that refuses whatever is sent sees at most five requests', async () => {
  const reply = (request: { body: Record<string, unknown> }) => {
    const names = [
      'response_format',
      'top_logprobs',
      'temperature',
      'tool_choice',
      'max_tokens',
      'max_completion_tokens',
    ];
    return refusal(names.find((name) => name in request.body) ?? 'model');
  };
  await using stage = await scene({ reply });
  assert.equal((await stage.fail(everything)).kind, 'ModelRequestRefused');
  assert.equal(stage.server.requests.length, 5);
});

test('calls side by side learn the same lesson without unlearning it', async () => {
  await using stage = await scene({ persona: openAiReasoning(), reply: () => ({ body: completion() }) });
  await Promise.all([stage.ask(work), stage.ask(work), stage.ask(work)]);
  const count = stage.server.requests.length;
  await stage.ask(work);
  assert.equal(stage.server.requests.length, count + 1);
});

test('a model that turns out to think gets its allowance at once, and both calls are counted', async () => {
  const persona = openAiReasoning(200);
  await using stage = await scene({ persona, reply: () => ({ body: completion({ text: 'code' }) }) });
  const reply = await stage.ask(question({ role: 'router', maxOutputTokens: 10 }));
  assert.equal(reply.text, 'code');
  assert.equal(reply.usage.modelCalls, 2);
  assert.equal(reply.usage.reasoningTokens, 10 + 200);
  const limits = stage.bodies().map((body) => body.max_completion_tokens);
  assert.deepEqual(limits, [undefined, 10, 1010]);
  await stage.ask(question({ role: 'router', maxOutputTokens: 10 }));
  assert.equal(stage.server.requests.length, 4);
});

test('an empty reply that was cut without thinking is a reply, not a lesson', async () => {
  await using stage = await scene({ script: [{ body: completion({ text: '', finish: 'length' }) }] });
  const reply = await stage.ask();
  assert.equal(reply.finishReason, 'length');
  assert.equal(stage.server.requests.length, 1);
});

test('a thinking model that was cut in its words or its tool calls has replied: nothing is sent again', async () => {
  const usage = { prompt_tokens: 5, completion_tokens: 100, completion_tokens_details: { reasoning_tokens: 60 } };
  const cut = { finish: 'length', usage };
  const toolCalls = [{ id: 'a', name: 'grep', arguments: '{"pa' }];
  const script = [{ body: completion({ ...cut, text: 'The serv' }) }, { body: completion({ ...cut, toolCalls }) }];
  await using stage = await scene({ script });
  assert.equal((await stage.ask()).text, 'The serv');
  assert.equal((await stage.ask(work)).toolCalls.length, 1);
  assert.equal(stage.server.requests.length, 2);
});

test('dialects belong to a model: another one starts anew', async () => {
  await using stage = await scene({ script: [refusal('temperature')], reply: () => ({ body: completion() }) });
  await stage.ask(work);
  await stage.ask({ ...work, model: 'other-model' });
  assert.deepEqual(
    stage.bodies().map((body) => body.temperature),
    [0, undefined, 0],
  );
});

function refusal(param: string): ScriptedReply {
  return openAiError(400, `Unsupported parameter: '${param}'.`, { param, code: 'unsupported_parameter' });
}
