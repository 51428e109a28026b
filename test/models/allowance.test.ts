import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { CallDoesNotFit } from '../../models/allowance.ts';
import { ModelFailure } from '../../models/chat-model.ts';
import type { WireBody } from '../../models/openai/chat-body.ts';
import { createTokenBook, unitsOf } from '../../models/token-estimate.ts';
import { completion, openAiError, type ScriptedReply } from '../support/scripted-server/scripted-server-reply.ts';
import { openAiReasoning } from '../support/scripted-server/scripted-server-personas.ts';
import { startScriptedServer } from '../support/scripted-server/scripted-server.ts';
import { modelFor, question, searchTool, verdictFormat } from './chat-scene.ts';
import { anyText } from '../support/any-text.ts';

type Allowance = { tokens: number; costUsd: number | null };

/** A model whose calls have an allowance each. */
async function stage(options: Parameters<typeof startScriptedServer>[0], changes: Parameters<typeof modelFor>[1] = {}) {
  const server = await startScriptedServer(options);
  const model = modelFor(server.url, changes);
  return {
    server,
    ask: (allowance: Allowance, request = question()) =>
      model.chat(request, {
        signal: new AbortController().signal,
        callId: 'run-1/call-1',
        price: { input: 0.15, cachedInput: 0.075, output: 0.6 },
        allowance: { reported: null, ...allowance },
      }),
    [Symbol.asyncDispose]: () => server[Symbol.asyncDispose](),
  };
}

const usage = (prompt: number, written: number) => ({
  prompt_tokens: prompt,
  completion_tokens: written,
  total_tokens: prompt + written,
});
const answers = (prompt: number, written: number): ScriptedReply => ({
  body: completion({ usage: usage(prompt, written) }),
});
const body = (request = question()): WireBody => ({ model: 'm', messages: request.messages as WireBody['messages'] });

test('the output limit is what was asked for, or what the input leaves of the allowance', async () => {
  await using plenty = await stage({ reply: () => answers(10, 3) });
  await plenty.ask({ tokens: 1000, costUsd: null });
  assert.equal(plenty.server.requests[0]?.body.max_tokens, 100);

  await using scarce = await stage({ reply: () => answers(10, 3) });
  const { messages, ...rest } = question();
  const bytes = Buffer.byteLength(JSON.stringify([messages, [], {}]));
  await scarce.ask({ tokens: bytes + 70, costUsd: null }, { messages, ...rest });
  assert.equal(scarce.server.requests[0]?.body.max_tokens, 70);
});

test('nothing is sent where the allowance leaves too little for a reply, and the limit is named', async () => {
  await using scene = await stage({}, { model: 'gpt-4o-mini' });
  const refusal = async (allowance: Allowance) => {
    const error = await scene.ask(allowance).catch((reason: unknown) => reason);
    assert.ok(error instanceof CallDoesNotFit);
    assert.equal(error.usage, null);
    return error.refusal.limit;
  };
  assert.equal(await refusal({ tokens: 16, costUsd: null }), 'tokens');
  assert.equal(await refusal({ tokens: 0, costUsd: 0 }), 'tokens');
  assert.equal(await refusal({ tokens: 10_000, costUsd: 0.000_01 }), 'costUsd');
  assert.equal(scene.server.requests.length, 0);
});

test('money bounds the output at the price of input that is not cached', async () => {
  await using scene = await stage({ reply: () => answers(10, 3) }, { model: 'gpt-4o-mini' });
  const bytes = Buffer.byteLength(JSON.stringify([question().messages, [], {}]));
  await scene.ask({ tokens: 10_000, costUsd: (bytes * 0.15 + 80.5 * 0.6) / 1_000_000 });
  assert.equal(scene.server.requests[0]?.body.max_completion_tokens ?? scene.server.requests[0]?.body.max_tokens, 80);
});

test('tools and the reply format are part of the input', async () => {
  await using scene = await stage({});
  const plain = Buffer.byteLength(JSON.stringify([question().messages, [], {}]));
  for (const more of [{ tools: [searchTool] }, { responseFormat: verdictFormat }]) {
    await assert.rejects(scene.ask({ tokens: plain + 100, costUsd: null }, question(more)), CallDoesNotFit);
  }
  assert.equal(scene.server.requests.length, 0);
});

test('what an endpoint has reported makes room: fewer tokens a byte than the worst', async () => {
  await using scene = await stage({ reply: () => answers(12, 3) });
  const long = question({ messages: [{ role: 'user', content: 'where does the server begin to listen '.repeat(40) }] });
  await assert.rejects(scene.ask({ tokens: 1200, costUsd: null }, long), CallDoesNotFit);
  await scene.ask({ tokens: 1200, costUsd: null });
  await scene.ask({ tokens: 1200, costUsd: null }, long);
  assert.equal(scene.server.requests.length, 2);
});

