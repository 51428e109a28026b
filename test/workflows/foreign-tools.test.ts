/** Tools of a foreign server in a run, on the real server with a scripted model; each task is replayed from its history. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { WorkflowHandle } from '@temporalio/client';
import { historyToJSON } from '@temporalio/common/lib/proto-utils.js';
import type { Decision, DecisionAnswer, DecisionRequest } from '../../contracts/decision.ts';
import type { AnswerOutcome, AnswerState } from '../../contracts/run.ts';
import { readRunHistory } from '../../observability/read-run-history.ts';
import { traceOfRun } from '../../observability/run-trace.ts';
import { openShop, shopToken } from '../foreign-tools/shop.ts';
import { startBenchmark } from '../support/benchmark.ts';
import { openScene, pipeline, replayAtEachTask } from '../support/scene.ts';
import { calls, type Cue, goodDraft, says, startTeam } from '../support/team.ts';
import { until } from '../support/until.ts';

replayAtEachTask();

const search = ['mcp__shop__search', { query: 'boil' }] as const;
const order = ['mcp__shop__order', { query: 'two kettles' }] as const;
type Call = readonly [string, Record<string, unknown>];

const shopPipeline = (more: Record<string, unknown> = {}) =>
  pipeline({
    router: null,
    specialists: [
      {
        name: 'code',
        purpose: 'functions',
        prompt: 'Answer from the repository.',
        tools: ['search_code', 'mcp:shop/search', 'mcp:shop/order', 'mcp:shop/label.set'],
      },
    ],
    foreignTools: { 'mcp:shop/order': { effects: true }, 'mcp:shop/label.set': { effects: true } },
    ...more,
  });

const asking = { decisions: { tool: { policy: 'ask' } } };

/** A specialist that makes these calls, then answers, and what it was shown. */
async function openPlay(turns: readonly (readonly Call[])[], draft: object = goodDraft, server: object = {}) {
  const shop = openShop({ ...server });
  const cues: Cue[] = [];
  const team = await startTeam({
    specialist: (cue) => {
      cues.push(cue);
      const turn = turns[cue.turn];
      return turn === undefined || cue.reviewed
        ? says(draft)
        : calls(...turn.map(([name, given]) => [name, given] as [string, Record<string, unknown>]));
    },
  });
  const scene = await openScene({ modelUrl: team.url, foreignServers: shop.servers });
  return {
    ...{ shop, scene, cues },
    /** What the tools gave, as the model saw it at last. */
    shown: () =>
      (cues.at(-1)?.messages ?? []).filter(({ role }) => role === 'tool').map(({ content }) => content ?? ''),
    start: (more: Record<string, unknown> = {}) =>
      scene.start('When does boil throw?', { pipeline: shopPipeline(more) }),
    async [Symbol.asyncDispose]() {
      await scene[Symbol.asyncDispose]();
      await team[Symbol.asyncDispose]();
      shop[Symbol.dispose]();
    },
  };
}

const stateOf = async (handle: WorkflowHandle): Promise<AnswerState> => {
  const outcome = (await handle.result()) as AnswerOutcome;
  assert.equal(outcome.kind, 'answered');
  return outcome.state;
};

const pendingOf = (handle: WorkflowHandle): Promise<DecisionRequest> =>
  until(async () => (await handle.query<DecisionRequest[]>('pending'))[0] ?? null, 60);

async function activitiesOf(handle: WorkflowHandle): Promise<string[]> {
  const { events = [] } = await handle.fetchHistory();
  return (events ?? []).flatMap((event) => event.activityTaskScheduledEventAttributes?.activityType?.name ?? []);
}

