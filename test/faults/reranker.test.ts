/** A search that is put in order by a model is as good as one that is not, whatever becomes of that model. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { setTimeout as pause } from 'node:timers/promises';
import type { WorkflowHandle } from '@temporalio/client';
import { createColors } from 'picocolors';
import { traceTree } from '../../client/runs/trace-tree.ts';
import type { AnswerOutcome } from '../../contracts/run.ts';
import type { RunToolInput } from '../../contracts/agent-calls.ts';
import type { ToolResult } from '../../contracts/tools.ts';
import type { TraceSpan } from '../../contracts/trace.ts';
import { historyOf, traceOf } from '../support/histories.ts';
import { openScene, pipeline, quickLimits } from '../support/scene.ts';
import { openAiError, type ScriptedReply } from '../support/scripted-server/scripted-server-reply.ts';
import type { RecordedRequest, ScriptedServer } from '../support/scripted-server/scripted-server.ts';
import { shareScenes } from '../support/shared-in-file.ts';
import { calls, goodDraft, roleOf, says, startTeam } from '../support/team.ts';

shareScenes();

const question = 'When does boil throw?';
const limits = { ...quickLimits, modelCallAttempts: 2 };
const rerank = { maxOutputTokens: 400 };

/** Few, so that none of them is held up by the others. */
const callsOfTurn = 3;

/** A team whose reranker gives this reply and whose specialist makes these searches; `shown` is what each gave. */
async function searchingTeam(reply: (request: RecordedRequest) => ScriptedReply, queries = ['kettle boil']) {
  const shown: string[] = [];
  const team = await startTeam({
    reranker: ({ request }) => reply(request),
    specialist: ({ turn, messages }) => {
      const next = queries.slice(turn * callsOfTurn, (turn + 1) * callsOfTurn);
      if (next.length > 0)
        return calls(...next.map((query): [string, Record<string, unknown>] => ['search_code', { query }]));
      for (const { role, content } of messages) if (role === 'tool') shown.push(String(content));
      return says(goodDraft);
    },
  });
  const asked = () => team.requests.filter((request) => roleOf(request) === 'reranker');
  return { team, shown, asked, [Symbol.asyncDispose]: () => team[Symbol.asyncDispose]() };
}

type Search = { result: ToolResult; span: TraceSpan };
type Told = { outcome: AnswerOutcome; searches: Search[]; tree: string; pauses: string[] };

const given = (input: TraceSpan['input']): string => JSON.stringify(input?.kind === 'value' ? input.value : null);

/** `searches` in the order in which the specialist made them. */
async function told(handle: WorkflowHandle): Promise<Told> {
  const outcome = (await handle.result()) as AnswerOutcome;
  const history = await historyOf(handle);
  const trace = await traceOf(handle);
  const tree = traceTree(trace, { columns: 200, colors: createColors(false) });
  const runs = history.activities.filter(({ type }) => type === 'runTool');
  const searches = outcome.state.tools_called.map(({ argumentsText, content }) => {
    const run = runs.find(({ input: [first] }) => (first as RunToolInput).request.argumentsText === argumentsText);
    const result = run?.result as ToolResult | undefined;
    const span = trace.spans.find(({ name, input }) => name === 'search_code' && given(input) === argumentsText);
    assert.ok(result && span, 'the trace has the search');
    assert.equal(result.content, content);
    return { result, span };
  });
  const pauses = history.timers.map(({ summary }) => summary).filter((each) => !each.startsWith('the time limit'));
  return { outcome, searches, tree, pauses };
}

/** Holds a run to what is true of it whatever its reranker did; `why` of each search. */
function assertUnharmed({ outcome, searches, tree, pauses }: Told, why: readonly RegExp[]): void {
  assert.equal(outcome.kind, 'answered');
  assert.equal(outcome.state.final_answer, goodDraft.answer);
  assert.deepEqual(pauses, [], 'the run was not held up');
  assert.equal(searches.length, why.length);
  for (const [at, { result, span }] of searches.entries()) {
    assert.equal(result.remark?.degraded, true);
    assert.match(result.remark?.text ?? '', why[at] ?? assert.fail());
    assert.equal(span.level, 'WARNING');
    assert.match(span.message ?? '', why[at] ?? assert.fail());
  }
  assert.equal(tree.match(/! in the search's own order: /g)?.length, why.length);
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

test("whatever a reranker's failure is, the search's own order stays and the run goes on", {
  timeout: 60_000,
}, async () => {
  const queries = failures.map((_, at) => `kettle boil (${at})`);
  const caseOf = ({ text }: RecordedRequest) => queries.findIndex((query) => text.includes(query));
  await using stage = await searchingTeam((request) => failures[caseOf(request)]?.[1]() ?? assert.fail(), queries);
  await using scene = await openScene({ modelUrl: stage.team.url });
  const forcedRoute = 'code';
  const plain = await scene.ask(question, { pipeline: pipeline(), limits, forcedRoute });
  assert.equal(plain.kind, 'answered');
  const own = stage.shown.splice(0);
  assert.match(own[0] ?? '', /^@@ /);
  // Calls side by side hold their shares.
  const budget = { modelCalls: 400, tokens: 50_000_000 };
  const handle = await scene.start(question, { pipeline: pipeline({ rerank, budget }), limits, forcedRoute });
  const run = await told(handle);
  assertUnharmed(
    run,
    failures.map(([, , why]) => why),
  );
  const asked = Map.groupBy(stage.asked(), caseOf);
  for (const [at, [what, , , requests]] of failures.entries())
    assert.equal(asked.get(at)?.length, requests, `a reranker that ${what}`);
  assert.deepEqual(stage.shown, own);
  const bytes = ({ state }: AnswerOutcome) => state.tools_called.map(({ content }) => content);
  assert.deepEqual(bytes(run.outcome), bytes(plain), 'to the byte');
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
  assertUnharmed(await told(handle), [/ModelTimedOut/]);
  assert.ok(stage.asked().length <= limits.modelCallAttempts);
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
      assertUnharmed(await told(handle), [why]);
      assert.deepEqual(stage.asked(), []);
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
