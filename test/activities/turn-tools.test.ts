/** Tools that run in the activity of a model's call: what they gave is kept before the model is asked, and told whatever happens. */
import assert from 'node:assert/strict';
import { mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test, type TestContext } from 'node:test';
import { ApplicationFailure, CancelledFailure } from '@temporalio/common';
import { MockActivityEnvironment } from '@temporalio/testing';
import { callSpecialist } from '../../activities/agents/call-specialist.ts';
import { createTurnResults } from '../../activities/agents/turn-results.ts';
import type { ActivityDependencies } from '../../activities/dependencies.ts';
import { runTool } from '../../activities/repository.ts';
import type { Carried } from '../../activities/attempts.ts';
import type { FailureDetail } from '../../activities/failures.ts';
import type { Payment, SpecialistCall } from '../../contracts/agent-calls.ts';
import { SpecialistSpec } from '../../contracts/pipeline.ts';
import type { SpanRecord } from '../../contracts/trace.ts';
import { createEarlierRuns } from '../../models/earlier-runs.ts';
import { createSharedReplies } from '../../models/shared-replies.ts';
import { createFileJournal } from '../../models/journal.ts';
import { createContentStore } from '../../retrieval/store/content-store.ts';
import { modelFor } from '../models/chat-scene.ts';
import { openAiError, type ScriptedReply } from '../support/scripted-server/scripted-server-reply.ts';
import { startScriptedServer } from '../support/scripted-server/scripted-server.ts';
import { calls, goodDraft, says } from '../support/team.ts';

const snapshot = { id: 'a'.repeat(40), repositoryKey: 'k', url: null };
const tools = ['search_code', 'read_lines'];
const specialist = SpecialistSpec.parse({ name: 'code', purpose: 'p', prompt: 'Answer.', tools });
const opening: SpecialistCall = {
  kind: 'opening',
  snapshot,
  question: 'q',
  specialist,
  review: [],
  earlierDraft: null,
  mustAnswer: false,
};
const twoTools = calls(['search_code', { query: 'boil' }], ['read_lines', { path: 'a.js' }]);

/** The tools as they were asked for, then the model. */
const inOrder = (spans: readonly SpanRecord[]) =>
  spans.toSorted((one, other) => (one.request ?? 9) - (other.request ?? 9));

type Tool = (request: { tool: string }, signal: AbortSignal) => Promise<string>;

/** A specialist that has asked for two tools; `tool` gives other bytes at each run unless told otherwise. */
async function stage(t: TestContext, replies: ScriptedReply[] = [says(goodDraft)], tool?: Tool) {
  const folder = await mkdtemp(join(tmpdir(), 'switchyard-turn-'));
  const server = await startScriptedServer({ script: [twoTools, ...replies] });
  t.after(async () => {
    await server[Symbol.asyncDispose]();
    await rm(folder, { recursive: true, force: true });
  });
  let runs = 0;
  const given: Tool = tool ?? (async () => `bytes of run ${runs}`);
  const runTool = async (_ref: unknown, request: { tool: string }, _allowed: unknown, signal: AbortSignal) => {
    runs += 1;
    return { status: 'ok', text: await given(request, signal), cut: false, evidence: [] };
  };
  const journal = join(folder, 'journal');
  /** What a worker has: another one shares nothing but the disk. */
  const depsOfWorker = () =>
    ({
      model: modelFor(server.url),
      modelByRole: { router: 'm', specialist: 'm', judge: 'm', synthesizer: 'm' },
      endpoint: 'e',
      prices: { of: () => ({ price: null, contextWindow: null }) },
      journal: createFileJournal(journal),
      turnResults: createTurnResults(createFileJournal(journal)),
      earlierRuns: createEarlierRuns(createFileJournal(journal)),
      sharedReplies: createSharedReplies(createFileJournal(join(folder, 'replies'))),
      toolsVersion: 'tools',
      content: createContentStore(join(folder, 'content')),
      retrieval: { ensure: async () => snapshot, runTool },
      ownTools: {},
    }) as unknown as ActivityDependencies;
  const environment = (attempt = 1, activityId = '7', workflowExecution = { workflowId: 'w', runId: 'r' }) =>
    new MockActivityEnvironment({
      ...{ attempt, activityId, workflowExecution },
      ...{ startToCloseTimeoutMs: 60_000, scheduleToCloseTimeoutMs: 600_000 },
    });
  const ask = (call: SpecialistCall, at = environment(), key = 'call-2', more: Partial<Payment> = {}) => {
    const payment = { key, requirePrice: false, scope: { stage: 'specialist' as const }, ...more };
    type Result = ReturnType<ReturnType<typeof callSpecialist>>;
    return at.run(callSpecialist(depsOfWorker()), call, payment) as Result;
  };
  const { result } = await ask(opening, environment(1, '6'), 'call-1');
  assert.ok(result.kind === 'tools');
  const next: SpecialistCall = { kind: 'tools', turn: result.turn, requests: result.requests, mustAnswer: false };
  return { server, folder, journal, environment, ask, next, depsOfWorker, runs: () => runs };
}

