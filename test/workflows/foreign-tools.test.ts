/** Tools of a foreign server in a run, on the real server with a scripted model; each task is replayed from its history. */
import assert from 'node:assert/strict';
import { after, test } from 'node:test';
import type { WorkflowHandle } from '@temporalio/client';
import { historyToJSON } from '@temporalio/common/lib/proto-utils.js';
import type { Decision, DecisionAnswer, DecisionRequest } from '../../contracts/decision.ts';
import { ForeignServersFile } from '../../contracts/foreign/servers.ts';
import type { AnswerOutcome, AnswerState, QuestionInput } from '../../contracts/run.ts';
import { readRunHistory } from '../../observability/read-run-history.ts';
import { traceOfRun } from '../../observability/run-trace.ts';
import { openShop, shopToken } from '../foreign-tools/shop.ts';
import { startBenchmark } from '../support/benchmark.ts';
import { pipeline, replayAtEachTask } from '../support/scene.ts';
import { sceneOfFile } from '../support/scene-of-file.ts';
import { calls, type Cue, goodDraft, says } from '../support/team.ts';
import { queryPauseMs, until } from '../support/until.ts';

replayAtEachTask();

/** The servers of the file's worker: one for each policy, and one whose program is missing. */
const shops = {
  shop: openShop(),
  trusted: openShop({ policy: 'allow' }),
  refusing: openShop({ policy: 'refuse' }),
  missing: openShop({ command: '/no/such/program' }),
};
const mcpServers = Object.fromEntries(Object.entries(shops).map(([name, { servers }]) => [name, servers.shop]));
const file = sceneOfFile({ foreignServers: ForeignServersFile.parse({ mcpServers }).mcpServers });
after(() => {
  for (const shop of Object.values(shops)) shop[Symbol.dispose]();
});

type ServerName = keyof typeof shops;
/** A call of a server's tool, or of one of ours. */
type Call = readonly [tool: string, given: Record<string, unknown>];
const search: Call = ['search', { query: 'boil' }];
const order: Call = ['order', { query: 'two kettles' }];
const label: Call = ['label_set', { query: 'a' }];
const searchCode: Call = ['search_code', { query: 'boil' }];

const shopPipeline = (server: ServerName, more: Record<string, unknown> = {}) =>
  pipeline({
    router: null,
    specialists: [
      {
        name: 'code',
        purpose: 'functions',
        prompt: 'Answer from the repository.',
        tools: ['search_code', ...['search', 'order', 'label.set'].map((tool) => `mcp:${server}/${tool}`)],
      },
    ],
    foreignTools: { [`mcp:${server}/order`]: { effects: true }, [`mcp:${server}/label.set`]: { effects: true } },
    ...more,
  });

const asking = { decisions: { tool: { policy: 'ask' } } };

type Play = { draft?: object; server?: ServerName; onTurn?: (turn: number) => void };

/** From now on the specialist makes these calls, then answers, and the server does again what it usually does. */
function play(
  turns: readonly (readonly Call[])[],
  { draft = goodDraft, server = 'shop', onTurn = () => {} }: Play = {},
) {
  const shop = shops[server];
  shop.behave({});
  const before = shop.calls().length;
  const cues: Cue[] = [];
  const offered = (tool: string) => (tool === 'search_code' ? tool : `mcp__${server}__${tool}`);
  file.play({
    specialist: (cue) => {
      cues.push(cue);
      onTurn(cue.turn);
      const turn = turns[cue.turn];
      if (turn === undefined || cue.reviewed) return says(draft);
      return calls(...turn.map(([tool, given]): [string, Record<string, unknown>] => [offered(tool), given]));
    },
  });
  return {
    cues,
    behave: (behaviour: Record<string, unknown>) => shop.behave(behaviour),
    /** What the server was called for since. */
    calls: () => shop.calls().slice(before),
    /** What the tools gave, as the model saw it at last. */
    shown: () =>
      (cues.at(-1)?.messages ?? []).filter(({ role }) => role === 'tool').map(({ content }) => content ?? ''),
    start: (more: Record<string, unknown> = {}, fork: Pick<QuestionInput, 'forkOf'> = {}) =>
      file.scene.start('When does boil throw?', { pipeline: shopPipeline(server, more), ...fork }),
  };
}

const stateOf = async (handle: WorkflowHandle): Promise<AnswerState> => {
  const outcome = (await handle.result()) as AnswerOutcome;
  assert.equal(outcome.kind, 'answered');
  return outcome.state;
};

const pendingOf = (handle: WorkflowHandle): Promise<DecisionRequest> =>
  until(async () => (await handle.query<DecisionRequest[]>('pending'))[0] ?? null, 60, queryPauseMs);

async function activitiesOf(handle: WorkflowHandle): Promise<string[]> {
  const { events = [] } = await handle.fetchHistory();
  return (events ?? []).flatMap((event) => event.activityTaskScheduledEventAttributes?.activityType?.name ?? []);
}

