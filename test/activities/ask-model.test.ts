import assert from 'node:assert/strict';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test, type TestContext } from 'node:test';
import { askModel } from '../../activities/agents/ask-model.ts';
import type { ActivityContext } from '../../activities/context.ts';
import { withLessOfResults } from '../../activities/agents/agent-turn.ts';
import type { Grant } from '../../contracts/agent-calls.ts';
import type { ChatMessage, ChatRequest } from '../../contracts/chat.ts';
import { noUsage } from '../../contracts/usage-sum.ts';
import { CallDoesNotFit } from '../../models/allowance.ts';
import { createFileJournal, type ReplyJournal } from '../../models/journal.ts';
import { modelFor, question } from '../models/chat-scene.ts';
import { completion, type ScriptedReply } from '../support/scripted-server-reply.ts';
import { startScriptedServer } from '../support/scripted-server.ts';

const modelByRole = { router: 'm', specialist: 'm', judge: 'm', synthesizer: 'm' };
const answered: ScriptedReply = {
  body: completion({ text: 'cut sho', finish: 'length', usage: { prompt_tokens: 40, completion_tokens: 80 } }),
};

/** The n-th call of one run; each attempt sees what those before it have spent. */
async function stage(t: TestContext, reply: () => ScriptedReply = () => answered) {
  const folder = await mkdtemp(join(tmpdir(), 'switchyard-ask-'));
  const server = await startScriptedServer({ reply });
  t.after(async () => {
    await server[Symbol.asyncDispose]();
    await rm(folder, { recursive: true, force: true });
  });
  const notes: object[] = [];
  const journal: ReplyJournal = createFileJournal(folder);
  const needs = { model: modelFor(server.url), modelByRole, journal };
  return {
    server,
    needs,
    notes,
    ask(
      grant: Grant | undefined,
      more: { spent?: ActivityContext['spent']; request?: ChatRequest; smaller?: ChatRequest[] } = {},
    ) {
      const { spent = noUsage, request = question(), smaller = [] } = more;
      const signal = new AbortController().signal;
      const note = (known: object) => void notes.push(known);
      const frame: ActivityContext = { signal, run: { workflowId: 'w', runId: 'r' }, spent, note };
      const payment = { key: 'call-1', requirePrice: false, scope: { stage: 'specialist' as const } };
      return askModel(needs, frame, { request, smaller }, grant === undefined ? payment : { ...payment, grant });
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
