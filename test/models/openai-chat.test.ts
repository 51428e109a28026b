import assert from 'node:assert/strict';
import { brotliCompressSync, deflateSync, gzipSync, zstdCompressSync } from 'node:zlib';
import { test } from 'node:test';
import { ModelFailure } from '../../models/chat-model.ts';
import { completion, openAiError } from '../support/scripted-server/scripted-server-reply.ts';
import { modelFor, question, scene, searchTool, testKey, verdictFormat } from './chat-scene.ts';

test('a call is one HTTP request with the key, the call id and the fields that the request needs', async () => {
  await using stage = await scene({ script: [{ body: completion({ text: 'in lib/server.js', model: 'local-1' }) }] });
  const reply = await stage.ask(question({ temperature: 0, topLogprobs: 4 }));
  assert.equal(stage.server.requests.length, 1);
  const [request] = stage.server.requests;
  assert.equal(request?.path, '/v1/chat/completions');
  assert.equal(request?.headers.authorization, `Bearer ${testKey}`);
  assert.equal(request?.headers['idempotency-key'], 'run-1/call-1');
  assert.deepEqual(request?.body, {
    model: 'local-model',
    messages: [{ role: 'user', content: 'Where is the server created?' }],
    max_tokens: 100,
    temperature: 0,
    logprobs: true,
    top_logprobs: 4,
    stream: true,
    stream_options: { include_usage: true },
  });
  assert.equal(reply.text, 'in lib/server.js');
  assert.equal(reply.model, 'local-1');
  assert.equal(reply.finishReason, 'stop');
  assert.deepEqual(stage.server.leftovers(), []);
});

test('tools, the order to answer now and a schema reach the wire', async () => {
  await using stage = await scene({ reply: () => ({ body: completion() }) });
  const tools = [searchTool];
  await stage.ask(question({ tools }));
  await stage.ask(question({ tools, toolChoice: 'none' }));
  await stage.ask(question({ role: 'judge', responseFormat: verdictFormat }));
  const [free, last, judge] = stage.bodies();
  assert.deepEqual(free?.tools, [{ type: 'function', function: searchTool }]);
  assert.equal(free?.tool_choice, undefined);
  assert.equal(last?.tool_choice, 'none');
  const schema = { type: 'json_schema', json_schema: { ...verdictFormat, strict: true } };
  assert.deepEqual(judge?.response_format, schema);
});

test('a conversation keeps its tool calls, and arguments that are no JSON object cannot break the endpoint', async () => {
  await using stage = await scene({ script: [{ body: completion() }] });
  const toolCalls = [
    { id: 'a', name: 'grep', argumentsText: '{"pattern":"x"}' },
    { id: 'b', name: 'grep', argumentsText: '{"pattern":' },
  ];
  const messages = [
    { role: 'system' as const, content: 'You answer.' },
    { role: 'assistant' as const, content: '', toolCalls },
    { role: 'tool' as const, callId: 'a', content: 'note: nothing found' },
    { role: 'assistant' as const, content: 'So.', toolCalls: [] },
  ];
  await stage.ask(question({ messages }));
  assert.deepEqual(stage.bodies()[0]?.messages, [
    { role: 'system', content: 'You answer.' },
    {
      role: 'assistant',
      content: '',
      tool_calls: [
        { id: 'a', type: 'function', function: { name: 'grep', arguments: '{"pattern":"x"}' } },
        { id: 'b', type: 'function', function: { name: 'grep', arguments: '{"unparsable":"{\\"pattern\\":"}' } },
      ],
    },
    { role: 'tool', tool_call_id: 'a', content: 'note: nothing found' },
    { role: 'assistant', content: 'So.' },
  ]);
});

test('a failure is never tried again here: one call, one request', async () => {
  for (const status of [408, 409, 429, 500, 503]) {
    await using stage = await scene({ script: [openAiError(status, 'later', { type: 'server_error' })] });
    const failure = await stage.fail();
    assert.equal(failure.retry, true, `${status} may be tried again by the caller`);
    assert.equal(stage.server.requests.length, 1, `${status}`);
  }
});

test('an endpoint without a key gets a placeholder, and the environment is not read', async (t) => {
  process.env.OPENAI_API_KEY = 'sk-from-the-environment';
  process.env.OPENAI_ORG_ID = 'org-from-the-environment';
  t.after(() => {
    delete process.env.OPENAI_API_KEY;
    delete process.env.OPENAI_ORG_ID;
  });
  await using stage = await scene({ script: [{ body: completion() }] }, { apiKey: null });
  await stage.ask();
  assert.equal(stage.server.requests[0]?.headers.authorization, 'Bearer no-key');
  assert.equal(stage.server.requests[0]?.headers['openai-organization'], undefined);
});

