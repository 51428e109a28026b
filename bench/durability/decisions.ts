/**
 * Asks a person in each way that a run can, kills worker and server, and counts how often what was decided is applied:
 * decided after both have been started again, and decided while no worker runs, before the server is killed.
 */
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
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

const { values } = parseArgs({ options: { json: { type: 'boolean', default: false }, kind: { type: 'string' } } });

type Case = {
  team?: Partial<Team>;
  pipeline: Record<string, unknown>;
  decision: Omit<Decision, 'requestId' | 'by'>;
  outcome: AnswerOutcome['kind'];
};
const ask = { policy: 'ask' };
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
      specialist: ({ turn }) => (turn === 0 ? calls(['mcp__shop__order', { query: 'kettle' }]) : says(goodDraft)),
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
  for (const decided of ['after a restart', 'while no worker ran'] as const) {
    rows.push(await decideOnce(kind, each, decided));
    say(JSON.stringify(rows.at(-1)));
  }
}
print(rows);
process.exitCode = rows.every(({ applied, as_expected }) => applied === 1 && as_expected) ? 0 : 1;

async function decideOnce(kind: string, each: Case, decided: 'after a restart' | 'while no worker ran'): Promise<Row> {
  played = each.team ?? {};
  const before = shop.calls().length;
  providerIsDown = true;
  const handle = await start(`decide-${rows.length}`, each);
  const { requestId } = await until(async () => (await pendingOf(handle))[0] ?? null, 60);
  providerIsDown = false;
  const decision = { requestId, by: 'ann', ...each.decision };
  await worker.kill();
  const early = decided === 'while no worker ran' ? await decideRun(server, handle.workflowId, decision) : null;
  await stack.killServer();
  worker = await startWorker();
  const told = early ?? (await decideRun(server, handle.workflowId, decision));
  const { kind: outcome, state } = (await handle.result()) as AnswerOutcome;
  const applied = (state.decisions ?? []).filter(({ refused }) => refused === undefined).length;
  const made = shop.calls().length - before;
  const asExpected = outcome === each.outcome && made === (kind === 'a foreign tool' ? 1 : 0);
  return { kind, decided, answer: told.kind, applied, outcome, made, as_expected: asExpected };
}

function start(workflowId: string, each: Case): Promise<WorkflowHandle> {
  const about = { repository, limits: { ...quickLimits, modelCallAttempts: 1 } };
  const input = questionInput('When does boil throw?', pipeline(each.pipeline), about);
  const options = { args: [input], taskQueue, workflowId };
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
