/** `npm run bench:decisions`: decisions of a person that outlive worker and server. */
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Connection, WorkflowHandle } from '@temporalio/client';
import { decideRun } from '../../application/runs/decide-run.ts';
import type { Decision, DecisionRequest } from '../../contracts/decision.ts';
import type { AnswerOutcome } from '../../contracts/run.ts';
import { defaultFiles, pipeline, quickLimits, writeFolder } from '../../test/support/scene.ts';
import { openAiError } from '../../test/support/scripted-server/scripted-server-reply.ts';
import { openShop } from '../../test/foreign-tools/shop.ts';
import { calls, goodDraft, inventedDraft, says, startTeam, type Team, unclear } from '../../test/support/team.ts';
import { until } from '../../test/support/until.ts';
import { questionInput } from '../support/question-input.ts';
import { openStack, say } from '../support/stack.ts';
import { startWorkerProcess } from '../support/worker-process.ts';
import { readOptions, refuse } from '../support/bench-options.ts';

const program = 'npm run bench:decisions --';
const values = readOptions(
  program,
  'Asks a person in each way that a run can, in two runs at once, kills worker and server, and counts how often ' +
    'what was decided is applied: decided after both have been started again, and decided while no worker runs. ' +
    'Ends with 1 where one is not applied once.',
  {
    kind: {
      type: 'string',
      value: 'name',
      about: 'only this way, as the table names it, for example "edit an answer"',
    },
    json: { type: 'boolean', about: 'a line of JSON instead of the table' },
  },
);

type Case = {
  team?: Partial<Team>;
  pipeline: Record<string, unknown>;
  decision: Omit<Decision, 'requestId' | 'by'>;
  outcome: AnswerOutcome['kind'];
};
const ask = { policy: 'ask' };
const moments = ['after a restart', 'while no worker ran'] as const;
type Moment = (typeof moments)[number];
/** Each run is named by its question. */
const questionOf = (decided: Moment) => `When does boil throw, asked ${decided}?`;
const edited = { answer: 'It throws KETTLE_EMPTY.' };
let providerIsDown = false;
const cases: Record<string, Case> = {
  'clarify a route': {
    team: { router: () => unclear('code', 'docs') },
    pipeline: { decisions: { clarify: ask } },
    decision: { decision: 'docs' },
    outcome: 'answered',
  },
  'approve an answer': {
    pipeline: { decisions: { draft: ask } },
    decision: { decision: 'approve' },
    outcome: 'answered',
  },
  'edit an answer': {
    pipeline: { decisions: { draft: ask } },
    decision: { decision: 'edit', draft: edited },
    outcome: 'answered',
  },
  'one more try': {
    team: { specialist: ({ user }) => says(user.includes('look in lib') ? goodDraft : inventedDraft) },
    pipeline: { gate: { retryLimit: 0 }, decisions: { try: ask } },
    decision: { decision: 'try', note: 'look in lib' },
    outcome: 'answered',
  },
  'more budget': {
    pipeline: { budget: { modelCalls: 1 }, decisions: { budget: ask } },
    decision: { decision: 'grant', amount: 3 },
    outcome: 'answered',
  },
  'a foreign tool': {
    team: {
      specialist: ({ turn, user }) => {
        const query = moments.find((decided) => user.includes(questionOf(decided)));
        return turn === 0 ? calls(['mcp__shop__order', { query }]) : says(goodDraft);
      },
    },
    pipeline: {
      router: null,
      specialists: [{ name: 'code', purpose: 'code', prompt: 'Answer.', tools: ['search_code', 'mcp:shop/order'] }],
      foreignTools: { 'mcp:shop/order': { effects: true } },
      decisions: { tool: ask },
    },
    decision: { decision: 'allow' },
    outcome: 'answered',
  },
  'a provider': {
    team: { router: () => (providerIsDown ? openAiError(503, 'down for maintenance') : says('code')) },
    pipeline: {},
    decision: { decision: 'retry' },
    outcome: 'answered',
  },
};

let played: Partial<Team> = {};
await using model = await startTeam({
  router: (cue) => (played.router ?? (() => says('code')))(cue),
  specialist: (cue) => (played.specialist ?? (() => says(goodDraft)))(cue),
});
if (values.kind !== undefined && !Object.hasOwn(cases, values.kind))
  refuse(program, `--kind: there is no "${values.kind}" (${Object.keys(cases).join(', ')})`);
