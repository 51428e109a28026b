/**
 * `npm run bench:surfaces`: what each surface adds to a question over the path that `ask` takes itself. Both ask the same in
 * turn, so that a busy minute of the machine meets both.
 */
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { questionInput } from '../../application/questions/question-input.ts';
import { finishedRun } from '../../application/runs/run-record.ts';
import { watchRun } from '../../application/runs/watch-run.ts';
import { newRunId, startRun } from '../../application/runs/start-run.ts';
import { openSession } from '../../application/session/session.ts';
import { checkoutFolder } from '../../config/load-config.ts';
import { snakeKeys } from '../../lib/snake-keys.ts';
import { memoryMiB } from '../peers/systems/process-figures.ts';
import { openStack, say } from '../support/stack.ts';
import { startWorkerProcess } from '../support/worker-process.ts';
import { type Ask, type Asked, chatClient, mcpOverHttp, mcpOverStdio, pageClient, postChat } from './clients.ts';
import { startServeProcess } from './serve-process.ts';
import { readOptions, refuse } from '../support/bench-options.ts';

const surfaceNames = ['chat', 'chatStream', 'mcp', 'mcpStdio', 'page'] as const;
const program = 'npm run bench:surfaces --';
const values = readOptions(
  program,
  'Measures what each surface adds to a question over the path that ask takes itself, then many clients at ' +
    'once, a flood, and memory.',
  {
    surface: {
      type: 'string',
      value: 'name',
      multiple: true,
      about: `only this one, of ${surfaceNames.join(', ')}; give it several times`,
    },
    questions: { type: 'number', default: 40, about: 'questions by each path' },
    clients: { type: 'number', default: 50, about: 'clients that ask at once' },
    flood: { type: 'number', default: 1000, about: 'requests of the flood' },
    json: { type: 'boolean', about: 'a line of JSON instead of the figures' },
  },
);
const unknown = values.surface?.find((name) => !surfaceNames.some((each) => each === name));
if (unknown !== undefined) refuse(program, `--surface: there is no surface "${unknown}"`);
const repository = join(checkoutFolder, 'node_modules/commander');
const clients = values.clients;

await using stack = await openStack(null);
await using _worker = await startWorkerProcess(stack);
const settings = {
  ...stack.config,
  temporal: { ...stack.config.temporal, environment: { TEMPORAL_ADDRESS: stack.address } },
};
const { signal } = new AbortController();
await using session = await openSession({ settings, need: 'worker', onProgress: say, signal });

const asked: Asked = { repository, repositoryName: 'commander', pipeline: 'single-agent-ungated', word: 'commander' };

const ownPath: Ask = async (question) => {
  const input = await questionInput(question, { repo: repository, pipeline: asked.pipeline }, settings);
  const run = await startRun(session, input, newRunId());
  for await (const event of watchRun(session, run, signal))
    if (event.kind === 'finished') await finishedRun(session, run, event.outcome);
};

const limits = ['--requests-per-minute', '100000', '--concurrent-requests', String(clients)];
await using serve = await startServeProcess(stack, [...limits, '--repo', repository, '--pipeline', asked.pipeline]);
await using http = await mcpOverHttp(serve, asked);
await using stdio = await mcpOverStdio(stack, asked);

const every: Record<(typeof surfaceNames)[number], Ask> = {
  chat: chatClient(serve, asked, false),
  chatStream: chatClient(serve, asked, true),
  mcp: http.ask,
  mcpStdio: stdio.ask,
  page: await pageClient(serve, asked),
};
/** Those that are measured. */
const surfaces = Object.fromEntries(
  Object.entries(every).filter(([name]) => values.surface === undefined || values.surface.includes(name)),
);

let questions = 0;
/** Each is another one, so that nothing is joined. */
function nextQuestion(): string {
  questions += 1;
  return `Where is parseOptions defined, number ${questions}?`;
}

async function timed(ask: Ask): Promise<number> {
  const question = nextQuestion();
  const beganMs = performance.now();
  await ask(question);
  return performance.now() - beganMs;
}

const p50 = (all: readonly number[]): number =>
  all.toSorted((one, other) => one - other)[Math.floor(all.length / 2)] ?? Number.NaN;
const rounded = (value: number): number => Math.round(value * 100) / 100;

async function addedBy(ask: Ask) {
  const [own, over]: [number[], number[]] = [[], []];
  for (let number = 0; number < values.questions; number += 1) {
    if (number % 2 === 0) own.push(await timed(ownPath));
    over.push(await timed(ask));
    if (number % 2 === 1) own.push(await timed(ownPath));
  }
  const added = over.map((ms, at) => ms - (own[at] ?? 0));
  return {
    ownMs: rounded(p50(own)),
    ms: rounded(p50(over)),
    addedMs: rounded(p50(added)),
    ratio: rounded(p50(over) / p50(own)),
  };
}

/** Questions that are asked at once. @returns seconds until the last answer */
async function together(ask: Ask): Promise<number> {
  const beganMs = performance.now();
  await Promise.all(Array.from({ length: clients }, () => ask(nextQuestion())));
  return rounded((performance.now() - beganMs) / 1000);
}

/** How many of a flood are answered, and how many refused with a reason and a time. */
async function flood() {
  const ends = await Promise.all(
    Array.from({ length: values.flood }, async () => {
      const response = await postChat(serve, asked, nextQuestion(), false).catch(() => null);
      const text = await response?.text().catch(() => '');
      if (response?.status === 429 && /error/.test(text ?? '') && response.headers.has('retry-after')) return 'refused';
      return response?.status === 200 ? 'answered' : response === null ? 'notConnected' : `status${response.status}`;
    }),
  );
  return Object.fromEntries([...Map.groupBy(ends, (end) => end)].map(([end, all]) => [end, all.length]));
}

for (const ask of [ownPath, ...Object.values(surfaces)]) await timed(ask);
await pause(10_000);
const idleMib = rounded(memoryMiB(serve.pid));
say(`idle: ${idleMib} MiB`);
const added: Record<string, Awaited<ReturnType<typeof addedBy>>> = {};
for (const [name, ask] of Object.entries(surfaces)) {
  added[name] = await addedBy(ask);
  say(`${name}: ${JSON.stringify(added[name])}`);
}
const atOnce: Record<string, number> = { ownPath: await together(ownPath) };
for (const [name, ask] of Object.entries(surfaces)) atOnce[name] = await together(ask);
say(`${clients} at once: ${JSON.stringify(atOnce)}`);
const flooded = await flood();
const report = {
  idleMib,
  added,
  clients,
  secondsAtOnce: atOnce,
  flood: flooded,
  busyMib: rounded(memoryMiB(serve.pid)),
};
if (values.json)
  process.stdout.write(`${JSON.stringify(snakeKeys(report, { added: 'map', secondsAtOnce: 'map', flood: 'map' }))}\n`);
else for (const [name, value] of Object.entries(report)) process.stdout.write(`${name}: ${JSON.stringify(value)}\n`);
