import assert from 'node:assert/strict';
import { test } from 'node:test';
import { completion } from '../support/scripted-server/scripted-server-reply.ts';
import { question, scene } from './chat-scene.ts';

const usage = { prompt_tokens: 12, completion_tokens: 3 };

const inside: Record<string, [body: object, kind: string, words: RegExp]> = {
  'beside no choices': [
    { choices: [], error: { message: 'no balance is left on this account', code: 'insufficient_balance' } },
    'ModelQuotaSpent',
    /no balance is left/,
  ],
  'with a number, beside no choices': [
    { choices: [], error: { message: 'no balance is left on this account', code: 429 } },
    'ModelQuotaSpent',
    /no balance is left/,
  ],
  'with a number as text': [{ error: { message: 'slow down', code: '429' } }, 'ModelBusy', /slow down/],
  'inside the first choice': [
    {
      choices: [{ finish_reason: 'error', message: { content: '' }, error: { code: 502, message: 'upstream broke' } }],
      usage,
    },
    'ModelUnavailable',
    /upstream broke/,
  ],
  'inside a choice without a message': [
    { choices: [{ error: { code: 401, message: 'bad key' } }] },
    'ModelKeyRejected',
    /bad key/,
  ],
  'beside a part of a reply': [
    {
      choices: [{ message: { content: 'It is' }, finish_reason: null }],
      error: { message: 'Overloaded', type: 'overloaded_error' },
    },
    'ModelUnavailable',
    /Overloaded/,
  ],
  'as text': [{ error: 'the model is loading, service unavailable' }, 'ModelUnavailable', /is loading/],
  'as a list': [
    { success: false, errors: [{ code: 10000, message: 'Authentication error' }], result: null },
    'ModelKeyRejected',
    /Authentication error/,
  ],
  'as a code and words': [{ code: 'rate_limit_exceeded', message: 'too many requests' }, 'ModelBusy', /too many/],
};

for (const [where, [body, kind, words]] of Object.entries(inside)) {
  test(`an error with status 200, ${where}, is read like any other`, async () => {
    await using stage = await scene({ script: [{ body }] });
    const failure = await stage.fail();
    assert.equal(failure.kind, kind);
    assert.match(failure.message, words);
  });
}

test('what was paid for before the error is counted', async () => {
  await using stage = await scene({ script: [{ body: inside['inside the first choice']?.[0] }] });
  const failure = await stage.fail();
  assert.equal(failure.usage?.inputTokens, 12);
});

test('an error with status 200 teaches what a refusal does', async () => {
  const refusal = { error: { message: 'logprobs is not supported', code: 400, param: 'logprobs' } };
  await using stage = await scene({ script: [{ body: refusal }, { body: completion({ text: 'docs' }) }] });
  assert.equal((await stage.ask(question({ topLogprobs: 2 }))).text, 'docs');
  assert.equal(stage.bodies()[1]?.logprobs, undefined);
});

test('a reply with an empty error beside it is a reply', async () => {
  for (const error of [null, {}, '', { message: null }]) {
    await using stage = await scene({ script: [{ body: { ...completion({ text: 'docs' }), error } }] });
    assert.equal((await stage.ask()).text, 'docs');
  }
});
