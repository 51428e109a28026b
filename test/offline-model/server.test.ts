/** The offline model as an HTTP server: what any OpenAI client may expect of it. */
import assert from 'node:assert/strict';
import { once } from 'node:events';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { createServer, type IncomingMessage, request as httpRequest } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import OpenAI from 'openai';
import { startOfflineModel } from '../../offline-model/server/server.ts';
import { startOfflineModelThread } from '../../offline-model/thread.ts';
import { complete, openModel, post, tools } from './scene.ts';

const hello = { messages: [{ role: 'user', content: 'Hello' }] };
const routing = {
  messages: [
    {
      role: 'user',
      content:
        '<routes>\n- code: functions and classes\n- docs: guides and design\n- debug: errors and failures\n- general: all else\n</routes>\n<question>\nWhy does it throw a TypeError?\n</question>\nReply with one route name only.',
    },
  ],
};

test('the openai SDK gets a completion that names the offline model, whatever model was asked for', async (t) => {
  const client = new OpenAI({ apiKey: 'none', baseURL: await openModel(t), maxRetries: 0 });
  const reply = await client.chat.completions.create({
    model: 'gpt-5',
    messages: [{ role: 'user', content: 'Hello' }],
  });
  assert.equal(reply.model, 'switchyard-offline');
  assert.match(reply.system_fingerprint ?? '', /not-a-language-model/);
  assert.match(reply.choices[0]?.message.content ?? '', /not a language model/);
  assert.equal(reply.usage?.total_tokens, (reply.usage?.prompt_tokens ?? 0) + (reply.usage?.completion_tokens ?? 0));
});

test('the same request gives the same bytes, on another server too', async (t) => {
  const urls = [await openModel(t), await openModel(t)];
  const bodies: string[] = [];
  for (const url of [...urls, ...urls]) {
    bodies.push(await (await post(`${url}/chat/completions`, { model: 'm', ...routing, logprobs: true })).text());
  }
  assert.equal(bodies.length, 4);
  assert.equal(new Set(bodies).size, 1);
  assert.equal(JSON.parse(bodies[0] ?? '').created, 0, 'a clock would make other bytes');
});

test('a label comes as one token whose alternatives are all labels, with probabilities that add up to 1', async (t) => {
  const reply = await complete(await openModel(t), { ...routing, logprobs: true, top_logprobs: 20, max_tokens: 10 });
  const [{ message, logprobs }] = reply.choices;
  assert.ok(['code', 'docs', 'debug', 'general'].includes(message.content ?? ''));
  const tops = logprobs?.content[0]?.top_logprobs ?? [];
  assert.deepEqual(tops.map((top) => top.token).toSorted(), ['code', 'debug', 'docs', 'general']);
  const sum = tops.reduce((total, top) => total + Math.exp(top.logprob), 0);
  assert.ok(Math.abs(sum - 1) < 1e-6, `the probabilities add up to ${sum}`);
  assert.equal(tops[0]?.token, message.content);
});

test('labels that nobody trained on are chosen among, from a plain enumeration too', async (t) => {
  const url = await openModel(t);
  const request = {
    messages: [{ role: 'user', content: 'Is the sky up? Reply with one of: upward, downward or sideways' }],
  };
  const [{ message }] = (await complete(url, request)).choices;
  assert.ok(['upward', 'downward', 'sideways'].includes(message.content ?? ''), `it said ${message.content}`);
});

test('a stream put together by the SDK equals the reply in one piece, usage included', async (t) => {
  const client = new OpenAI({ apiKey: 'none', baseURL: await openModel(t), maxRetries: 0 });
  const request = { model: 'm', messages: [{ role: 'user' as const, content: 'Hello' }] };
  const whole = await client.chat.completions.create(request);
  let text = '';
  let finish: string | null = null;
  let total = 0;
  const stream = await client.chat.completions.create({
    ...request,
    stream: true,
    stream_options: { include_usage: true },
  });
  for await (const chunk of stream) {
    text += chunk.choices[0]?.delta.content ?? '';
    finish = chunk.choices[0]?.finish_reason ?? finish;
    total = chunk.usage?.total_tokens ?? total;
  }
  assert.equal(text, whole.choices[0]?.message.content);
  assert.equal(finish, 'stop');
  assert.equal(total, whole.usage?.total_tokens);
});

test('a streamed tool call arrives whole', async (t) => {
  const client = new OpenAI({ apiKey: 'none', baseURL: await openModel(t), maxRetries: 0 });
  const runner = client.chat.completions.stream({
    model: 'm',
    messages: [{ role: 'user', content: 'Where is `scheduleDimming` defined?' }],
    tools: tools as OpenAI.ChatCompletionTool[],
  });
  const reply = await runner.finalChatCompletion();
  assert.equal(reply.choices[0]?.finish_reason, 'tool_calls');
  const names = (reply.choices[0]?.message.tool_calls ?? []).map((call) => 'function' in call && call.function.name);
  assert.ok(names.includes('find_symbol'), `it called ${names.join(', ')}`);
});