test('a reply is not bought again by an attempt whose tools would give other bytes', async (t) => {
  const scene = await stage(t);
  const first = await scene.ask(scene.next);
  // Its completion never arrives: another worker makes the next attempt.
  const second = await scene.ask(scene.next, scene.environment(2));
  assert.deepEqual(second.result, first.result);
  assert.deepEqual(second.done, first.done);
  assert.equal(scene.server.requests.length, 2, 'the opening, and one call');
  assert.equal(scene.runs(), 2);
  // And so does the call where it is scheduled anew, but another call of the same turn.
  await scene.ask(scene.next, scene.environment(1, '9'));
  assert.equal(scene.runs(), 2);
});

test('an attempt tells its tools with their times and the model’s part by itself, and the next tells the same', async (t) => {
  const scene = await stage(t, [says(goodDraft)], async () => {
    await new Promise((resolve) => setTimeout(resolve, 5));
    return 'text';
  });
  const { spans, done } = await scene.ask(scene.next);
  const shown = spans.map(({ key, name, type, request }) => [key, name, type, request]);
  assert.deepEqual(shown.toSorted(), [
    ['7#1', 'specialist-llm', 'generation', undefined],
    ['7#1/tool-0', 'search_code', 'tool', 0],
    ['7#1/tool-1', 'read_lines', 'tool', 1],
  ]);
  const [search, read, model] = inOrder(spans);
  assert.equal(search?.output, done?.tools?.[0]?.content);
  assert.ok(
    (model?.startMs ?? 0) >= Math.max(search?.endMs ?? 0, read?.endMs ?? 0),
    'the model was asked after its tools',
  );
  const again = await scene.ask(scene.next, scene.environment(2));
  assert.deepEqual(inOrder(again.spans).slice(0, 2), [search, read]);
  assert.equal(again.spans.at(-1)?.key, '7#2');
});

test('where a tool cannot be run no model is asked, and what the others gave is told', async (t) => {
  const scene = await stage(t, [says(goodDraft)], async ({ tool }) => {
    if (tool === 'read_lines') throw new Error('the disk is full');
    return 'found';
  });
  const { result, usage, done, spans } = await scene.ask(scene.next);
  assert.deepEqual(result, { kind: 'tools-failed', asked: false, why: 'the disk is full' });
  assert.equal(usage, null);
  assert.deepEqual(
    done?.tools?.map(({ tool }) => tool),
    ['search_code'],
  );
  const levels = spans.map(({ name, level, message }) => [name, level, message]).toSorted();
  assert.deepEqual(levels, [
    ['read_lines', 'ERROR', 'the disk is full'],
    ['search_code', 'DEFAULT', undefined],
  ]);
  assert.equal(scene.server.requests.length, 1);
});

test('a failure of the model carries results and spans of the tools', async (t) => {
  const scene = await stage(t, [openAiError(401, 'no such key')]);
  const failure = await scene.ask(scene.next).catch((error: unknown) => error);
  assert.ok(failure instanceof ApplicationFailure);
  const [detail] = failure.details as [FailureDetail];
  assert.deepEqual(
    detail.done?.tools?.map(({ callId }) => callId),
    scene.next.kind === 'tools' && scene.next.requests.map(({ callId }) => callId),
  );
  assert.deepEqual(detail.spans.map(({ key, level }) => [key, level]).toSorted(), [
    ['7#1', 'ERROR'],
    ['7#1/tool-0', 'DEFAULT'],
    ['7#1/tool-1', 'DEFAULT'],
  ]);
});

test('a call that is cancelled while the model thinks tells what its tools gave', async (t) => {
  const scene = await stage(t, [{ fault: 'hang' }]);
  const environment = scene.environment();
  const ended = scene.ask(scene.next, environment).catch((error: unknown) => error);
  await scene.server.request(1);
  environment.cancel('CANCELLED');
  const failure = await ended;
  assert.ok(failure instanceof CancelledFailure);
  const [detail] = failure.details as [FailureDetail];
  assert.equal(detail.done?.tools?.length, 2);
  assert.deepEqual(detail.spans.at(-1)?.message, 'cancelled');
});

test('a call whose worker is told to stop is given back: it may begin again at once, and what it was stays visible', async (t) => {
  const scene = await stage(t, [{ fault: 'hang' }]);
  const environment = scene.environment();
  const told: Carried[] = [];
  environment.on('heartbeat', (details: Carried) => told.push(details));
  const ended = scene.ask(scene.next, environment).catch((error: unknown) => error);
  await scene.server.request(1);
  environment.cancel('WORKER_SHUTDOWN');
  const failure = await ended;
  assert.ok(failure instanceof ApplicationFailure);
  const { type, message, nonRetryable, nextRetryDelay } = failure;
  assert.deepEqual([type, message, nonRetryable], ['WorkerLost', 'the worker has stopped', false]);
  assert.equal(Number(nextRetryDelay), 1);
  assert.deepEqual([told.at(-1)?.current?.attempt, told.at(-1)?.failures], [1, 0]);
});

