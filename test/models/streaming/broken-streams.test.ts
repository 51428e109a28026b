/** Streams that are no whole reply, and errors in them. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { chunksOf, eventStreamOf } from '../../support/scripted-server/scripted-server-stream.ts';
import { completion } from '../../support/scripted-server/scripted-server-reply.ts';
import { question, scene } from '../chat-scene.ts';

const events = { 'content-type': 'text/event-stream' };
const logprobs = { content: [{ token: 'code', logprob: -0.1, top_logprobs: [{ token: 'code', logprob: -0.1 }] }] };

test('a stream that is no whole reply is a failure, and what came of it was paid for', async () => {
  const whole = eventStreamOf(completion({ text: 'a long answer that is cut somewhere' }));
  const middle = whole.slice(0, whole.indexOf('"finish_reason":"stop"') - 300);
  const unfinished = whole.replaceAll('"finish_reason":"stop"', '"finish_reason":null');
  const broken: [string, object][] = [
    ['cut', { body: middle }],
    ['no finish reason', { body: unfinished }],
    ['no finish reason and no end', { body: unfinished.replace('data: [DONE]\n\n', '') }],
    ['torn', { body: whole, fault: 'cut' }],
    ['not JSON', { body: `${middle.slice(0, middle.lastIndexOf('data:'))}data: {"choices": [\n\n` }],
  ];
  for (const [name, reply] of broken) {
    await using stage = await scene({ script: [{ ...reply, headers: events }] });
    const failure = await stage.fail();
    assert.equal(failure.kind, 'ModelUnavailable', name);
    assert.equal(failure.retry, true, name);
    assert.ok((failure.usage?.inputTokens ?? 0) > 0 && (failure.usage?.outputTokens ?? 0) > 0, name);
    assert.equal(stage.server.requests.length, 1, name);
  }
});

test('an error in a stream is read like an error: its words, its code, and what came before it', async () => {
  const said = { error: { message: 'The model is overloaded', code: 429 } };
  const start = `data: ${JSON.stringify(chunksOf(completion({ text: 'half' }))[1])}\n\n`;
  const forms = [
    `${start}data: ${JSON.stringify(said)}\n\ndata: [DONE]\n\n`,
    `${start}event: error\ndata: ${JSON.stringify(said.error)}\n\n`,
    `${start}data: ${JSON.stringify({ object: 'error', ...said.error })}\n\n`,
    `${start}data: ${JSON.stringify({ ...said, choices: [{ index: 0, delta: {}, finish_reason: 'error' }] })}\n\n`,
  ];
  for (const body of forms) {
    await using stage = await scene({ script: [{ body, headers: events }] });
    const failure = await stage.fail();
    assert.equal(failure.kind, 'ModelBusy', body);
    assert.match(failure.message, /overloaded/);
    assert.equal(failure.usage?.outputTokens, 1);
  }
});

test('what an error in a stream means is read as in a reply of one piece', async () => {
  const words: [object, string][] = [
    [{ message: 'no balance is left on this account', code: 'insufficient_balance' }, 'ModelQuotaSpent'],
    [{ message: 'slow down', type: 'rate_limit_exceeded' }, 'ModelBusy'],
    [{ message: 'key', code: 'invalid_api_key' }, 'ModelKeyRejected'],
  ];
  for (const [error, kind] of words) {
    const streamed = { body: `data: ${JSON.stringify({ error })}\n\n`, headers: events };
    await using stage = await scene({ script: [streamed, { body: { choices: [], error } }] });
    assert.deepEqual([(await stage.fail()).kind, (await stage.fail()).kind], [kind, kind]);
  }
});

test('numbers that JSON does not know are read in a stream, too', async () => {
  const chunk = JSON.stringify({ choices: [{ delta: { content: 'code' }, logprobs, finish_reason: 'stop' }] });
  const body = `data: ${chunk.replace('-0.1}', '-Infinity}')}\n\n`;
  assert.match(body, /-Infinity/);
  await using stage = await scene({ script: [{ body, headers: events }] });
  const { text, logprobs: read } = await stage.ask();
  assert.deepEqual([text, read?.length], ['code', 1]);
});

test('a refusal that comes as an event of its own is a refusal', async () => {
  const refusal = JSON.stringify({ error: { message: 'Unsupported parameter: temperature', param: 'temperature' } });
  const script = [{ status: 400, body: `data: ${refusal}\n\n`, headers: events }, { body: completion() }];
  await using stage = await scene({ script });
  await stage.ask(question({ temperature: 0 }));
  assert.equal(stage.bodies()[1]?.temperature, undefined);
});