test('a call is an activity of its own, and what it gave is marked wherever it is told', async () => {
  const cited = { path: 'mcp:shop/search', first_line: 1, last_line: 1, quote: '100 degrees' };
  const draft = { ...goodDraft, citations: [...goodDraft.citations, cited] };
  const { start, shown, cues } = play([[search, searchCode]], { draft });
  const handle = await start();
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
  const [first = '', second = ''] = shown();
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
  const { user } = cues[0] ?? assert.fail();
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
  const called = play([[search]], { draft: { ...goodDraft, citations: of('search') } });
  const outcome = (await (await called.start({ gate: { retryLimit: 0 } })).result()) as AnswerOutcome;
  assert.equal(outcome.kind, 'retries-exhausted');
  assert.match(outcome.state.specialist_output[0]?.reasons.join() ?? '', /only foreign tools are cited/);
  const never = play([[search]], { draft: { ...goodDraft, citations: of('order') } });
  const invented = (await (await never.start({ gate: { retryLimit: 0 } })).result()) as AnswerOutcome;
  assert.match(
    invented.state.specialist_output[0]?.reasons.join() ?? '',
    /the citation mcp:shop\/order:1-1 does not hold/,
  );
});

test('a call with effects waits for a person, who sees its arguments: allowed it is made once, refused it is not made', async () => {
  const { start, shown, calls: made } = play([[order, ['order', { query: 'a pot' }]]]);
  const handle = await start(asking);
  const request = await pendingOf(handle);
  assert.match(request.requestId, /^tool-[0-9a-f]{12}-1-1$/);
  assert.deepEqual(request.call, { tool: 'mcp:shop/order', argumentsText: '{"query":"two kettles"}' });
  assert.deepEqual(
    [request.choices.map(({ choice }) => choice), request.default.decision],
    [['allow', 'refuse'], 'refuse'],
  );
  assert.deepEqual(made(), []);
  const decide = (decision: Decision) =>
    handle.executeUpdate<DecisionAnswer, [Decision]>('decide', { args: [decision] });
  const allowed = { requestId: request.requestId, decision: 'allow', by: 'ann' };
  assert.deepEqual(await decide(allowed), { kind: 'applied' });
  assert.deepEqual(await decide(allowed), { kind: 'applied' });
  const { requestId } = await until(async () => {
    const open = await handle.query<DecisionRequest[]>('pending');
    return open.find(({ call }) => call?.argumentsText === '{"query":"a pot"}') ?? null;
  }, 60);
  await decide({ requestId, decision: 'refuse', by: 'bob', note: 'we have kettles' });
  const state = await stateOf(handle);
  assert.deepEqual(made(), [{ name: 'order', given: { query: 'two kettles' } }]);
  assert.deepEqual(
    state.decisions?.map(({ kind, decision, by }) => [kind, decision, by]),
    [
      ['tool', 'allow', 'ann'],
      ['tool', 'refuse', 'bob'],
    ],
  );
  assert.deepEqual(state.tools_called[1]?.foreign, { server: 'shop', end: 'refused' });
  const [done = '', refused = ''] = shown();
  assert.match(done, /gave this.*\n> order says/);
  assert.match(refused, /^error: bob has refused it: we have kettles\nThe call was not made/);
});

test('where nobody is asked, or nobody answers in time, a call with effects is refused', async () => {
  const { start, shown, calls: made } = play([[order, label]]);
  const unasked = await stateOf(await start());
  assert.deepEqual(
    unasked.tools_called.map(({ tool, foreign }) => [tool, foreign?.end]),
    [
      ['mcp:shop/order', 'refused'],
      ['mcp:shop/label.set', 'refused'],
    ],
  );
  assert.match(shown()[0] ?? '', /in this run nobody is asked to approve it/);
  const late = await stateOf(await start({ decisions: { tool: { policy: 'ask', waitSeconds: 1 } } }));
  assert.deepEqual(
    late.decisions?.map(({ decision, way }) => [decision, way]),
    [
      ['refuse', 'timer'],
      ['refuse', 'timer'],
    ],
  );
  assert.match(shown()[0] ?? '', /nobody has approved it in time/);
  assert.deepEqual(made(), []);
});