test('what was kept is found by its own call alone, and not where it is damaged', async (t) => {
  const scene = await stage(t);
  await scene.ask(scene.next);
  const store = createTurnResults(createFileJournal(scene.journal));
  const key = { workflowId: 'w', runId: 'r', callKey: 'call-2' };
  const kept = await store.read(key);
  assert.equal(kept?.results.length, 2);
  for (const other of [{ callKey: 'call-3' }, { runId: 's' }, { workflowId: 'v' }])
    assert.equal(await store.read({ ...key, ...other }), null);
  for (const name of await readdir(scene.journal)) {
    const path = join(scene.journal, name);
    await writeFile(path, (await readFile(path, 'latin1')).replaceAll(/.{9}$/gm, ''));
  }
  assert.equal(await store.read(key), null);
});

test('a later benchmark takes what the tools of a turn gave with the turn, and finds the reply to it', async (t) => {
  const scene = await stage(t, [says(goodDraft), says(goodDraft)]);
  const sharing = { benchmark: 'monday', trial: 1, lane: 'alone/q1', fresh: false };
  const first = await scene.ask(scene.next, scene.environment(1, '8'), 'call-3', { sharing });
  assert.equal(scene.runs(), 2);
  await rm(join(scene.folder, 'content'), { recursive: true });
  await scene.ask(opening, scene.environment(1, '9'), 'call-1');
  const later = { sharing: { ...sharing, benchmark: 'tuesday' } };
  const again = await scene.ask(scene.next, scene.environment(1, '10'), 'call-4', later);
  assert.deepEqual(again.done, first.done);
  assert.equal(scene.runs(), 2, 'no tool ran');
  assert.equal(scene.server.requests.length, 2, 'and no model was asked');
  assert.deepEqual(again.result, first.result);
  assert.equal(again.usage?.reused?.modelCalls, 1);
  assert.deepEqual(
    inOrder(again.spans).map(({ name, reused }) => [
      name,
      reused !== undefined && 'benchmark' in reused && reused.benchmark,
    ]),
    [
      ['search_code', 'monday'],
      ['read_lines', 'monday'],
      ['specialist-llm', 'monday'],
    ],
  );
  const other = { sharing: { ...later.sharing, trial: 2 } };
  await scene.ask(scene.next, scene.environment(1, '11'), 'call-5', other);
  assert.equal(scene.runs(), 4);
});

test('a fork takes what the tools of a turn gave with the turn that has asked for them, also where the model is asked', async (t) => {
  const scene = await stage(t, [says(goodDraft), says(goodDraft)]);
  const first = await scene.ask(scene.next);
  const [old, fork] = [
    { workflowId: 'w', runId: 'r' },
    { workflowId: 'v', runId: 's' },
  ];
  const take = (key: string, only?: 'tools') => {
    const taken = { runs: [old], ...(only === undefined ? {} : { only }) };
    return scene.ask(scene.next, scene.environment(1, key, fork), key, { fork: taken });
  };
  const all = await take('call-8');
  assert.deepEqual([all.done, all.result], [first.done, first.result]);
  assert.deepEqual(
    inOrder(all.spans).map(({ reused }) => reused !== undefined && 'runId' in reused && reused.runId),
    ['r', 'r', 'r'],
  );
  assert.equal(scene.server.requests.length, 2);
  const anew = await take('call-9', 'tools');
  assert.deepEqual(anew.done, first.done);
  assert.equal(scene.server.requests.length, 3, 'the model was asked');
  assert.equal(scene.runs(), 2, 'no tool ran');
  // What is stored nowhere any more is run again.
  await rm(join(scene.folder, 'content'), { recursive: true });
  await scene.ask(opening, scene.environment(1, '9'), 'call-1');
  await take('call-10', 'tools').catch(() => {});
  assert.equal(scene.runs(), 4);
});

test('a tool that is a step of its own runs once for all attempts, and a fork takes what it gave, in its order', async (t) => {
  const scene = await stage(t);
  const old = { workflowId: 'w', runId: 'r' };
  const request = { callId: 'c0', tool: 'search_code', argumentsText: '{}' };
  const input = {
    snapshot,
    request,
    allowed: tools,
    scope: { stage: 'specialist' as const, specialist: 'code', try: 1 },
  };
  const run = async (activityId: string, at = old, attempt = 1, fork?: Payment['fork']) => {
    const environment = scene.environment(attempt, activityId, at);
    const asked = fork === undefined ? input : { ...input, fork };
    const { result } = await (environment.run(runTool(scene.depsOfWorker()), asked) as ReturnType<
      ReturnType<typeof runTool>
    >);
    return result.content;
  };
  const [first, second] = [await run('20'), await run('21')];
  assert.notEqual(first, second, 'it gives other bytes each time');
  assert.equal(await run('20', old, 2), first, 'an attempt whose completion was lost');
  const fork = { workflowId: 'v', runId: 's' };
  const taken = { runs: [old] };
  assert.deepEqual([await run('30', fork, 1, taken), await run('31', fork, 1, taken)], [first, second]);
  assert.equal(await run('31', fork, 2, taken), second);
  assert.equal(scene.runs(), 2);
  await run('32', fork, 1, taken);
  assert.equal(scene.runs(), 3, 'the run before it has not asked so often');
});
