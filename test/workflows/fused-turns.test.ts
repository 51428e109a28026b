/** A turn's tools: which run with the call that follows them, which by themselves, and that none runs twice. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { ActivityFailure, ApplicationFailure } from '@temporalio/common';
import type { SpecialistCall } from '../../contracts/agent-calls.ts';
import { Budget, type PipelineSpec } from '../../contracts/pipeline.ts';
import type { ToolAsked } from '../../contracts/run.ts';
import type { ToolCalled, ToolRequest, ToolResult } from '../../contracts/tools.ts';
import type { ActivityResult } from '../../contracts/trace.ts';
import { BudgetSpent, RunBudget } from '../../workflows/answer-question/limits/budget.ts';
import { untilDraft } from '../../workflows/answer-question/specialist.ts';
import type { Run } from '../../workflows/answer-question/state.ts';
import { OpenWaits } from '../../workflows/answer-question/limits/waits.ts';
import { pipeline } from '../support/scene.ts';

const hash = (letter: string) => letter.repeat(64);
const draft = { answer: 'a', citations: [], confidence: 1, insufficient: false, gaps: [] };

const asked = (callId: string, tool: string): ToolRequest => ({ callId, tool, argumentsText: `{"query":"${callId}"}` });
const two = [asked('a', 'search_code'), asked('b', 'read_lines')];

function resultOf({ callId, tool }: ToolRequest): ToolResult {
  const place = { path: `${callId}.js`, firstLine: 1, lastLine: 2, blob: 'c'.repeat(40) };
  const plain = { content: hash('d'), renderer: 1, bytes: 5, cut: false, evidence: [place, place] };
  return { callId, tool, status: 'ok', ...plain };
}

type Reply = Omit<ActivityResult<unknown>, 'usage' | 'spans'>;
type Answer = (call: SpecialistCall) => Reply | Error;

const draftReply: Answer = () => ({ result: { kind: 'draft', turn: hash('e'), draftId: hash('f'), draft } });
const withTools: Answer = (call) =>
  call.kind === 'tools'
    ? { ...(draftReply(call) as Reply), done: { tools: call.requests.map(resultOf) } }
    : draftReply(call);
const turnOf =
  (requests: ToolRequest[]): Answer =>
  () => ({ result: { kind: 'tools', turn: hash('1'), requests } });

type Settings = { answers: Answer[]; spec?: PipelineSpec; readOnlyTools?: string[]; tools?: string[]; budget?: object };

/** One specialist whose calls are answered in turn. */
function play({ answers, spec = pipeline(), readOnlyTools = [], tools = [], budget = {} }: Settings) {
  const [sent, shown, ran]: [SpecialistCall[], (readonly ToolAsked[])[], string[]] = [[], [], []];
  const summaries: string[] = [];
  const tools_called: ToolCalled[] = [];
  const callSpecialist = async ({ summary }: { summary: string }, [call]: [SpecialistCall]) => {
    sent.push(call);
    summaries.push(summary);
    await null;
    const answer = answers.shift()?.(call) ?? assert.fail('one call too many');
    if (answer instanceof Error) throw answer;
    return { usage: null, spans: [], ...answer };
  };
  const runTool = async (_options: object, [{ request }]: [{ request: ToolRequest }]) => {
    ran.push(request.callId);
    await null;
    return { result: resultOf(request), usage: null, spans: [] };
  };
  const account = new RunBudget(Budget.parse(budget));
  const run = {
    ...{ input: { pipeline: spec }, limits: {}, budget: account, waits: new OpenWaits(() => 0), readOnlyTools },
    foreign: { tools: [], missing: [] },
    state: { snapshot: { id: 's', repositoryKey: 'k', url: null }, question: 'q', tools_called },
    visibility: { asks: (_name: string, requests: readonly ToolAsked[]) => void shown.push(requests) },
    outages: { pause: async () => {}, waitForPerson: async () => {} },
    clarified: [],
    activities: { callSpecialist: { executeWithOptions: callSpecialist }, runTool: { executeWithOptions: runTool } },
    until: async (ready: () => boolean) => assert.ok(ready()),
    onSettled: () => {},
  } as unknown as Run;
  const [first] = spec.specialists;
  assert.ok(first !== undefined);
  const specialist = { ...first, tools: [...first.tools, ...tools] };
  const work = async () => {
    const branch = account.open('code');
    return untilDraft(run, { specialist, tryNumber: 2, round: 2, branch }, null).finally(() => branch.close());
  };
  return { work, sent, ran, shown, summaries, called: tools_called, account };
}

const kinds = (sent: readonly SpecialistCall[]) => sent.map(({ kind }) => kind);
const idsOf = (calls: readonly ToolCalled[]) => calls.map(({ paths }) => paths.join());

