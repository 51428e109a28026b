import assert from 'node:assert/strict';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test, type TestContext } from 'node:test';
import { askModel } from '../../activities/agents/ask-model.ts';
import type { ActivityContext } from '../../activities/context.ts';
import { condensed, withLessOfResults } from '../../activities/agents/condensing.ts';
import type { Grant, Payment } from '../../contracts/agent-calls.ts';
import type { ChatMessage, ChatRequest } from '../../contracts/chat.ts';
import { noUsage, paidOf } from '../../contracts/usage-sum.ts';
import { CallDoesNotFit } from '../../models/allowance.ts';
import { createContentStore } from '../../retrieval/store/content-store.ts';
import { createEarlierRuns } from '../../models/earlier-runs.ts';
import { createSharedReplies } from '../../models/shared-replies.ts';
import { createFileJournal, type ReplyJournal } from '../../models/journal.ts';
import { activityContext } from '../support/activity-context.ts';
import { modelFor, question } from '../models/chat-scene.ts';
import { completion, openAiError, type ScriptedReply } from '../support/scripted-server/scripted-server-reply.ts';
import { type ScriptedServerOptions, startScriptedServer } from '../support/scripted-server/scripted-server.ts';
import type { ModelPrice, PriceList } from '../../contracts/model/price.ts';

const listed: ModelPrice = { input: 1, cachedInput: 1, output: 1 };
const modelByRole = { router: 'm', specialist: 'm', judge: 'm', synthesizer: 'm' };
const answered: ScriptedReply = {
  body: completion({ text: 'cut sho', finish: 'length', usage: { prompt_tokens: 40, completion_tokens: 80 } }),
};

/** The n-th call of one run; each attempt sees what those before it have spent. */
async function stage(t: TestContext, reply: ScriptedServerOptions['reply'] = () => answered) {
  const folder = await mkdtemp(join(tmpdir(), 'switchyard-ask-'));
  const server = await startScriptedServer({ reply });
  t.after(async () => {
    await server[Symbol.asyncDispose]();
    await rm(folder, { recursive: true, force: true });
  });
  const notes: object[] = [];
  const fileJournal = createFileJournal(folder);
  const journal: ReplyJournal = fileJournal;
  const prices: PriceList = { of: (model) => ({ price: model === 'm' ? listed : null, contextWindow: null }) };
  const content = createContentStore(join(folder, 'content'));
  const sharedReplies = createSharedReplies(createFileJournal(join(folder, 'replies')));
  const asked = { model: modelFor(server.url), modelByRole, endpoint: server.url, prices };
  const earlierRuns = createEarlierRuns(fileJournal);
  const needs = { ...asked, journal, sharedReplies, earlierRuns, content };
  return {
    server,
    needs,
    notes,
    replies: join(folder, 'replies'),
    ask(
      grant: Grant | undefined,
      more: {
        spent?: ActivityContext['spent'];
        request?: ChatRequest;
        smaller?: ChatRequest[];
        shorter?: ChatRequest[];
        payment?: Partial<Payment>;
        run?: ActivityContext['run'];
      } = {},
    ) {
      const { spent = noUsage, request = question(), smaller = [], shorter = [], run } = more;
      const own = run === undefined ? {} : { run };
      const context = activityContext({ spent, ...own, note: (known) => void notes.push(known) });
      const payment = { key: 'call-1', requirePrice: false, scope: { stage: 'specialist' as const }, ...more.payment };
      return askModel(
        needs,
        context,
        { request, smaller, shorter },
        grant === undefined ? payment : { ...payment, grant },
      );
    },
  };
}

test('a reply that a lowered limit has cut is found again by the same call, whatever its grant is by then', async (t) => {
  const scene = await stage(t);
  const first = await scene.ask({ tokens: 150, costUsd: null });
  const limit = Number(scene.server.requests[0]?.body.max_tokens);
  assert.ok(limit < question().maxOutputTokens, `the limit was lowered to ${limit}`);
  for (const grant of [{ tokens: 0, costUsd: null }, { tokens: 100_000, costUsd: null }, undefined])
    assert.deepEqual((await scene.ask(grant)).reply, first.reply);
  assert.equal(scene.server.requests.length, 1);
});

test('a call without a grant, of a run that began before there were any, has no limit', async (t) => {
  const scene = await stage(t);
  await scene.ask(undefined);
  assert.equal(scene.server.requests[0]?.body.max_tokens, question().maxOutputTokens);
});

test('an attempt has what those before it have left', async (t) => {
  const scene = await stage(t);
  const spent = { ...noUsage, inputTokens: 900, outputTokens: 40 };
  await assert.rejects(scene.ask({ tokens: 1000, costUsd: null }, { spent }), CallDoesNotFit);
  assert.equal(scene.server.requests.length, 0);
  await scene.ask({ tokens: 1090, costUsd: null }, { spent });
  assert.ok(Number(scene.server.requests[0]?.body.max_tokens) < 100);
});