test('a model that turns out to think thinks within the same allowance, or not at all', async () => {
  const persona = () => openAiReasoning(200);
  const route = question({ role: 'router', maxOutputTokens: 70 });
  await using enough = await stage({ persona: persona(), reply: () => answers(20, 3) });
  const reply = await enough.ask({ tokens: 1000, costUsd: null }, route);
  const sent = enough.server.requests.flatMap(({ body: { max_completion_tokens: limit } }) => limit ?? []);
  assert.equal(sent.length, 2);
  const [first, second] = sent as number[];
  assert.equal(first, 70);
  assert.ok((second ?? 0) < 1000 - 90, 'what the first has cost is gone');
  assert.equal(reply.usage.modelCalls, 2);

  await using scarce = await stage({ persona: persona(), reply: () => answers(20, 3) });
  const starved = await scarce.ask({ tokens: 300, costUsd: null }, route);
  assert.equal(starved.text, '');
  assert.equal(starved.usage.outputTokens, 70);
  assert.equal(scarce.server.requests.length, 2);
});

test('replies that were paid for and are of no use say what they cost', async () => {
  const ended = (finish: string): ScriptedReply => ({ body: completion({ finish, usage: usage(40, 5) }) });
  const none: ScriptedReply = { body: { object: 'list', choices: [], usage: usage(40, 5) } };
  for (const reply of [ended('error'), ended('content_filter'), none]) {
    await using scene = await stage({ script: [reply] });
    const error = await scene.ask({ tokens: 1000, costUsd: null }).catch((reason: unknown) => reason);
    assert.ok(error instanceof ModelFailure);
    assert.deepEqual([error.usage?.inputTokens, error.usage?.outputTokens], [40, 5]);
  }
  await using scene = await stage({ script: [openAiError(500, 'oops')] });
  const error = await scene.ask({ tokens: 1000, costUsd: null }).catch((reason: unknown) => reason);
  assert.equal(error instanceof ModelFailure && error.usage, null);
});

test('what was paid before a failure in the same call counts with it', async () => {
  const thinking = { ...usage(40, 100), completion_tokens_details: { reasoning_tokens: 100 } };
  const starved = { body: completion({ text: '', finish: 'length', usage: thinking }) };
  const filtered = { body: completion({ finish: 'content_filter', usage: usage(40, 5) }) };
  await using scene = await stage({ script: [starved, filtered] });
  const error = await scene.ask({ tokens: 5000, costUsd: null }).catch((reason: unknown) => reason);
  assert.ok(error instanceof ModelFailure);
  assert.deepEqual([error.usage?.inputTokens, error.usage?.outputTokens, error.usage?.modelCalls], [80, 105, 2]);
});

test('a text has no more units than bytes, and never none', () => {
  fc.assert(
    fc.property(anyText(100), (text) => {
      const units = unitsOf(text);
      assert.ok(units >= 1 && units <= Math.max(1, Buffer.byteLength(text)));
    }),
    { numRuns: 500 },
  );
});

test('the estimate for what was reported is never under the report, whatever the endpoint adds', () => {
  fc.assert(
    fc.property(
      fc.array(fc.tuple(fc.string({ maxLength: 300 }), fc.integer({ min: 1, max: 2000 })), {
        minLength: 1,
        maxLength: 6,
      }),
      (reports) => {
        const book = createTokenBook();
        const sent = reports.map(([content, tokens]) => ({
          of: body(question({ messages: [{ role: 'user', content }] })),
          tokens,
        }));
        for (const { of, tokens } of sent) book.learn('m', of, { inputTokens: tokens });
        for (const { of, tokens } of sent) assert.ok(book.estimate('m', of, null) >= tokens);
      },
    ),
  );
});

test('a conversation that goes on is estimated from what its last turn took', () => {
  const book = createTokenBook();
  const said = 'x'.repeat(4000);
  const first = body(question({ messages: [{ role: 'user', content: said }] }));
  book.learn('m', first, { inputTokens: 4000 });
  const next = { ...first, messages: [...first.messages, { role: 'user' as const, content: 'and then?' }] };
  assert.ok(book.estimate('m', next, null) >= 4000);
  const known = book.estimate('m', next, { tokens: 500, messages: 1 });
  assert.ok(known > 500 && known < 700, String(known));
  const stranger = createTokenBook().estimate('m', next, { tokens: 500, messages: 1 });
  assert.ok(stranger > 500 && stranger < 600, 'a worker that has just begun knows it too');
});

test('an endpoint that reports no usage is estimated as it is counted, and the book stays small', () => {
  const book = createTokenBook();
  const sent = body();
  book.learn('m', sent, null);
  assert.equal(book.estimate('m', sent, null), Math.ceil((JSON.stringify(sent.messages).length + 2) / 4));
  for (let at = 0; at < 200; at += 1) book.learn(`m${at}`, sent, { inputTokens: 1 });
  assert.equal(book.estimate('m', sent, null), Buffer.byteLength(JSON.stringify([sent.messages, [], {}])), 'forgotten');
});