test('tools that only read run with the call that follows them, and what they gave is in the state', async () => {
  const scene = play({ answers: [turnOf(two), withTools] });
  assert.equal((await scene.work()).kind, 'draft');
  assert.deepEqual(scene.sent[1], { kind: 'tools', turn: hash('1'), requests: two, mustAnswer: false });
  assert.deepEqual(scene.ran, []);
  assert.deepEqual(scene.called, [
    {
      specialist: 'code',
      try: 2,
      tool: 'search_code',
      argumentsText: '{"query":"a"}',
      status: 'ok',
      content: hash('d'),
      paths: ['a.js'],
    },
    {
      specialist: 'code',
      try: 2,
      tool: 'read_lines',
      argumentsText: '{"query":"b"}',
      status: 'ok',
      content: hash('d'),
      paths: ['b.js'],
    },
  ]);
  assert.deepEqual(scene.summaries, [
    'code specialist, try 2: think',
    'code specialist, try 2: search_code "a", read_lines b → think',
  ]);
});

test('what was asked for is shown from then on until its result is known', async () => {
  const scene = play({ answers: [turnOf(two), withTools] });
  await scene.work();
  const shown = scene.shown.map((requests) => requests.map(({ tool }) => tool));
  assert.deepEqual(shown, [['search_code', 'read_lines'], [], []]);
  assert.deepEqual(scene.shown[0]?.[0], {
    specialist: 'code',
    try: 2,
    tool: 'search_code',
    argumentsText: '{"query":"a"}',
  });
  const spent = play({ answers: [turnOf(two)], budget: { modelCalls: 1 } });
  await assert.rejects(spent.work(), BudgetSpent);
  assert.deepEqual(spent.shown.at(-1), [], 'also where there is no call any more');
});

test('other tools run by themselves: those of one’s own that do not say that they only read, and searches that are reranked', async () => {
  const own = { answers: [turnOf([asked('a', 'own_tool'), asked('b', 'read_lines')]), withTools], tools: ['own_tool'] };
  const alone = play({ ...own, answers: [...own.answers] });
  await alone.work();
  assert.deepEqual(
    [kinds(alone.sent), alone.ran],
    [
      ['opening', 'next'],
      ['a', 'b'],
    ],
  );
  assert.deepEqual(idsOf(alone.called), ['a.js', 'b.js']);
  const reading = play({ ...own, answers: [...own.answers], readOnlyTools: ['own_tool'] });
  await reading.work();
  assert.deepEqual([kinds(reading.sent), reading.ran], [['opening', 'tools'], []]);
  // What is no tool of the specialist's is answered with an error, wherever it runs.
  const unknown = play({ answers: [turnOf([asked('a', 'rm')]), withTools] });
  await unknown.work();
  assert.deepEqual(kinds(unknown.sent), ['opening', 'tools']);

  const spec = pipeline({ rerank: {}, budget: { modelCalls: 3 } });
  // The budget is nearly spent, so that no reranker is asked here.
  const budget = { modelCalls: 3 };
  const reranked = play({ answers: [turnOf(two), withTools], spec, budget });
  await reranked.work();
  assert.deepEqual(
    [kinds(reranked.sent), reranked.ran],
    [
      ['opening', 'next'],
      ['a', 'b'],
    ],
  );
  const read = play({ answers: [turnOf([asked('a', 'read_lines')]), withTools], spec, budget });
  await read.work();
  assert.deepEqual(kinds(read.sent), ['opening', 'tools']);
});

test('a call whose tools failed does not count, and what has no result yet runs by itself', async () => {
  const failed: Answer = () => {
    const done = { tools: [resultOf(two[0] ?? assert.fail())] };
    return { result: { kind: 'tools-failed', asked: false, why: 'no such snapshot' }, done };
  };
  const scene = play({ answers: [turnOf(two), failed, draftReply], budget: { modelCalls: 2 } });
  await scene.work();
  assert.deepEqual([kinds(scene.sent), scene.ran], [['opening', 'tools', 'next'], ['b']]);
  assert.deepEqual(idsOf(scene.called), ['a.js', 'b.js']);
  const last = scene.sent[2];
  assert.deepEqual(last?.kind === 'next' && last.answers.map(({ callId }) => callId), ['a', 'b']);
});

test('results come with a failure, too: the call that is made again runs no tool', async () => {
  const done = { tools: two.map(resultOf) };
  const failure = ApplicationFailure.create({
    type: 'ModelUnavailable',
    message: 'down',
    details: [{ wait: true, spans: [], done }],
  });
  const away: Answer = () =>
    new ActivityFailure('failed', 'callSpecialist', '1', 'MAXIMUM_ATTEMPTS_REACHED', 'w', failure);
  const scene = play({ answers: [turnOf(two), away, away, withTools] });
  await scene.work();
  assert.deepEqual([kinds(scene.sent), scene.ran], [['opening', 'tools', 'next', 'next'], []]);
  assert.deepEqual(idsOf(scene.called), ['a.js', 'b.js'], 'each once');
});

test('a turn that does not fit keeps its results, and is asked with less of them', async () => {
  const refused: Answer = (call) => {
    const { done = {} } = withTools(call) as Reply;
    return { result: { kind: 'does-not-fit', limit: 'tokens', inputTokens: 9 }, done };
  };
  const scene = play({ answers: [turnOf(two), refused, draftReply] });
  await scene.work();
  assert.deepEqual(
    scene.sent.map(({ kind, mustAnswer }) => [kind, mustAnswer]),
    [
      ['opening', false],
      ['tools', false],
      ['next', true],
    ],
  );
  assert.deepEqual(idsOf(scene.called), ['a.js', 'b.js']);
});