test('embeddings have length 1, the dimensions asked for, and lie nearer for texts that share words', async (t) => {
  const client = new OpenAI({ apiKey: 'none', baseURL: await openModel(t), maxRetries: 0 });
  const input = ['the lantern dims slowly', 'slowly the lanterns dim', 'payroll of Berlin contractors'];
  const { data } = await client.embeddings.create({ model: 'm', input });
  const [a = [], b = [], c = []] = data.map((one) => one.embedding);
  const dot = (one: number[], other: number[]) => one.reduce((sum, value, at) => sum + value * (other[at] ?? 0), 0);
  assert.equal(a.length, 256);
  assert.ok(Math.abs(dot(a, a) - 1) < 1e-5);
  assert.ok(dot(a, b) > 0.5 && dot(a, b) > dot(a, c));
  const narrow = await client.embeddings.create({ model: 'm', input: 'dim', dimensions: 32, encoding_format: 'float' });
  assert.equal(narrow.data[0]?.embedding.length, 32);
});

test('models, health and errors have the shapes that clients read', async (t) => {
  const url = await openModel(t);
  const client = new OpenAI({ apiKey: 'none', baseURL: url, maxRetries: 0 });
  const names = (await client.models.list()).data.map((model) => model.id);
  assert.deepEqual(names, ['switchyard-offline']);
  assert.equal((await fetch(new URL('/health', url))).status, 200);
  await assert.rejects(client.models.retrieve('gpt-5'), OpenAI.NotFoundError);
  await assert.rejects(client.chat.completions.create({ model: 'm', n: 2, ...hello } as never), (error: unknown) => {
    assert.ok(error instanceof OpenAI.BadRequestError);
    assert.equal(error.param, 'n');
    return true;
  });
  assert.equal((await post(`${url}/chat/completions`, '{"model":')).status, 400);
  assert.equal((await post(`${url}/chat/completions`, { model: 'm', messages: [] })).status, 400);
  assert.equal((await fetch(`${url}/chat/completions`)).status, 405);
  assert.equal((await fetch(`${url}/nothing`)).status, 404);
});

test('a body above 32 MB is refused: by its declared length before it is sent, else as soon as it is too long', async (t) => {
  const url = new URL(`${await openModel(t)}/chat/completions`);
  const declared = httpRequest(url, { method: 'POST', headers: { 'content-length': 32 * 1024 * 1024 + 1 } });
  t.after(() => declared.destroy());
  declared.flushHeaders();
  const [refusal] = (await once(declared, 'response')) as [IncomingMessage];
  assert.equal(refusal.statusCode, 413);
  const megabyte = Buffer.alloc(1024 * 1024, 'x');
  let sent = 0;
  const endless = httpRequest(url, { method: 'POST' });
  t.after(() => endless.destroy());
  endless.on('error', () => {}); // the server ends the connection while bytes are still on their way
  const refused = once(endless, 'response') as Promise<[IncomingMessage]>;
  for (; sent < 33; sent += 1) if (!endless.write(megabyte)) await Promise.race([once(endless, 'drain'), refused]);
  assert.equal((await refused)[0].statusCode, 413);
  assert.equal(sent, 33);
});

test('a reply longer than the token limit is cut and says so', async (t) => {
  const reply = await complete(await openModel(t), { ...hello, max_completion_tokens: 3 });
  assert.equal(reply.choices[0].finish_reason, 'length');
  assert.equal(reply.usage.completion_tokens, 3);
});

test('the log has a line for each request and for each reply, with what identifies them', async (t) => {
  const folder = await mkdtemp(join(tmpdir(), 'offline-model-'));
  t.after(() => rm(folder, { recursive: true }));
  const log = join(folder, 'requests.jsonl');
  const model = await startOfflineModel({ log });
  const headers = { 'content-type': 'application/json', 'idempotency-key': 'key-1' };
  await (await post(`${model.url}/chat/completions`, { model: 'm', ...hello }, { headers })).text();
  await model.close();
  const lines = (await readFile(log, 'utf8')).trim().split('\n');
  const entries = lines.map((line) => JSON.parse(line));
  assert.deepEqual(
    entries.map((entry) => [entry.event, entry.status, entry.idempotencyKey, entry.fault]),
    [
      ['request', null, 'key-1', null],
      ['reply', 200, 'key-1', null],
    ],
  );
  assert.match(entries[0].sha256, /^[0-9a-f]{64}$/);
  assert.equal(entries[0].requestId, entries[1].requestId);
});

test('the server runs in a thread, and frees its port when it is closed', async () => {
  const model = await startOfflineModelThread({});
  const reply = await complete(model.url, hello);
  assert.equal(reply.model, 'switchyard-offline');
  await model.close();
  await assert.rejects(fetch(new URL('/health', model.url)));
});

test('a thread whose port is taken, or whose fault switch cannot be read, says so', async (t) => {
  const other = createServer().listen(0, '127.0.0.1');
  t.after(() => other.close());
  await once(other, 'listening');
  await assert.rejects(startOfflineModelThread({ port: (other.address() as AddressInfo).port }), /EADDRINUSE/);
  await assert.rejects(startOfflineModelThread({ faults: 'florp=1' }), /florp/);
});

test('a paced stream says a chunk at a time, and its bytes are those of one that is not', async (t) => {
  const bodies: string[] = [];
  for (const paceMs of [0, 20]) {
    const model = await startOfflineModel({ paceMs });
    t.after(() => model.close());
    const response = await fetch(`${model.url}/chat/completions`, {
      method: 'POST',
      body: JSON.stringify({ model: 'm', stream: true, messages: [{ role: 'user', content: 'hello there' }] }),
    });
    const began = performance.now();
    bodies.push(await response.text());
    const chunks = bodies.at(-1)?.match(/^data: /gm)?.length ?? 0;
    if (paceMs > 0) assert.ok(performance.now() - began > (chunks - 3) * paceMs, `${chunks} chunks`);
  }
  assert.equal(bodies[1], bodies[0]);
});