await using stack = await openStack(null);
const server = { client: stack.client, connection: stack.client.connection as Connection };
const repository = join(stack.dataDirectory, 'repository');
await writeFolder(repository, defaultFiles);
const taskQueue = `decisions-${process.pid}`;
const config = {
  ...stack.config,
  taskQueue,
  model: { ...stack.config.model, baseUrl: model.url, specialist: 'test-model' },
};
using shop = openShop();
const serversFile = join(shop.folder, 'servers.json');
writeFileSync(serversFile, JSON.stringify({ mcpServers: shop.servers }));
const settings = { OPENAI_API_KEY: 'sk-test', SWITCHYARD_MCP_SERVERS: serversFile };
const startWorker = () => startWorkerProcess({ ...stack, config }, 'worker/main.ts', settings);
let worker = await startWorker();
await using _lastWorker = { [Symbol.asyncDispose]: () => worker.kill() };

type Row = {
  kind: string;
  decided: string;
  answer: string;
  applied: number;
  outcome: string;
  /** Calls of the foreign server. */
  made: number;
  as_expected: boolean;
};
const rows: Row[] = [];
for (const [kind, each] of Object.entries(cases)) {
  if (values.kind !== undefined && values.kind !== kind) continue;
  for (const row of await decideBoth(kind, each)) {
    rows.push(row);
    say(JSON.stringify(row));
  }
}
print(rows);
process.exitCode = rows.every(({ applied, as_expected }) => applied === 1 && as_expected) ? 0 : 1;

async function decideBoth(kind: string, each: Case): Promise<Row[]> {
  played = each.team ?? {};
  providerIsDown = true;
  const handles = await Promise.all(moments.map((decided) => start(decided, each)));
  const pending = await Promise.all(
    handles.map((handle) => until(async () => (await pendingOf(handle))[0] ?? null, 60)),
  );
  providerIsDown = false;
  const decide = (at: number) => {
    const [handle, request] = [handles[at], pending[at]];
    if (handle === undefined || request === undefined) throw new Error(`no run is decided ${moments[at]}`);
    return decideRun(server, handle.workflowId, { requestId: request.requestId, by: 'ann', ...each.decision });
  };
  await worker.kill();
  const early = await decide(moments.indexOf('while no worker ran'));
  await stack.killServer();
  worker = await startWorker();
  const told = { 'after a restart': await decide(moments.indexOf('after a restart')), 'while no worker ran': early };
  const ends = await Promise.all(handles.map((handle) => handle.result() as Promise<AnswerOutcome>));
  return ends.map((end, at) => rowOf(kind, each, moments[at] ?? 'after a restart', told, end));
}

type Told = Record<Moment, { kind: string }>;

function rowOf(kind: string, each: Case, decided: Moment, told: Told, { kind: outcome, state }: AnswerOutcome): Row {
  const applied = (state.decisions ?? []).filter(({ refused }) => refused === undefined).length;
  const made = shop.calls().filter(({ given }) => (given as { query?: string }).query === decided).length;
  const asExpected = outcome === each.outcome && made === (kind === 'a foreign tool' ? 1 : 0);
  return { kind, decided, answer: told[decided].kind, applied, outcome, made, as_expected: asExpected };
}

/** A worker that has just started on a busy machine may be late by seconds: none of its calls is to count as lost. */
function start(decided: Moment, each: Case): Promise<WorkflowHandle> {
  const about = { repository, limits: { ...quickLimits, heartbeatSeconds: 20, modelCallAttempts: 1 } };
  const input = questionInput(questionOf(decided), pipeline(each.pipeline), about);
  const options = { args: [input], taskQueue, workflowId: `decide-${rows.length}-${moments.indexOf(decided)}` };
  return stack.client.workflow.start('answerQuestion', options);
}

async function pendingOf(handle: WorkflowHandle): Promise<DecisionRequest[]> {
  return handle.query<DecisionRequest[]>('pending').catch(() => []);
}

function print(of: readonly Row[]): void {
  if (values.json) {
    process.stdout.write(`${JSON.stringify(of)}\n`);
    return;
  }
  const lines = of.map(
    ({ kind, decided, answer, applied, outcome }) => `| ${kind} | ${decided} | ${answer} | ${applied} | ${outcome} |`,
  );
  const head = ['| request | decided | answer | applied | outcome |', '| --- | --- | --- | --- | --- |'];
  process.stdout.write(`${[...head, ...lines].join('\n')}\n`);
}