test('a reply that could not be kept is known by what it has cost', async (t) => {
  const scene = await stage(t);
  scene.needs.journal.write = () => Promise.reject(new Error('no space left on device'));
  await assert.rejects(scene.ask({ tokens: 1000, costUsd: null }), /no space left/);
  const { usage } = scene.notes.at(-1) as { usage?: { inputTokens: number } };
  assert.equal(usage?.inputTokens, 40);
});

test('what does not fit is asked with less, and found again as it was asked', async (t) => {
  const scene = await stage(t);
  const said: ChatMessage[] = [
    { role: 'tool', callId: 'a', content: `${'a line of text\n'.repeat(200)}` },
    { role: 'user', content: 'Answer now.' },
  ];
  const request = question({ messages: said });
  const smaller = withLessOfResults(said).map((messages) => question({ messages }));
  const { request: asked } = await scene.ask({ tokens: 1000, costUsd: null }, { request, smaller });
  const [result] = asked.messages;
  assert.match(result?.content ?? '', /^(a line of text\n)+\[cut here/);
  assert.deepEqual(asked.messages[1], said[1]);
  const again = await scene.ask({ tokens: 100_000, costUsd: null }, { request, smaller });
  assert.deepEqual(again.request, asked);
  assert.equal(scene.server.requests.length, 1);
});

test('results are cut at whole lines, to nothing in the end; without results there is nothing to cut', () => {
  assert.deepEqual(withLessOfResults([{ role: 'user', content: 'x' }]), []);
  const content = `${'one line\n'.repeat(32)}`;
  const cuts = withLessOfResults([{ role: 'tool', callId: 'a', content }]);
  const kept = cuts.map(([message]) => (message?.content ?? '').replace(/\[cut here.*\]$/, ''));
  assert.deepEqual(
    kept.map((text) => text.split('\n').length - 1),
    [16, 8, 4, 2, 0],
  );
});

test('a reply costs what the run’s own prices say, else what the worker’s list does', async (t) => {
  const scene = await stage(t);
  const cost = async (payment: Partial<Payment>) => (await scene.ask(undefined, { payment })).reply.usage.costUsd;
  assert.equal(await cost({ key: 'a' }), 120 / 1e6);
  const prices = { m: { input: 10, cachedInput: 10, output: 100 } };
  assert.equal(await cost({ key: 'b', prices }), 8400 / 1e6);
});

test('a run that keeps the price of a model needs none of the worker’s list', async (t) => {
  const scene = await stage(t);
  const request = question({ model: 'other' });
  const payment = { requirePrice: true };
  await assert.rejects(scene.ask(undefined, { request, payment }), /no price is known for the model "other"/);
  assert.equal(scene.server.requests.length, 0);
  await scene.ask(undefined, { request, payment: { ...payment, prices: { other: listed } } });
  assert.equal(scene.server.requests.length, 1);
});

test('a reply belongs to the model and the endpoint that it was asked of', async (t) => {
  const scene = await stage(t);
  await scene.ask(undefined);
  await scene.ask(undefined);
  assert.equal(scene.server.requests.length, 1);
  scene.needs.modelByRole = { ...modelByRole, specialist: 'n', router: 'n' };
  await scene.ask(undefined);
  assert.equal(scene.server.requests.length, 2, 'the setting names another model');
  scene.needs.endpoint = 'http://elsewhere/v1';
  await scene.ask(undefined);
  assert.equal(scene.server.requests.length, 3, 'another endpoint');
});

/** Takes requests of at most so many characters, as an endpoint with a small context window does. */
const smallWindow =
  (most: number) =>
  ({ body }: { body: Record<string, unknown> }): ScriptedReply =>
    JSON.stringify(body.messages).length <= most
      ? answered
      : openAiError(400, "This model's maximum context length is 1000 tokens.", { code: 'context_length_exceeded' });

const results: ChatMessage[] = [
  { role: 'tool', callId: 'a', content: 'a line of text\n'.repeat(200) },
  { role: 'tool', callId: 'b', content: 'a line of text\n'.repeat(200) },
];
const ofResults = () => ({
  request: question({ messages: results }),
  shorter: condensed(results, 1).map((messages) => question({ messages })),
});

test('what is too long for the model is asked with less, and found again as it was asked', async (t) => {
  const scene = await stage(t, smallWindow(3000));
  const { request } = await scene.ask(undefined, ofResults());
  assert.match(request.messages[0]?.content ?? '', /\[cut here: the model's context window/);
  const sent = scene.server.requests.length;
  assert.equal(sent, 3, 'whole, and two that were shorter');
  const again = await scene.ask(undefined, ofResults());
  assert.deepEqual(again.request, request);
  assert.equal(again.reply.text, 'cut sho');
  assert.equal(scene.server.requests.length, sent + 2, 'refusals cost nothing; the reply was not bought again');
});

test('where a window is known, what is near its end is not sent whole', async (t) => {
  const scene = await stage(t, smallWindow(3000));
  scene.needs.prices = { of: () => ({ price: listed, contextWindow: 800 }) };
  await scene.ask(undefined, ofResults());
  assert.equal(scene.server.requests.length, 1);
});

test('what is too long even so, or holds no results, fails by its name', async (t) => {
  const scene = await stage(t, smallWindow(10));
  await assert.rejects(scene.ask(undefined, ofResults()), { kind: 'ModelContextTooLong' });
  assert.equal(scene.server.requests.length, 6);
  await assert.rejects(scene.ask(undefined), { kind: 'ModelContextTooLong' });
  assert.equal(scene.server.requests.length, 7);
});

test('what refusals taught is noted with the call, also where the call then fails', async (t) => {
  let count = 0;
  const scene = await stage(t, () => {
    count += 1;
    if (count === 1) return { status: 400, body: { error: { message: 'temperature is not supported' } } };
    return { status: 401, body: { error: { message: 'no' } } };
  });
  await assert.rejects(scene.ask(undefined, { request: question({ temperature: 0 }) }), { kind: 'ModelKeyRejected' });
  assert.deepEqual(scene.notes.at(-1), { learned: ['temperature: true to false'] });
});

const sharing = { benchmark: 'monday', trial: 1, lane: 'alone/q1', fresh: false };

test('a benchmark finds what an earlier one has paid for: counted in full, marked, and not paid', async (t) => {
  const scene = await stage(t, () => ({ body: completion({ model: 'm-2026-11' }) }));
  const first = await scene.ask(undefined, { payment: { key: 'a', sharing } });
  assert.equal(first.reply.usage.reused, undefined);
  const tuesday = { ...sharing, benchmark: 'tuesday' };
  const prices = { m: { input: 10, cachedInput: 10, output: 100 } };
  const { reply } = await scene.ask(undefined, { payment: { key: 'b', sharing: tuesday, prices } });
  assert.equal(scene.server.requests.length, 1);
  assert.deepEqual([reply.text, reply.model], [first.reply.text, 'm-2026-11']);
  // It would cost what a call costs now.
  const cost = (12 * 10 + 3 * 100) / 1e6;
  assert.equal(reply.usage.costUsd, cost);
  assert.deepEqual(reply.usage.reused, { modelCalls: 1, inputTokens: 12, outputTokens: 3, costUsd: cost });
  assert.deepEqual(paidOf(reply.usage), { modelCalls: 0, tokens: 0, costUsd: 0 });
  const { reused } = Object.assign({}, ...scene.notes) as { reused?: { benchmark: string } };
  assert.equal(reused?.benchmark, 'monday');
  // An attempt that is made again has the same reply, also where the other benchmark's is gone.
  await rm(scene.replies, { recursive: true });
  assert.deepEqual((await scene.ask(undefined, { payment: { key: 'b', sharing: tuesday } })).reply, reply);
  await scene.ask(undefined, { payment: { key: 'c', sharing: { ...tuesday, benchmark: 'later' } } });
  await scene.ask(undefined, { payment: { key: 'd', sharing: { ...tuesday, trial: 2 } } });
  await scene.ask(undefined, { payment: { key: 'f', sharing: { ...tuesday, fresh: true } } });
  await scene.ask(undefined, { payment: { key: 'e' } });
  assert.equal(scene.server.requests.length, 5, 'what is gone, another trial, a fresh one, and a person pay');
});

test('neither an error nor a reply that a budget has cut is kept for others', async (t) => {
  const replies = [openAiError(500, 'no'), answered, answered];
  const scene = await stage(t, () => replies.shift() ?? answered);
  await assert.rejects(scene.ask(undefined, { payment: { key: 'a', sharing } }));
  const tuesday = { ...sharing, benchmark: 'tuesday' };
  await scene.ask({ tokens: 150, costUsd: null }, { payment: { key: 'b', sharing: tuesday } });
  assert.equal(scene.server.requests.length, 2);
  const { reply } = await scene.ask(undefined, { payment: { key: 'c', sharing: { ...tuesday, benchmark: 'later' } } });
  assert.equal(reply.usage.reused, undefined);
  assert.equal(scene.server.requests.length, 3);
});

test('a reply that takes more than the call is granted is not used again', async (t) => {
  const scene = await stage(t, () => ({ body: completion() }));
  await scene.ask(undefined, { payment: { key: 'a', sharing } });
  const later = { key: 'b', sharing: { ...sharing, benchmark: 'tuesday' } };
  await assert.rejects(scene.ask({ tokens: 10, costUsd: null }, { payment: later }), CallDoesNotFit);
  assert.equal(
    (await scene.ask({ tokens: 5000, costUsd: null }, { payment: later })).reply.usage.reused?.modelCalls,
    1,
  );
  assert.equal(scene.server.requests.length, 1);
});

test('what was too long for the window is not sent again by a later benchmark', async (t) => {
  const tooLong = openAiError(400, "This model's maximum context length is 10 tokens.", {
    code: 'context_length_exceeded',
  });
  const replies = [tooLong, { body: completion() }];
  const scene = await stage(t, () => replies.shift() ?? tooLong);
  const said: ChatMessage[] = [{ role: 'tool', callId: 'a', content: 'a line of text\n'.repeat(200) }];
  const request = question({ messages: said });
  const shorter = condensed(said, 1).map((messages) => question({ messages }));
  const first = await scene.ask(undefined, { request, shorter, payment: { key: 'a', sharing } });
  assert.equal(scene.server.requests.length, 2);
  const later = { key: 'b', sharing: { ...sharing, benchmark: 'tuesday' } };
  const again = await scene.ask(undefined, { request, shorter, payment: later });
  assert.deepEqual([again.request, scene.server.requests.length], [first.request, 2]);
});

const old = { workflowId: 'w', runId: 'r' };
const forked = { workflowId: 'fork', runId: 'f' };
const again = { workflowId: 'fork of fork', runId: 'g' };

test('a fork takes the reply of the run before it, marked, and finds it in its own journal from then on', async (t) => {
  const scene = await stage(t, wordsInOrder());
  const { reply } = await scene.ask(undefined, { payment: { key: 'call-3' } });
  const taken = await scene.ask(undefined, { run: forked, payment: { key: 'call-9', fork: { runs: [old] } } });
  assert.deepEqual({ ...taken.reply, usage: null }, { ...reply, usage: null });
  assert.equal(paidOf(taken.reply.usage).tokens, 0);
  assert.equal(taken.reply.usage.inputTokens, reply.usage.inputTokens, 'it counts in full');
  const notes = Object.assign({}, ...scene.notes) as { reused?: object };
  assert.deepEqual({ ...notes.reused, at: null }, { ...old, at: null });
  // A fork of the fork takes it from there, or from the first run where the fork has asked something else.
  for (const [at, runs] of [[forked], [{ workflowId: 'other', runId: 'o' }, old]].entries()) {
    const more = await scene.ask(undefined, { run: again, payment: { key: `call-${at}`, fork: { runs } } });
    assert.equal(more.reply.text, reply.text);
  }
  assert.equal(scene.server.requests.length, 1);
});

test('a fork pays for a request, a model or an endpoint that is another, and for a call that is asked anew', async (t) => {
  const scene = await stage(t, wordsInOrder());
  await scene.ask(undefined);
  const fork = { runs: [old] };
  const ask = (key: string, more: object) => scene.ask(undefined, { run: forked, payment: { key, fork }, ...more });
  await ask('a', { request: question({ messages: [{ role: 'user', content: 'another' }] }) });
  await ask('b', { request: question({ model: 'other' }) });
  await scene.ask(undefined, { run: forked, payment: { key: 'c', fork: { runs: [old], only: 'tools' } } });
  await scene.ask(undefined, { run: forked, payment: { key: 'd' } });
  scene.needs.endpoint = 'elsewhere';
  await ask('e', {});
  assert.equal(scene.server.requests.length, 6);
});

test('of equal requests a fork takes the one of the same place, and no reply that a budget has cut short', async (t) => {
  const scene = await stage(t, wordsInOrder());
  const at = (tryNumber: number) => ({ stage: 'specialist', specialist: 'code', try: tryNumber }) as const;
  const first = await scene.ask(undefined, { payment: { key: 'call-1', scope: at(1) } });
  const second = await scene.ask(undefined, { payment: { key: 'call-2', scope: at(2) } });
  const take = async (tryNumber: number) => {
    const payment = { key: `call-${tryNumber}`, scope: at(tryNumber), fork: { runs: [old] } };
    return (await scene.ask(undefined, { run: forked, payment })).reply.text;
  };
  assert.deepEqual([await take(1), await take(2)], [first.reply.text, second.reply.text]);
  assert.equal(await take(3), second.reply.text, 'else the last');
  assert.equal(scene.server.requests.length, 2);
  const cut = await stage(t);
  await cut.ask({ tokens: 150, costUsd: null });
  await cut.ask({ tokens: 100_000, costUsd: null }, { run: forked, payment: { fork: { runs: [old] } } });
  assert.equal(cut.server.requests.length, 2);
});

/** A model that never says the same twice. */
function wordsInOrder(): () => ScriptedReply {
  const words = Array.from({ length: 20 }, (_, at) => completion({ text: `word ${at}` }));
  return () => ({ body: words.shift() ?? {} });
}
