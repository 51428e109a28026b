import assert from 'node:assert/strict';
import { createServer, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { test, type TestContext } from 'node:test';
import { setTimeout as pause } from 'node:timers/promises';
import type { ModelFailure } from '../../../models/chat-model.ts';
import { startOfflineModel } from '../../../offline-model/server/server.ts';
import { chunksOf, eventStreamOf } from '../../support/scripted-server/scripted-server-stream.ts';
import { completion, openAiError } from '../../support/scripted-server/scripted-server-reply.ts';
import { modelFor, question, scene, searchTool, verdictFormat } from '../chat-scene.ts';

const events = { 'content-type': 'text/event-stream' };
const never = new AbortController().signal;

/** A server that writes its reply as a test says, piece by piece. */
async function serverOf(t: TestContext, write: (response: ServerResponse) => Promise<void> | void): Promise<string> {
  const server: Server = createServer((request, response) => {
    request.resume();
    request.once('end', () => {
      response.writeHead(200, events);
      void write(response);
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  t.after(() => {
    server.closeAllConnections();
    server.close();
  });
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}/v1`;
}

async function failureOf(call: Promise<unknown>): Promise<ModelFailure> {
  return call.then(
    () => assert.fail('a failure was expected'),
    (error: ModelFailure) => error,
  );
}

const ask = (url: string, changes: Parameters<typeof modelFor>[1] = {}) =>
  modelFor(url, changes).chat(question(), { signal: never, callId: 'c' });

const logprobs = { content: [{ token: 'code', logprob: -0.1, top_logprobs: [{ token: 'code', logprob: -0.1 }] }] };
const replies = {
  text: completion({ text: 'in `lib/server.js`, Zeile 7: „größer“ 🙂', logprobs }),
  calls: completion({
    toolCalls: [
      { id: 'a', name: 'search_code', arguments: '{"query": "server"}' },
      { id: 'b', name: 'search_code', arguments: '{"query": "größe"}' },
    ],
  }),
  noUsage: completion({ text: 'so', usage: null }),
  cut: completion({ text: 'the first wor', finish: 'length' }),
};

test('a streamed reply is the same reply, byte for byte', async () => {
  for (const [name, body] of Object.entries(replies)) {
    await using streamed = await scene({ reply: () => ({ body }), streams: true });
    await using whole = await scene({ reply: () => ({ body }) }, { stream: false });
    const request = question({ tools: [searchTool], topLogprobs: 3 });
    const one = await streamed.ask(request);
    assert.equal(streamed.bodies()[0]?.stream, true);
    assert.deepEqual(streamed.bodies()[0]?.stream_options, { include_usage: true });
    const other = await whole.ask(request);
    assert.equal(whole.bodies()[0]?.stream, undefined);
    // What was sent differs by its fields for streams, which an estimate of tokens does not count.
    assert.equal(JSON.stringify(one), JSON.stringify(other), name);
  }
});

test('the offline model gives the same replies both ways, and its faults are failures both ways', async () => {
  const messages = [
    {
      role: 'system' as const,
      content: 'You answer questions about a repository. Look things up with the tool first.',
    },
    { role: 'user' as const, content: '<question>\nWhere is createServer implemented?\n</question>' },
  ];
  const route = '<routes>\n- code: functions\n- docs: documentation\n</routes>\n<question>\nWhere is it?\n</question>';
  const requests = [
    question({ messages, tools: [searchTool] }),
    question({ messages, tools: [searchTool], toolChoice: 'none' }),
    question({ role: 'router', messages: [{ role: 'user', content: route }], topLogprobs: 5, maxOutputTokens: 10 }),
    question({ role: 'judge', messages, responseFormat: verdictFormat }),
  ];
  await using plain = await startOfflineModel();
  const both = [true, false].map((stream) => modelFor(plain.url, { stream }));
  for (const request of requests) {
    const [streamed, whole] = await Promise.all(
      both.map((model) => model.chat(request, { signal: never, callId: 'c' })),
    );
    assert.equal(JSON.stringify(streamed), JSON.stringify(whole));
  }
  for (const [fault, kind] of [
    ['cut', 'ModelUnavailable'],
    ['truncate', 'ModelUnavailable'],
    ['stall', 'ModelTimedOut'],
  ] as const) {
    await using faulty = await startOfflineModel({ faults: `${fault}=1` });
    for (const stream of [true, false]) {
      const failure = await failureOf(ask(faulty.url, { stream, timeoutSeconds: 1, idleSeconds: 0.3 }));
      assert.equal(failure.kind, kind, `${fault}, ${stream}`);
    }
  }
});

test('a listener hears the text as it is written, and that a request is sent again', async () => {
  const heard: (string | null)[] = [];
  const listener = { begins: () => heard.push(null), says: (piece: string) => heard.push(piece) };
  const parts = [
    { type: 'thinking', thinking: [{ type: 'text', text: 'hm' }] },
    { type: 'text', text: 'in ' },
  ];
  const delta = (content: unknown, more = {}) => ({ choices: [{ index: 0, delta: { content, ...more } }] });
  const chunks = [
    delta('', { role: 'assistant', reasoning_content: 'let me see' }),
    delta(parts),
    delta('`lib`'),
    { choices: [{ index: 0, delta: {}, finish_reason: 'stop' }] },
  ];
  const body = chunks.map((chunk) => `data: ${JSON.stringify(chunk)}\n\n`).join('');
  const refusal = openAiError(400, 'stream_options is not supported here');
  await using stage = await scene({ script: [refusal, { body, headers: events }] });
  const reply = await modelFor(stage.server.url).chat(question(), { signal: never, callId: 'c', listener });
  assert.equal(reply.text, 'in `lib`');
  assert.deepEqual(heard, [null, null, 'in ', '`lib`']);
});

test('JSON in reply to a request for a stream is the reply, whatever its content type says', async () => {
  for (const headers of [{}, events]) {
    await using stage = await scene({ script: [{ body: completion({ text: 'whole' }), headers }] });
    assert.equal((await stage.ask()).text, 'whole');
    assert.equal(stage.server.requests.length, 1);
  }
});

test('a stream is a stream without its content type, its last lines and its empty lines', async () => {
  const whole = eventStreamOf(completion({ text: 'es geht' }));
  const forms = [
    whole.replaceAll('\n', '\r\n'),
    whole.replaceAll('\n', '\r'),
    whole.replaceAll('data: ', 'data:'),
    `\uFEFF${whole}`,
    whole.replaceAll('\n\n', '\n'),
    whole.replace('data: [DONE]\n\n', ''),
    whole.replace('data: [DONE]\n\n', '').trimEnd(),
    `: OPENROUTER PROCESSING\n\n\n\n${whole}`,
    `id: 1\nretry: 10\nevent: message\n${whole}`,
    whole.replaceAll(',"choices"', ',\ndata: "choices"'),
    `${whole}data: {"choices":[{"index":0,"delta":{"content":"after the end"}}]}\n\n`,
  ];
  for (const body of forms) {
    for (const headers of [{}, events]) {
      await using stage = await scene({ script: [{ body, headers }] });
      assert.equal((await stage.ask()).text, 'es geht', JSON.stringify(body.slice(0, 80)));
    }
  }
});

test('bytes may come in any pieces', async (t) => {
  const whole = Buffer.from(eventStreamOf(completion({ text: 'größer 🙂', logprobs })));
  const url = await serverOf(t, async (response) => {
    for (const byte of whole) {
      response.write(Buffer.of(byte));
      if (byte > 127) await pause(1);
    }
    response.end();
  });
  assert.equal((await ask(url)).text, 'größer 🙂');
});

test('only the first choice is read', async () => {
  const [first] = chunksOf(completion({ text: 'mine' }));
  const other = { ...first, choices: [{ index: 1, delta: { content: 'not mine' }, finish_reason: 'length' }] };
  const body = `data: ${JSON.stringify(other)}\n\n${eventStreamOf(completion({ text: 'mine' }))}`;
  await using stage = await scene({ script: [{ body, headers: events }] });
  const reply = await stage.ask();
  assert.deepEqual([reply.text, reply.finishReason], ['mine', 'stop']);
});

test('a stream that has begun and falls silent ends by its own time-out, and the socket is closed', async (t) => {
  const closed = Promise.withResolvers<void>();
  const url = await serverOf(t, (response) => {
    response.once('close', closed.resolve);
    for (const chunk of chunksOf(completion({ text: 'it begins and' })).slice(0, 2))
      response.write(`data: ${JSON.stringify(chunk)}\n\n`);
  });
  const failure = await failureOf(ask(url, { idleSeconds: 0.3 }));
  assert.equal(failure.kind, 'ModelTimedOut');
  assert.equal(failure.setting, 'SWITCHYARD_MODEL_IDLE_SECONDS');
  assert.match(failure.message, /silent for 0\.3 s/);
  assert.ok((failure.usage?.outputTokens ?? 0) > 0);
  await closed.promise;
});

test('before its first word a model may think as long as the call may take, and a comment is a sign of life', async (t) => {
  const [role, ...rest] = chunksOf(completion({ text: 'slow but here' }));
  const url = await serverOf(t, async (response) => {
    response.write(`data: ${JSON.stringify(role)}\n\n`);
    await pause(500);
    for (const chunk of rest) {
      for (let beat = 0; beat < 2; beat += 1) {
        response.write(': keep-alive\n\n');
        await pause(120);
      }
      response.write(`data: ${JSON.stringify(chunk)}\n\n`);
    }
    response.end();
  });
  assert.equal((await ask(url, { idleSeconds: 0.2 })).text, 'slow but here');
});

test('the limit of the whole call holds for a stream that never ends, and counts what came', async (t) => {
  const url = await serverOf(t, async (response) => {
    const chunk = chunksOf(completion({ text: 'and on' }))[1];
    while (!response.destroyed) {
      response.write(`data: ${JSON.stringify(chunk)}\n\n`);
      await pause(20);
    }
  });
  const failure = await failureOf(ask(url, { timeoutSeconds: 0.5 }));
  assert.equal(failure.kind, 'ModelTimedOut');
  assert.match(failure.message, /no whole reply within 0\.5 s/);
  assert.ok((failure.usage?.outputTokens ?? 0) > 0);
});

test('a connection that stays open behind the end of a stream is not waited for', async (t) => {
  const url = await serverOf(t, (response) => void response.write(eventStreamOf(completion({ text: 'done' }))));
  const start = performance.now();
  assert.equal((await ask(url)).text, 'done');
  assert.ok(performance.now() - start < 900);
});

test('cancelling closes the socket in the middle of a stream', async (t) => {
  const [begun, closed] = [Promise.withResolvers<void>(), Promise.withResolvers<void>()];
  const url = await serverOf(t, (response) => {
    response.once('close', closed.resolve);
    response.write(`data: ${JSON.stringify(chunksOf(completion({ text: 'it begins' }))[1])}\n\n`, () =>
      begun.resolve(),
    );
  });
  const caller = new AbortController();
  const reason = new Error('the run was cancelled');
  const call = modelFor(url).chat(question(), { signal: caller.signal, callId: 'c' });
  await begun.promise;
  caller.abort(reason);
  await assert.rejects(call, reason);
  await closed.promise;
});

test('refused stream_options are left out, and a refused stream: each once, and remembered', async () => {
  const refusals = [
    [openAiError(400, "Unknown parameter: 'stream_options'.", { param: 'stream_options' }), true],
    [
      { status: 422, body: { detail: [{ loc: ['body', 'stream_options'], msg: 'Extra inputs are not permitted' }] } },
      true,
    ],
    [openAiError(400, 'Streaming is not supported for this model'), undefined],
  ] as const;
  for (const [refusal, stream] of refusals) {
    await using stage = await scene({ script: [refusal], reply: () => ({ body: completion() }), streams: true });
    assert.equal((await stage.ask()).text, 'hello');
    await stage.ask();
    const sent = stage.bodies().map((body) => [body.stream, body.stream_options]);
    assert.deepEqual(sent.slice(1), [
      [stream, undefined],
      [stream, undefined],
    ]);
  }
});

test('an endpoint that only streams is streamed, whatever the setting says', async () => {
  const words = [
    'this model answers in stream mode only',
    'This model only support stream mode, please enable the stream parameter to access the model.',
    'parameter.enable_thinking must be set to false for non-streaming calls',
  ];
  for (const message of words) {
    const reply = ({ body }: { body: Record<string, unknown> }) =>
      body.stream === true ? { body: completion() } : openAiError(400, message);
    await using stage = await scene({ reply, streams: true }, { stream: false });
    assert.equal((await stage.ask()).text, 'hello');
    await stage.ask();
    assert.equal(stage.server.requests.length, 3, message);
  }
});

test('a hostile stream costs time that grows with its length alone, and no more memory than any reply', async (t) => {
  const megabyte = 1_000_000;
  const tiny = Array.from({ length: megabyte / 100 }, () => chunksOf(completion({ text: 'x' }))[1]);
  const bodies = [
    `data: ${'{"a":'.repeat(megabyte / 5)}\n\n`,
    'data:\n'.repeat(megabyte / 6),
    ':'.repeat(megabyte),
    '\r'.repeat(megabyte),
    'data: x\n'.repeat(megabyte / 8),
    tiny.map((chunk) => `data: ${JSON.stringify(chunk)}\n\n`).join(''),
    `data: ${JSON.stringify({ choices: [{ delta: { tool_calls: Array.from({ length: 50_000 }, (_, index) => ({ index, id: `c${index}` })) } }] })}\n\n`,
    `data: {"choices":[{"delta":{"__proto__":{"polluted":true},"content":"a"}}]}\n\n`,
  ];
  for (const body of bodies) {
    const url = await serverOf(t, (response) => {
      const bytes = Buffer.from(body);
      for (let at = 0; at < bytes.length; at += 1009) response.write(bytes.subarray(at, at + 1009));
      response.end();
    });
    const start = performance.now();
    assert.equal((await failureOf(ask(url))).kind, 'ModelUnavailable');
    assert.ok(performance.now() - start < 5000, body.slice(0, 20));
  }
  assert.equal((Object.prototype as { polluted?: boolean }).polluted, undefined);
});