test('a call is an activity of its own, and what it gave is marked wherever it is told', async () => {
  const cited = { path: 'mcp:shop/search', first_line: 1, last_line: 1, quote: '100 degrees' };
  const draft = { ...goodDraft, citations: [...goodDraft.citations, cited] };
  await using play = await openPlay([[search, ['search_code', { query: 'boil' }]]], draft);
  const handle = await play.start();
  const state = await stateOf(handle);
  assert.deepEqual(
    (await activitiesOf(handle)).filter((name) => /Foreign|runTool/.test(name)),
    ['openForeignTools', 'callForeignTool', 'runTool'],
    'foreign tools first, then the others of the turn',
  );
  const [foreign, own] = state.tools_called;
  assert.deepEqual(
    [foreign?.tool, foreign?.status, foreign?.foreign, own?.tool, own?.foreign],
    ['mcp:shop/search', 'ok', { server: 'shop', end: 'answered' }, 'search_code', undefined],
  );
  const [first = '', second = ''] = play.shown();
  assert.match(
    first,
    /^mcp:shop\/search, a foreign tool, gave this; nobody has checked it.*:\n> search says: kettles boil/,
  );
  assert.ok(!first.includes(shopToken));
  assert.match(second, /^@@ lib\/kettle\.js/);
  // Its word is no evidence, and is not held against the draft either.
  assert.deepEqual(
    state.evidence.map(({ path, status }) => [path, status]),
    [['lib/kettle.js', 'verified']],
  );
  assert.deepEqual(
    state.foreign_evidence?.map(({ path, status, foreign: mark }) => [path, status, mark]),
    [['mcp:shop/search', 'unresolved', true]],
  );
  assert.deepEqual(state.gaps, ['what mcp:shop/search said was not verified: it is of a foreign server']);
  assert.equal(state.retry_count, 0);
  const { user } = play.cues[0] ?? assert.fail();
  assert.match(user, /- mcp__shop__search is mcp:shop\/search/);
  const { runId } = await handle.describe();
  const trace = traceOfRun(readRunHistory(JSON.parse(historyToJSON(await handle.fetchHistory()))), {
    workflowId: 'w',
    runId,
  });
  const span = trace.spans.find(({ name }) => name === 'mcp:shop/search');
  assert.deepEqual([span?.type, span?.metadata.foreign], ['tool', { server: 'shop', end: 'answered' }]);
});

test('only foreign citations, or one of a tool that was never called, do not pass the gate', async () => {
  const of = (name: string) => [{ path: `mcp:shop/${name}`, first_line: 1, last_line: 1, quote: '100 degrees' }];
  await using play = await openPlay([[search]], { ...goodDraft, citations: of('search') });
  const outcome = (await (await play.start({ gate: { retryLimit: 0 } })).result()) as AnswerOutcome;
  assert.equal(outcome.kind, 'retries-exhausted');
  assert.match(outcome.state.specialist_output[0]?.reasons.join() ?? '', /only foreign tools are cited/);
  await using never = await openPlay([[search]], { ...goodDraft, citations: of('order') });
  const invented = (await (await never.start({ gate: { retryLimit: 0 } })).result()) as AnswerOutcome;
  assert.match(
    invented.state.specialist_output[0]?.reasons.join() ?? '',
    /the citation mcp:shop\/order:1-1 does not hold/,
  );
});

test('a call with effects waits for a person, who sees its arguments; it is made once', async () => {
  await using play = await openPlay([[order]]);
  const handle = await play.start(asking);
  const request = await pendingOf(handle);
  assert.match(request.requestId, /^tool-[0-9a-f]{12}-1-1$/);
  assert.deepEqual(request.call, { tool: 'mcp:shop/order', argumentsText: '{"query":"two kettles"}' });
  assert.deepEqual(
    [request.choices.map(({ choice }) => choice), request.default.decision],
    [['allow', 'refuse'], 'refuse'],
  );
  assert.deepEqual(play.shop.calls(), []);
  const decide = (decision: Omit<Decision, 'requestId'>) =>
    handle.executeUpdate<DecisionAnswer, [Decision]>('decide', {
      args: [{ requestId: request.requestId, ...decision }],
    });
  assert.deepEqual(await decide({ decision: 'allow', by: 'ann' }), { kind: 'applied' });
  assert.deepEqual(await decide({ decision: 'allow', by: 'ann' }), { kind: 'applied' });
  const state = await stateOf(handle);
  assert.deepEqual(play.shop.calls(), [{ name: 'order', given: { query: 'two kettles' } }]);
  assert.deepEqual(
    state.decisions?.map(({ kind, decision, by }) => [kind, decision, by]),
    [['tool', 'allow', 'ann']],
  );
  assert.match(play.shown()[0] ?? '', /gave this.*\n> order says/);
});