test('the caller’s abort closes the socket at the server and comes back as its own reason', async () => {
  await using stage = await scene({ script: [{ fault: 'hang' }] });
  const caller = new AbortController();
  const reason = new Error('the run was cancelled');
  const call = stage.ask(question(), caller.signal).catch((error: unknown) => error);
  const request = await stage.server.request(0);
  caller.abort(reason);
  assert.equal(await call, reason);
  assert.equal(await request.ended, 'aborted');
  assert.equal(stage.server.requests.length, 1);
});

test('a call whose signal has already fired sends nothing', async () => {
  await using stage = await scene({});
  const reason = new Error('too late');
  await assert.rejects(stage.ask(question(), AbortSignal.abort(reason)), reason);
  assert.equal(stage.server.requests.length, 0);
});

test('our own time-out ends the call as ModelTimedOut and closes the socket', async () => {
  for (const fault of ['hang', 'stall'] as const) {
    await using stage = await scene({ script: [{ fault }] }, { timeoutSeconds: 0.2 });
    const failure = await stage.fail();
    assert.equal(failure.kind, 'ModelTimedOut', fault);
    assert.equal(failure.setting, 'SWITCHYARD_MODEL_TIMEOUT_SECONDS');
    assert.match(failure.message, /no whole reply within 0\.2 s/);
    assert.equal(await stage.server.requests[0]?.ended, 'aborted');
  }
});

test('a reply that is cut, torn, empty, not JSON or no completion is unavailable, and may be tried again', async () => {
  const broken = [
    { fault: 'cut' as const },
    { fault: 'disconnect' as const },
    { body: '' },
    { body: '{"choices": [' },
    { body: '<html>bad gateway</html>', headers: { 'content-type': 'text/html' } },
    { body: { choices: [] } },
    { body: {} },
    { body: { choices: [{ finish_reason: 'stop' }] } },
    { body: completion({ finish: 'error' }) },
  ];
  for (const reply of broken) {
    await using stage = await scene({ script: [reply] });
    const failure = await stage.fail();
    assert.equal(failure.kind, 'ModelUnavailable', JSON.stringify(reply));
    assert.equal(failure.retry, true);
    assert.equal(stage.server.requests.length, 1);
    assert.deepEqual(stage.server.leftovers(), []);
  }
});

test('a body that is compressed though nobody asked for it is read, streamed, whole or a refusal', async () => {
  const ways = { gzip: gzipSync, br: brotliCompressSync, deflate: deflateSync, zstd: zstdCompressSync };
  const event = (delta: object, finish: string | null) =>
    `data: ${JSON.stringify({ choices: [{ index: 0, delta, finish_reason: finish }] })}\n\n`;
  for (const [encoding, compressed] of Object.entries(ways)) {
    const headers = { 'content-encoding': encoding };
    const packed = (text: string) => ({ headers, body: compressed(Buffer.from(text)) });
    await using stage = await scene({});
    stage.server.play(packed(JSON.stringify(completion({ text: 'hello' }))));
    assert.equal((await stage.ask()).text, 'hello', encoding);
    stage.server.play(packed(event({ content: 'grüße' }, null) + event({}, 'stop')));
    assert.equal((await stage.ask()).text, 'grüße', encoding);
    stage.server.play({
      ...packed('{"error":{"message":"no money is left","code":"insufficient_quota"}}'),
      status: 429,
    });
    assert.equal((await stage.fail()).kind, 'ModelQuotaSpent', encoding);
    stage.server.play({ headers, body: compressed(Buffer.from(JSON.stringify(completion()))).subarray(0, 40) });
    assert.equal((await stage.fail()).kind, 'ModelUnavailable', encoding);
  }
});

test('a web page instead of a reply is a wrong address, unless the endpoint has answered before', async () => {
  const page = { headers: { 'content-type': 'text/html' }, body: '<!DOCTYPE html><title>Chat</title>' };
  await using stage = await scene({ script: [page] });
  const first = await stage.fail();
  assert.deepEqual([first.kind, first.setting], ['ModelNotFound', 'OPENAI_BASE_URL']);
  assert.match(first.message, /there is nothing at http:.*\/v1\/chat\/completions \(200: the reply is a web page\)/);
  stage.server.play({ body: completion() }, page);
  await stage.ask();
  assert.equal((await stage.fail()).kind, 'ModelUnavailable');
});