test('a server may be trusted with its effects, but not where the pipeline or the server says no; a fork takes what a call gave', async () => {
  const trusted = play([[order, search]], { server: 'trusted' });
  const ends = ({ tools_called }: AnswerState) => tools_called.map(({ tool, foreign }) => [tool, foreign?.end]);
  const both = [
    ['mcp:trusted/search', 'answered'],
    ['mcp:trusted/order', 'answered'],
  ];
  const handle = await trusted.start();
  assert.deepEqual(ends(await stateOf(handle)), both);
  assert.equal(trusted.calls().length, 2);
  const { runId } = await handle.describe();
  const fork = await trusted.start({}, { forkOf: { workflowId: handle.workflowId, runId } });
  assert.deepEqual(ends(await stateOf(fork)), both);
  assert.equal(trusted.calls().length, 2, 'the fork calls nothing again');
  const off = play([[order]], { server: 'trusted' });
  const refused = await stateOf(await off.start({ decisions: { tool: { policy: 'off' } } }));
  assert.equal(refused.tools_called[0]?.foreign?.end, 'refused');
  const refusing = play([[order]], { server: 'refusing' });
  const never = await stateOf(await refusing.start(asking));
  assert.equal(never.tools_called[0]?.foreign?.end, 'refused');
  assert.equal(never.decisions, undefined);
  assert.deepEqual([off.calls(), refusing.calls()], [[], []]);
});

test('a server that dies in the middle of an effect leaves an unknown outcome, and is not asked again', async () => {
  const { start, shown, calls: made, behave } = play([[order]], { server: 'trusted' });
  behave({ next: 'die-after-effect' });
  const state = await stateOf(await start());
  assert.equal(made().length, 1);
  assert.deepEqual(state.tools_called[0]?.foreign, { server: 'trusted', end: 'unknown', failure: 'ForeignServerDied' });
  assert.match(
    shown()[0] ?? '',
    /^error: outcome unknown: ForeignServerDied: .*ended in the middle.*\nOutcome unknown/,
  );
});

test('a reading call is made again where its server died, and its failure is a result with a name', async () => {
  // So is an effect that is idempotent by its server's word.
  const { start, calls: made, behave } = play([[search], [label]], { server: 'trusted' });
  behave({ next: 'die' });
  const state = await stateOf(await start());
  assert.deepEqual(
    made().map(({ name }) => name),
    [...Array(3).fill('search'), ...Array(3).fill('label.set')],
  );
  assert.deepEqual(
    state.tools_called.map(({ foreign }) => foreign),
    Array(2).fill({ server: 'trusted', end: 'failed', failure: 'ForeignServerDied' }),
  );
});

test('a tool that has changed since the run began is not called, and the model is told', async () => {
  // Before the second call is asked for.
  const onTurn = (turn: number) => {
    if (turn === 1) shops.shop.behave({ description: 'Searches, and mails it.' });
  };
  const { start, calls: made } = play([[search], [search]], { onTurn });
  const state = await stateOf(await start());
  const ends = state.tools_called.map(({ foreign }) => foreign?.failure ?? foreign?.end);
  assert.deepEqual(ends.slice(-1), ['ForeignToolChanged'], ends.join());
  assert.equal(made().length, 1);
});

test('what a foreign tool says is no row, no tag and no order of ours', async () => {
  const { start, shown, behave } = play([[search], [searchCode]]);
  behave({ next: 'inject' });
  const state = await stateOf(await start());
  const [lies = '', rows = ''] = shown();
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
  const missing = play([[search]], { server: 'missing' });
  const state = await stateOf(await missing.start());
  const { user, request } = missing.cues[0] ?? assert.fail();
  assert.match(user, /<foreign_tools_missing>\n- mcp:missing\/search \(ForeignServerUnavailable/);
  assert.ok(!request.text.includes('"name":"mcp__missing'));
  assert.deepEqual(
    state.foreign_tools?.map((tool) => ('failure' in tool ? tool.failure : tool.name)),
    Array(3).fill('ForeignServerUnavailable'),
  );
  // What is called all the same is no tool of this specialist's.
  assert.equal(state.tools_called[0]?.problem, 'there is no tool "mcp__missing__search" here; use one of: search_code');
  const unfit = play([[order]]);
  const without = await stateOf(await unfit.start({ foreignTools: {} }));
  const unfitTools = without.foreign_tools?.flatMap((tool) => ('failure' in tool ? [[tool.name, tool.failure]] : []));
  assert.deepEqual(unfitTools, [
    ['mcp:shop/order', 'ForeignToolUnfit'],
    ['mcp:shop/label.set', 'ForeignToolUnfit'],
  ]);
  assert.deepEqual(unfit.calls(), []);
});

test('a benchmark asks nobody and has no effects, whatever pipeline and server allow', async () => {
  const { calls: made } = play([[order, search]], { server: 'trusted' });
  const benchmark = await startBenchmark(file.scene, { variants: [shopPipeline('trusted', asking)], questions: 1 });
  await benchmark.ending();
  const [record] = benchmark.records();
  assert.deepEqual(
    record?.tools_called?.map(({ tool, foreign }) => [tool, foreign?.end]),
    [
      ['mcp:trusted/search', 'answered'],
      ['mcp:trusted/order', 'refused'],
    ],
  );
  assert.deepEqual(
    made().map(({ name }) => name),
    ['search'],
  );
});