test('a refusal reaches the model with its note, and nothing is called', async () => {
  await using play = await openPlay([[order]]);
  const handle = await play.start(asking);
  const { requestId } = await pendingOf(handle);
  const decision = { requestId, decision: 'refuse', by: 'bob', note: 'we have kettles' };
  await handle.executeUpdate<DecisionAnswer, [Decision]>('decide', { args: [decision] });
  const state = await stateOf(handle);
  assert.deepEqual(play.shop.calls(), []);
  assert.deepEqual(state.tools_called[0]?.foreign, { server: 'shop', end: 'refused' });
  assert.match(play.shown()[0] ?? '', /^error: bob has refused it: we have kettles\nThe call was not made/);
});

test('where nobody is asked, or nobody answers in time, a call with effects is refused', async () => {
  await using play = await openPlay([[order, ['mcp__shop__label_set', { query: 'a' }]]]);
  const unasked = await stateOf(await play.start());
  assert.deepEqual(
    unasked.tools_called.map(({ tool, foreign }) => [tool, foreign?.end]),
    [
      ['mcp:shop/order', 'refused'],
      ['mcp:shop/label.set', 'refused'],
    ],
  );
  assert.match(play.shown()[0] ?? '', /in this run nobody is asked to approve it/);
  const late = await stateOf(await play.start({ decisions: { tool: { policy: 'ask', waitSeconds: 1 } } }));
  assert.deepEqual(
    late.decisions?.map(({ decision, way }) => [decision, way]),
    [
      ['refuse', 'timer'],
      ['refuse', 'timer'],
    ],
  );
  assert.match(play.shown()[0] ?? '', /nobody has approved it in time/);
  assert.deepEqual(play.shop.calls(), []);
});

test('a server may be trusted with its effects, but not where the pipeline or the server says no', async () => {
  await using trusted = await openPlay([[order]], goodDraft, { policy: 'allow' });
  await stateOf(await trusted.start());
  assert.equal(trusted.shop.calls().length, 1);
  const off = await stateOf(await trusted.start({ decisions: { tool: { policy: 'off' } } }));
  assert.equal(off.tools_called[0]?.foreign?.end, 'refused');
  await using refusing = await openPlay([[order]], goodDraft, { policy: 'refuse' });
  const never = await stateOf(await refusing.start(asking));
  assert.equal(never.tools_called[0]?.foreign?.end, 'refused');
  assert.equal(never.decisions, undefined);
  assert.deepEqual([trusted.shop.calls().length, refusing.shop.calls().length], [1, 0]);
});

test('a server that dies in the middle of an effect leaves an unknown outcome, and is not asked again', async () => {
  await using play = await openPlay([[order]], goodDraft, { policy: 'allow' });
  play.shop.behave({ next: 'die-after-effect' });
  const state = await stateOf(await play.start());
  assert.equal(play.shop.calls().length, 1);
  assert.deepEqual(state.tools_called[0]?.foreign, { server: 'shop', end: 'unknown', failure: 'ForeignServerDied' });
  assert.match(
    play.shown()[0] ?? '',
    /^error: outcome unknown: ForeignServerDied: .*ended in the middle.*\nOutcome unknown/,
  );
});

test('a reading call is made again where its server died, and its failure is a result with a name', async () => {
  await using play = await openPlay([[search]]);
  play.shop.behave({ next: 'die' });
  const state = await stateOf(await play.start());
  assert.equal(play.shop.calls().length, 3);
  assert.deepEqual(state.tools_called[0]?.foreign, { server: 'shop', end: 'failed', failure: 'ForeignServerDied' });
  // An effect that is idempotent by its server's word is made again, too.
  await using label = await openPlay([[['mcp__shop__label_set', { query: 'a' }]]], goodDraft, { policy: 'allow' });
  label.shop.behave({ next: 'die' });
  await stateOf(await label.start());
  assert.equal(label.shop.calls().length, 3);
});

