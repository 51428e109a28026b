/** A search that is put in order by a model is as good as one that is not, whatever becomes of that model. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { setTimeout as pause } from 'node:timers/promises';
import type { WorkflowHandle } from '@temporalio/client';
import { createColors } from 'picocolors';
import { traceTree } from '../../client/runs/trace-tree.ts';
import type { AnswerOutcome } from '../../contracts/run.ts';
import type { ToolResult } from '../../contracts/tools.ts';
import type { TraceSpan } from '../../contracts/trace.ts';
import { historyOf, traceOf } from '../support/histories.ts';
import { openScene, pipeline, quickLimits } from '../support/scene.ts';
import { openAiError, type ScriptedReply } from '../support/scripted-server/scripted-server-reply.ts';
import type { ScriptedServer } from '../support/scripted-server/scripted-server.ts';
import { calls, goodDraft, roleOf, says, startTeam } from '../support/team.ts';

const question = 'When does boil throw?';
const limits = { ...quickLimits, modelCallAttempts: 2 };
const rerank = { maxOutputTokens: 400 };

/** A team whose reranker gives this reply and whose specialist searches once; `shown` is what each search gave. */
async function searchingTeam(reply: () => ScriptedReply) {
  const shown: string[] = [];
  const team = await startTeam({
    reranker: reply,
    specialist: ({ turn, messages }) => {
      if (turn === 0) return calls(['search_code', { query: 'kettle boil' }]);
      shown.push(String(messages.findLast(({ role }) => role === 'tool')?.content));
      return says(goodDraft);
    },
  });
  const asked = () => team.requests.filter((request) => roleOf(request) === 'reranker').length;
  return { team, shown, asked, [Symbol.asyncDispose]: () => team[Symbol.asyncDispose]() };
}

type Told = { outcome: AnswerOutcome; result: ToolResult; search: TraceSpan; tree: string; pauses: string[] };

async function told(handle: WorkflowHandle): Promise<Told> {
  const outcome = (await handle.result()) as AnswerOutcome;
  const history = await historyOf(handle);
  const trace = await traceOf(handle);
  const tree = traceTree(trace, { columns: 200, colors: createColors(false) });
  const search = trace.spans.find(({ name }) => name === 'search_code');
  assert.ok(search, 'the trace has the search');
  const result = history.activities.find(({ type }) => type === 'runTool')?.result as ToolResult;
  const pauses = history.timers.map(({ summary }) => summary).filter((each) => !each.startsWith('the time limit'));
  return { outcome, result, search, tree, pauses };
}