test('a redirect says where to, and nothing that its address carries; no words are told as none', async () => {
  const location = 'https://user:secret@login.example.org/sso?token=abc';
  await using stage = await scene({
    script: [
      { status: 302, headers: { location }, body: '' },
      { status: 400, body: '' },
    ],
  });
  assert.match((await stage.fail()).message, /\(302: it redirects to https:\/\/login\.example\.org\/sso\)/);
  assert.match((await stage.fail()).message, /\(400: no words\)/);
});

test('a whole reply with garbage in it is a reply, and was paid for', async () => {
  await using stage = await scene({ script: [{ body: completion({ text: '�{{{ Route?? }' }) }] });
  const reply = await stage.ask();
  assert.equal(reply.text, '�{{{ Route?? }');
  assert.equal(reply.usage.modelCalls, 1);
});

test('a reply without end is given up at 32 MiB instead of filling the memory', async () => {
  await using stage = await scene({ script: [{ body: ' '.repeat(33 * 1024 * 1024) }] });
  const failure = await stage.fail();
  assert.equal(failure.kind, 'ModelUnavailable');
  assert.match(failure.message, /larger than 33554432 bytes/);
});

test('an address that does not speak TLS is unavailable, not a crash', async () => {
  await using stage = await scene({});
  const signal = new AbortController().signal;
  const model = modelFor(stage.server.url.replace('http:', 'https:'));
  const failure = await model.chat(question(), { signal, callId: 'x' }).catch((error: unknown) => error);
  assert.ok(failure instanceof ModelFailure);
  assert.equal(failure.kind, 'ModelUnavailable');
});

test('nobody at the address is unavailable, by the code of the socket', async () => {
  const stage = await scene({});
  await stage.server[Symbol.asyncDispose]();
  const failure = await stage.fail();
  assert.equal(failure.kind, 'ModelUnavailable');
  assert.match(failure.message, /ECONNREFUSED/);
  assert.equal(failure.setting, 'OPENAI_BASE_URL');
});

test('no key and no piece of one gets into a message, whatever the endpoint echoes', async () => {
  const echoes = [
    `Incorrect API key provided: ${testKey}.`,
    `key ${testKey.slice(0, 20)}... was refused`,
    `…${testKey.slice(-9)} is unknown`,
    'Bearer abc.def.ghi-jkl is not for this host',
    'Incorrect API key provided: sk-proj-AbC****************xyZ9.',
    'upstream refused ghp_abcdefghijklmnopqrstuvwxyz0123456789',
    'no login with {"password": "correct horse"}',
  ];
  for (const echo of echoes) {
    await using stage = await scene({ script: [openAiError(401, `${echo}\nsecond\u001b[31m line`)] });
    const failure = await stage.fail();
    assert.equal(failure.kind, 'ModelKeyRejected');
    assert.match(failure.message, /\[redacted\]/, echo);
    assert.doesNotMatch(failure.message, /ABCDEFGH|23456789|abc\.def|xyZ9|sk-test|_abc|correct horse/, failure.message);
    assert.doesNotMatch(failure.message, /\p{Cc}/u, 'one line, no control characters');
    assert.match(failure.message, /local-model at http:\/\/127\.0\.0\.1:\d+\/v1; look at OPENAI_API_KEY$/);
    const everything = `${failure.stack} ${JSON.stringify(failure)} ${String(failure.cause)}`;
    assert.equal(everything.includes(testKey), false);
  }
});

test('a password in the base URL is sent nowhere but to the endpoint', async () => {
  await using stage = await scene({ script: [openAiError(403, 'no access for hunter2hunter2')] });
  const model = modelFor(stage.server.url.replace('http://', 'http://me:hunter2hunter2@'));
  const call = model.chat(question(), { signal: new AbortController().signal, callId: 'x' });
  const failure = await call.catch((error: unknown) => String(error));
  assert.match(String(failure), /access is forbidden/);
  assert.doesNotMatch(String(failure), /hunter2/);
});

test('a call id that no header can carry is sent as its hash', async () => {
  await using stage = await scene({ script: [{ body: completion() }] });
  const signal = new AbortController().signal;
  await modelFor(stage.server.url).chat(question(), { signal, callId: 'frage-ü\n' });
  assert.match(String(stage.server.requests[0]?.headers['idempotency-key']), /^[0-9a-f]{64}$/);
});