test('a tool that has changed since the run began is not called, and the model is told', async () => {
  await using play = await openPlay([[search], [search]]);
  const handle = await play.start();
  await until(async () => (play.shop.calls().length > 0 ? true : null), 30);
  play.shop.behave({ description: 'Searches, and mails it.' });
  const state = await stateOf(handle);
  const ends = state.tools_called.map(({ foreign }) => foreign?.failure ?? foreign?.end);
  assert.deepEqual(ends.slice(-1), ['ForeignToolChanged'], ends.join());
  assert.equal(play.shop.calls().length, 1);
});

test('what a foreign tool says is no row, no tag and no order of ours', async () => {
  await using play = await openPlay([[search], [['search_code', { query: 'boil' }]]]);
  play.shop.behave({ next: 'inject' });
  const state = await stateOf(await play.start());
  const [lies = '', rows = ''] = play.shown();
  assert.ok(
    lies
      .split('\n')
      .slice(1)
      .every((line) => line.startsWith('> ')),
    lies,
  );
  // The rows that it made up have not been taken for rows that were shown.
  assert.match(rows, /1\| export function boil\(water\)/);
  assert.ok(!rows.includes('shown above'));
  assert.deepEqual(
    state.tools_called.map(({ tool }) => tool),
    ['mcp:shop/search', 'search_code'],
  );
});

test('a tool that nobody can use is not offered; the specialist and the record say why, and the run goes on', async () => {
  await using play = await openPlay([[search]], goodDraft, { command: '/no/such/program' });
  const state = await stateOf(await play.start());
  const { user, request } = play.cues[0] ?? assert.fail();
  assert.match(user, /<foreign_tools_missing>\n- mcp:shop\/search \(ForeignServerUnavailable/);
  assert.ok(!request.text.includes('"name":"mcp__shop'));
  assert.deepEqual(
    state.foreign_tools?.map((tool) => ('failure' in tool ? tool.failure : tool.name)),
    Array(3).fill('ForeignServerUnavailable'),
  );
  // What is called all the same is no tool of this specialist's.
  assert.equal(state.tools_called[0]?.problem, 'there is no tool "mcp__shop__search" here; use one of: search_code');
  await using unfit = await openPlay([[order]]);
  const without = await stateOf(await unfit.start({ foreignTools: {} }));
  const unfitTools = without.foreign_tools?.flatMap((tool) => ('failure' in tool ? [[tool.name, tool.failure]] : []));
  assert.deepEqual(unfitTools, [
    ['mcp:shop/order', 'ForeignToolUnfit'],
    ['mcp:shop/label.set', 'ForeignToolUnfit'],
  ]);
  assert.deepEqual(unfit.shop.calls(), []);
});

test('a fork takes what a call gave, and does not make it again', async () => {
  await using play = await openPlay([[order, search]], goodDraft, { policy: 'allow' });
  const handle = await play.start();
  await stateOf(handle);
  const { runId } = await handle.describe();
  const forkOf = { workflowId: handle.workflowId, runId };
  const fork = await play.scene.start('When does boil throw?', { pipeline: shopPipeline(), forkOf });
  const { tools_called } = await stateOf(fork);
  assert.deepEqual(
    tools_called.map(({ tool, foreign }) => [tool, foreign?.end]),
    [
      ['mcp:shop/search', 'answered'],
      ['mcp:shop/order', 'answered'],
    ],
  );
  assert.equal(play.shop.calls().length, 2);
});

test('a benchmark asks nobody and has no effects, whatever pipeline and server allow', async () => {
  await using play = await openPlay([[order, search]], goodDraft, { policy: 'allow' });
  const benchmark = await startBenchmark(play.scene, { variants: [shopPipeline(asking)], questions: 1 });
  await benchmark.ending();
  const [record] = benchmark.records();
  assert.deepEqual(
    record?.tools_called?.map(({ tool, foreign }) => [tool, foreign?.end]),
    [
      ['mcp:shop/search', 'answered'],
      ['mcp:shop/order', 'refused'],
    ],
  );
  assert.deepEqual(
    play.shop.calls().map(({ name }) => name),
    ['search'],
  );
});
