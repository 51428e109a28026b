/** What a watcher is told of a call: the answer out of the reply as it is written, and the truth at its end. */
import assert from 'node:assert/strict';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test, type TestContext } from 'node:test';
import { askModel } from '../../activities/agents/ask-model.ts';
import type { ActivityContext } from '../../activities/context.ts';
import type { ChatRequest } from '../../contracts/chat.ts';
import { type DraftEvent, Drafts } from '../../contracts/draft-stream.ts';
import { createFileJournal } from '../../models/journal.ts';
import { createEarlierRuns } from '../../models/earlier-runs.ts';
import { createSharedReplies } from '../../models/shared-replies.ts';
import { createContentStore } from '../../retrieval/store/content-store.ts';
import { modelFor, question, searchTool } from '../models/chat-scene.ts';
import { activityContext } from '../support/activity-context.ts';
import { eventStreamOf } from '../support/scripted-server/scripted-server-stream.ts';
import { completion, type ScriptedReply } from '../support/scripted-server/scripted-server-reply.ts';
import { startScriptedServer } from '../support/scripted-server/scripted-server.ts';

const draft = (answer: string) => JSON.stringify({ answer, citations: [], confidence: 0.9 });
const whole = 'In `lib/server.js`,\nline 7: "größer" 🙂.';

async function stage(t: TestContext, replies: ScriptedReply[], stream = true) {
  const folder = await mkdtemp(join(tmpdir(), 'switchyard-drafts-'));
  const server = await startScriptedServer({ script: replies, streams: stream });
  t.after(async () => {
    await server[Symbol.asyncDispose]();
    await rm(folder, { recursive: true, force: true });
  });
  const events: DraftEvent[] = [];
  const journal = createFileJournal(folder);
  const needs = {
    model: modelFor(server.url, { stream }),
    modelByRole: { router: 'm', specialist: 'm', judge: 'm', synthesizer: 'm' },
    endpoint: server.url,
    prices: { of: () => ({ price: null, contextWindow: null }) },
    journal,
    sharedReplies: createSharedReplies(createFileJournal(join(folder, 'replies'))),
    earlierRuns: createEarlierRuns(journal),
    content: createContentStore(join(folder, 'content')),
    drafts: (event: DraftEvent) => void events.push(event),
  };
  const scope = { stage: 'specialist', specialist: 'code', try: 2 } as const;
  const ask = (more: Partial<ChatRequest> = {}, context: Partial<ActivityContext> = {}) =>
    askModel(
      needs,
      activityContext(context),
      { request: question(more) },
      { key: 'call-1', requirePrice: false, scope },
    );
  const shown = () => {
    const drafts = new Drafts();
    for (const event of events) drafts.take(event);
    return drafts.get('call-1');
  };
  return { server, events, ask, shown };
}

test('the answer is told as it is written, and a journalled reply in one burst', async (t) => {
  const { events, ask, shown, server } = await stage(t, [{ body: completion({ text: draft(whole) }) }]);
  await ask();
  assert.ok(events.length > 3);
  assert.deepEqual(shown(), {
    ...{ workflowId: 'w', runId: 'r', call: 'call-1', stage: 'specialist', specialist: 'code', try: 2 },
    ...{ attempt: [1, 1, 1], index: 0, text: whole, ended: true },
  });
  const told = events.splice(0);
  assert.equal(told.map(({ text }) => text).join(''), whole);
  await ask({}, { attempt: [1, 2] });
  assert.deepEqual(
    events.map(({ text, replayed, attempt, ended }) => ({ text, replayed, attempt, ended })),
    [{ text: whole, replayed: true, attempt: [1, 2, 1], ended: true }],
  );
  assert.equal(server.requests.length, 1);
});

test('a reply in one piece is one event, and is asked for by the same request', async (t) => {
  const { events, ask, shown } = await stage(t, [{ body: completion({ text: draft(whole) }) }], false);
  await ask();
  assert.equal(events.length, 1);
  assert.deepEqual([shown()?.text, shown()?.replayed], [whole, undefined]);
});

test('a stream that is cut off is replaced by the next attempt', async (t) => {
  const cut = eventStreamOf(completion({ text: draft('another answer, which is cut') }));
  const body = cut.slice(0, cut.indexOf('cut'));
  const headers = { 'content-type': 'text/event-stream' };
  const good = { body: completion({ text: draft(whole) }) };
  const { ask, shown } = await stage(t, [{ body, headers }, good]);
  await assert.rejects(ask());
  assert.match(shown()?.text ?? '', /^another answer/);
  await ask({}, { attempt: [1, 2] });
  assert.equal(shown()?.text, whole);
});

test('what turns out to be no draft is taken back: calls of tools, and thinking without its opening tag', async (t) => {
  const call = { id: 'a', name: 'search_code', arguments: '{"query": "server"}' };
  const replies = [
    { body: completion({ text: draft('not yet'), toolCalls: [call] }) },
    { body: completion({ text: `{"answer": "thought"}</think>${draft(whole)}` }) },
  ];
  const { ask, shown, events } = await stage(t, replies);
  await ask({ tools: [searchTool] });
  assert.ok(events.some(({ text }) => text !== ''));
  assert.deepEqual([shown()?.text, shown()?.ended], ['', true]);
  await ask({ maxOutputTokens: 50 }, { attempt: [2, 1] });
  assert.equal(shown()?.text, whole);
});

test('of judges, routers and rerankers nothing is told', async (t) => {
  const { ask, events } = await stage(t, [
    { body: completion({ text: draft(whole) }) },
    { body: completion({ text: draft(whole) }) },
  ]);
  await ask({ role: 'judge' });
  await ask({ role: 'router' });
  assert.equal(events.length, 0);
});
