import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { test } from 'node:test';
import { probeModel } from '../../models/doctor.ts';
import { readDoctorSettings } from '../../models/doctor-settings.ts';
import { probeCapabilities } from '../../models/probe-capabilities.ts';
import { completion, openAiError } from '../support/scripted-server/scripted-server-reply.ts';
import { type RecordedRequest, startScriptedServer } from '../support/scripted-server/scripted-server.ts';
import { modelFor, testKey } from './chat-scene.ts';

const logprobs = { content: [{ token: 'code', logprob: -0.1, top_logprobs: [] }] };
const call = [{ id: 'a', name: 'search_code', arguments: '{"query":"createServer"}' }];

function capable({ body }: RecordedRequest) {
  return { body: body.tools ? completion({ toolCalls: call, model: 'm-1' }) : completion({ text: 'code', logprobs }) };
}

test('a model that calls tools and gives log probabilities is found able, with two requests', async () => {
  await using server = await startScriptedServer({ reply: capable });
  const probe = await probeModel(modelFor(server.url), { model: null, signal: new AbortController().signal });
  assert.equal(server.requests.length, 2);
  assert.ok(probe.ok);
  assert.deepEqual([probe.model, probe.toolCall, probe.logprobs], ['m-1', true, true]);
  assert.ok(probe.latencyMs >= 0);
});

test('what a model cannot do is told', async () => {
  await using server = await startScriptedServer({ reply: () => ({ body: completion({ text: 'It is in lib.' }) }) });
  const probe = await probeModel(modelFor(server.url), { model: 'other', signal: new AbortController().signal });
  assert.ok(probe.ok);
  assert.deepEqual([probe.toolCall, probe.logprobs], [false, false]);
  assert.equal(server.requests[0]?.body.model, 'other');
});

test('a failure is a value with its kind and setting; an abort is thrown', async () => {
  await using server = await startScriptedServer({ script: [openAiError(401, 'no')] });
  const model = modelFor(server.url);
  const probe = await probeModel(model, { model: null, signal: new AbortController().signal });
  assert.ok(!probe.ok);
  assert.equal(probe.failure.kind, 'ModelKeyRejected');
  assert.equal(probe.failure.setting, 'OPENAI_API_KEY');
  await assert.rejects(probeModel(model, { model: null, signal: AbortSignal.abort(new Error('stop')) }), /stop/);
});

test('the command reads its settings from stdin and prints one JSON line; what cannot be probed is told, the rest is', async () => {
  const reply = (request: RecordedRequest) =>
    request.body.tools && request.body.tool_choice === 'none' ? openAiError(500, 'oops') : capable(request);
  await using server = await startScriptedServer({ reply });
  const capabilities = [{ model: 'p', capabilities: { temperature: false } }];
  const models = { model: 'm', routerModel: 'r', probed: ['p'], capabilities };
  const run = await doctor(JSON.stringify({ apiKey: testKey, baseUrl: server.url, ...models }));
  assert.equal(run.code, 0, run.stderr);
  assert.equal(run.stdout.trim().split('\n').length, 1);
  const { toolCall, tables } = JSON.parse(run.stdout);
  assert.equal(toolCall, true);
  const asked = server.requests.map((request) => request.body.model);
  assert.deepEqual([asked.slice(0, 2), new Set(asked.slice(2))], [['m', 'r'], new Set(['p'])]);
  for (const { headers } of server.requests) assert.equal(headers.authorization, `Bearer ${testKey}`);
  assert.equal(tables.length, 1);
  const [{ rows, problems }] = tables;
  const temperature = rows.find(({ name }: { name: string }) => name === 'temperature');
  assert.deepEqual(temperature, { name: 'temperature', value: false, source: 'file' });
  assert.equal(problems.length, 1);
  assert.match(problems[0], /^an answer after tool results: the endpoint is unavailable/);
});

const misdirected = JSON.stringify({ apiKey: testKey, baseUrl: 'nowhere', model: 'm' });

test('the command says what is wrong with its settings in one line, without the key', async () => {
  const run = await doctor(misdirected);
  assert.equal(run.code, 2);
  assert.equal(run.stdout, '');
  assert.match(run.stderr, /^doctor: baseUrl: [^\n]+\n$/);
  assert.equal(run.stderr.includes(testKey), false);
});

test('settings that are no JSON, no object or wrong are refused in one line, without the key', () => {
  for (const text of ['', '[]', misdirected, `{"apiKey": "${testKey}"`]) {
    assert.throws(
      () => readDoctorSettings(text),
      (error: Error) => /^[^\n]+$/.test(error.message) && !error.message.includes(testKey),
      text,
    );
  }
});

/** All that it gets of our environment. */
const { NODE_COMPILE_CACHE } = process.env;
const compileCache = NODE_COMPILE_CACHE === undefined ? {} : { NODE_COMPILE_CACHE };

async function doctor(input: string): Promise<{ code: number | null; stdout: string; stderr: string }> {
  const main = new URL('../../models/doctor-main.ts', import.meta.url).pathname;
  const child = spawn(process.execPath, [main], { stdio: 'pipe', env: compileCache });
  let stdout = '';
  let stderr = '';
  child.stdout.on('data', (part) => (stdout += part));
  child.stderr.on('data', (part) => (stderr += part));
  child.stdin.end(input);
  const code = await new Promise<number | null>((resolve) => child.once('close', resolve));
  return { code, stdout, stderr };
}

test('what a model takes is probed: each row says how it is known, and a file wins', async () => {
  const refuses = (name: string) => openAiError(400, `${name} is not supported by this model`);
  const reply = ({ body }: RecordedRequest) => {
    const roles = (body.messages as { role: string }[]).map(({ role }) => role);
    if ('logprobs' in body) return refuses('Log probabilities');
    if (Number(body.max_tokens) > 4096) return openAiError(400, 'max_tokens: at most 4096');
    if (roles.some((role, at) => role === 'user' && roles[at - 1] === 'tool'))
      return openAiError(400, 'a user message may not follow a tool message');
    return { body: completion({ text: 'OK' }) };
  };
  await using server = await startScriptedServer({ reply });
  const capabilities = [{ baseUrl: server.url, model: 'm', capabilities: { temperature: false } }];
  const chat = modelFor(server.url, { apiKey: null, probing: true, capabilities });
  const table = await probeCapabilities(chat, 'm', new AbortController().signal);
  assert.deepEqual(table.problems, []);
  const rows = new Map<unknown, unknown>(table.rows.map((row) => [row.name, row]));
  const expected = [
    ['temperature', false, 'file'],
    ['logprobs', false, 'probed'],
    ['mostOutputTokens', 4096, 'probed'],
    ['afterTool', 'assistant', 'probed'],
    ['limitField', 'max_tokens', 'probed'],
    ['responseFormat', 'json_schema', 'probed'],
    ['parallelToolCalls', true, 'probed'],
    ['streaming', 'offered', 'probed'],
  ];
  for (const [name, value, source] of expected) assert.deepEqual(rows.get(name), { name, value, source });
  assert.ok(server.requests.length <= 14, `${server.requests.length} requests`);
});
