/** `npm run bench:decisions`: decisions of a person that outlive worker and server. */
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { defaultFiles, writeFolder } from '../../test/support/scene.ts';
import { openAiError } from '../../test/support/scripted-server/scripted-server-reply.ts';
import { openShop } from '../../test/foreign-tools/shop.ts';
import { goodDraft, inventedDraft, says, startTeam, type Team, unclear } from '../../test/support/team.ts';
import { openStack, say } from '../support/stack.ts';
import { startWorkerProcess } from '../support/worker-process.ts';
import { ask, type Case, decideBoth, type DecisionPlace, foreignToolCase, type Row } from './decide-both.ts';
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
  'a foreign tool': foreignToolCase,
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

/** The provider of a case is down until its runs ask what to do. */
const place: DecisionPlace = {
  ...{ stack, shop, repository, taskQueue },
  killWorker: () => worker.kill(),
  startWorker: async () => {
    worker = await startWorker();
  },
  onPending: () => {
    providerIsDown = false;
  },
};
const rows: Row[] = [];
for (const [kind, each] of Object.entries(cases)) {
  if (values.kind !== undefined && values.kind !== kind) continue;
  played = each.team ?? {};
  providerIsDown = true;
  for (const row of await decideBoth(place, kind, each, `decide-${rows.length}`)) {
    rows.push(row);
    say(JSON.stringify(row));
  }
}
print(rows);
process.exitCode = rows.every(({ applied, as_expected }) => applied === 1 && as_expected) ? 0 : 1;

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