/** Holds a run to what is true of it whatever its reranker did. */
function assertUnharmed({ outcome, result, search, tree, pauses }: Told, why: RegExp): void {
  assert.equal(outcome.kind, 'answered');
  assert.equal(outcome.state.final_answer, goodDraft.answer);
  assert.deepEqual(pauses, [], 'the run was not held up');
  assert.equal(result.remark?.degraded, true);
  assert.match(result.remark?.text ?? '', why);
  assert.equal(search.level, 'WARNING');
  assert.match(search.message ?? '', why);
  assert.match(tree, /! in the search's own order: /);
}

const busy = (headers: Record<string, string>) => () => ({ ...openAiError(429, 'slow down'), headers });
const spent = openAiError(429, 'no credit', { code: 'insufficient_quota', type: 'insufficient_quota' });
const filtered = openAiError(400, 'filtered', { code: 'content_filter' });
const tooLong = openAiError(400, 'too long', { code: 'context_length_exceeded' });
const failures: [what: string, reply: () => ScriptedReply, why: RegExp, requests: number][] = [
  ['refuses the key', () => openAiError(401, 'Incorrect API key provided'), /ModelKeyRejected/, 1],
  ['may not be used', () => openAiError(403, 'not yours'), /ModelForbidden/, 1],
  ['does not exist', () => openAiError(404, 'no such model'), /ModelNotFound/, 1],
  ['refuses the request', () => openAiError(400, 'something else'), /ModelRequestRefused/, 1],
  ['filters the content', () => filtered, /ModelContentFiltered/, 1],
  ['finds the places too long', () => tooLong, /ModelContextTooLong/, 1],
  ['has no credit', () => spent, /ModelQuotaSpent/, 1],
  ['is away', () => openAiError(503, 'down for maintenance'), /ModelUnavailable/, 2],
  ['cuts every reply', () => ({ fault: 'cut' }), /ModelUnavailable/, 2],
  ['is busy', busy({ 'retry-after-ms': '10' }), /ModelBusy/, 2],
  ['is busy for an hour', busy({ 'retry-after': '3600' }), /ModelBusy/, 1],
  ['is busy for longer than a search waits', busy({ 'retry-after': '20' }), /ModelBusy/, 1],
  ['gives no JSON', () => says('the second one is best'), /no usable order/, 1],
  ['gives an order of words', () => says({ order: ['first', 'second'] }), /no usable order/, 1],
  ['gives places that are not there', () => says({ order: [0, 31, 1.5] }), /no usable order/, 1],
];

test("whatever a reranker's failure is, the search's own order stays and the run goes on", async (t) => {
  let reply: () => ScriptedReply = () => says({ order: [1] });
  await using stage = await searchingTeam(() => reply());
  await using scene = await openScene({ modelUrl: stage.team.url });
  const forcedRoute = 'code';
  const plain = await scene.ask(question, { pipeline: pipeline(), limits, forcedRoute });
  assert.equal(plain.kind, 'answered');
  const own = stage.shown.splice(0).at(0) ?? '';
  assert.match(own, /^@@ /);
  for (const [what, each, why, requests] of failures)
    await t.test(`a reranker that ${what}`, { timeout: 60_000 }, async () => {
      reply = each;
      const before = stage.asked();
      const handle = await scene.start(question, { pipeline: pipeline({ rerank }), limits, forcedRoute });
      assertUnharmed(await told(handle), why);
      assert.equal(stage.asked() - before, requests);
      assert.deepEqual(stage.shown.splice(0), [own]);
    });
});

test("a reranker that hangs leaves the search's own order after the time of one call", {
  timeout: 60_000,
}, async () => {
  await using stage = await searchingTeam(() => ({ fault: 'hang' }));
  await using scene = await openScene({ modelUrl: stage.team.url, timeoutSeconds: 2 });
  const handle = await scene.start(question, {
    pipeline: pipeline({ rerank }),
    limits: { ...limits, modelCallSeconds: 2 },
  });
  assertUnharmed(await told(handle), /ModelTimedOut/);
  assert.ok(stage.asked() <= limits.modelCallAttempts);
});

test('a reranker without a price under a money limit, or without a budget, is not asked, and the run goes on', async (t) => {
  await using stage = await searchingTeam(() => says({ order: [1] }));
  await using scene = await openScene({ modelUrl: stage.team.url });
  const priced = {
    router: { fallback: 'docs', model: 'gpt-4.1-mini' },
    specialists: pipeline().specialists.map((each) => ({ ...each, model: 'gpt-4.1-mini' })),
    budget: { costUsd: 1 },
  };
  for (const [what, variant, why] of [
    ['no price', priced, /ModelUnpriced/],
    ['no model calls left', { budget: { modelCalls: 4 } }, /budget/],
  ] as const)
    await t.test(what, { timeout: 60_000 }, async () => {
      const handle = await scene.start(question, { pipeline: pipeline({ ...variant, rerank }), limits });
      assertUnharmed(await told(handle), why);
      assert.equal(stage.asked(), 0);
    });
});

test('what a model asks of a search wrongly is told to it, and no reranker is asked', {
  timeout: 120_000,
}, async () => {
  await using team = await startTeam({
    specialist: ({ turn, messages }) => {
      if (turn === 0) return calls(['search_code', { query: 'boil', path: '../outside' }]);
      assert.match(String(messages.at(-1)?.content), /^error: /);
      return says(goodDraft);
    },
  });
  await using scene = await openScene({ modelUrl: team.url });
  const outcome = await scene.ask(question, { pipeline: pipeline({ rerank }), limits });
  assert.equal(outcome.kind, 'answered');
  assert.deepEqual(team.requests.map(roleOf), ['router', 'specialist', 'specialist']);
});

test('a run that is cancelled while its reranker is asked ends as cancelled', { timeout: 120_000 }, async () => {
  await using stage = await searchingTeam(() => ({ fault: 'hang' }));
  await using scene = await openScene({ modelUrl: stage.team.url });
  const handle = await scene.start(question, { pipeline: pipeline({ rerank }), limits });
  const inFlight = await rerankRequest(stage.team);
  await handle.cancel();
  assert.equal(await inFlight.ended, 'aborted');
  assert.equal(((await handle.result()) as AnswerOutcome).kind, 'cancelled');
});

async function rerankRequest({ requests }: ScriptedServer) {
  for (;;) {
    const found = requests.find((request) => roleOf(request) === 'reranker');
    if (found !== undefined) return found;
    await pause(20);
  }
}
