/**
 * `npm run bench:gc`: what `gc` removes, and that the rest still works. Age is a matter of the clock that the sweep is given:
 * 90 days after the middle of the questions.
 */
import { noCipher } from '../../codecs/cipher.ts';
import { readFile } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { inParallel } from '../../lib/in-parallel.ts';
import { loadPipeline } from '../../application/pipelines/pipeline-files.ts';
import { diskUsage } from '../../client/storage/disk-usage.ts';
import { sweepDataDirectory } from '../../client/storage/sweep-data-directory.ts';
import { reportJson, reportTable } from '../../client/storage/sweep-report.ts';
import type { Config } from '../../config/config.ts';
import { dataPaths } from '../../config/data-paths.ts';
import { exporterType, queries } from '../../contracts/names.ts';
import type { ExporterState } from '../../contracts/trace.ts';
import { checkoutFolder } from '../../config/load-config.ts';
import { createLogger } from '../../observability/logging.ts';
import { createRedactor } from '../../lib/redaction.ts';
import { startOfflineModelThread } from '../../offline-model/thread.ts';
import { ownServer } from '../../runtime/host/server-address.ts';
import { compactDatabase } from '../../runtime/temporal/compact-database.ts';
import { ownServerName, serverName } from '../../runtime/temporal/known-servers.ts';
import { startWorker } from '../../worker/create-worker.ts';
import { installTemporalRuntime } from '../../worker/temporal-runtime.ts';
import { benchmarkInput, fastifyQuestions, gradesOfBenchmark, makeBenchmark } from '../support/benchmark-folder.ts';
import { questionInput } from '../support/question-input.ts';
import { benchTaskQueue, openStack, say } from '../support/stack.ts';
import { neededRuns, pictureOf, replayProblems } from './run-pictures.ts';
import { readOptions } from '../support/bench-options.ts';

const values = readOptions(
  'npm run bench:gc --',
  'Fills one data directory with questions and benchmarks, lets the retention of the first half end, and runs ' +
    'gc: what it removes by kind, and whether every other run still replays, shows its trace, and goes on.',
  {
    questions: { type: 'number', default: 200, about: 'questions that are asked one by one' },
    'benchmark-questions': { type: 'number', default: 5, about: 'questions of each benchmark' },
    json: { type: 'boolean', about: 'a line of JSON instead of the figures' },
  },
);
const wanted = values.questions;
const keepDays = 90;
const dayMs = 86_400_000;
/** A worker hands over together what ends within two seconds. */
const gatherMs = 3_000;
const callLimits = { modelCallSeconds: 30, heartbeatSeconds: 10 };
const benchmarkPipelines = ['single-agent', 'orchestrated'];
const log = createLogger({ level: 'error', file: null, redactor: createRedactor([]) });
installTemporalRuntime(log, null);

type Question = { id: string; question: string; repository: string };
const file = join(checkoutFolder, 'datasets/packages.jsonl');
const questions = (await readFile(file, 'utf8'))
  .split('\n')
  .filter((line) => line.trim() !== '')
  .map((line) => JSON.parse(line) as Question);

await using stack = await openStack(null);
const { client, dataDirectory, namespace } = stack;
const paths = dataPaths(dataDirectory);
const config: Config = { ...stack.config, traces: { ...stack.config.traces, sink: 'file' } };
const server = ownServer(stack.address, namespace);
const benchmarkQuestions = await fastifyQuestions(values['benchmark-questions']);

const open = await startOpenRuns(3);
let worker = await startWorker(config, server, log);
await askSome(0, Math.floor(wanted / 2));
await runBenchmark('first');
await untilExported();
await pause(1100);
const middleMs = Date.now();
await pause(1100);
await askSome(Math.floor(wanted / 2), wanted);
await runBenchmark('second');
await runBenchmark('third');
await untilExported();
await worker.stop();

const needed = await neededRuns(client, middleMs);
const before = await Promise.all(needed.map((run) => pictureOf({ client, config, server }, run)));
const gradesBefore = await allGrades();
const startMs = performance.now();
const report = await sweepDataDirectory({
  paths,
  cipher: noCipher,
  client,
  namespace,
  servers: [ownServerName, serverName(stack.address, namespace)],
  taskQueue: null,
  keepDays,
  nowMs: middleMs + keepDays * dayMs,
  dryRun: false,
  signal: new AbortController().signal,
  onProgress: say,
});
await stack.whileServerIsDown(() => void compactDatabase(paths.database));
const seconds = Number(((performance.now() - startMs) / 1000).toFixed(1));
for (const text of report.notes) say(text);
const whole = { ...report, after: diskUsage(paths, report.after?.histories.count ?? null) };

const problems: string[] = [];
for (const [at, run] of needed.entries()) {
  const after = await pictureOf({ client, config, server }, run);
  if (after !== before[at]) problems.push(`${run.workflowId} shows another trace`);
  problems.push(...(await replayProblems(client, config, run)));
}
if (JSON.stringify(await allGrades()) !== JSON.stringify(gradesBefore)) problems.push('a benchmark has other grades');
const ended = await resumeOpenRuns();
const figures = {
  seconds,
  runs_checked: needed.length,
  open_runs_resumed: ended.filter((kind) => kind === 'answered' || kind === 'insufficient-evidence').length,
  problems,
};
if (values.json) process.stdout.write(`${JSON.stringify({ ...reportJson(whole, keepDays), ...figures })}\n`);
else process.stdout.write(`${reportTable(whole)}\n${JSON.stringify(figures, null, 2)}\n`);
process.exitCode = problems.length === 0 && open.length > 0 && figures.open_runs_resumed === open.length ? 0 : 1;

/**
 * Of the questions before the middle none is about the last repository, of those after it none about the first. The
 * benchmarks are about Fastify, which is between the two.
 */
function questionAt(at: number): Question {
  const repositories = ['../node_modules/pino', '../node_modules/fastify', '../node_modules/zod'];
  const left = at < Math.floor(wanted / 2) ? repositories.slice(0, -1) : repositories.slice(1);
  const about = questions.filter(({ repository }) => repository === left[at % left.length]);
  return about[Math.floor(at / left.length) % about.length] as Question;
}

async function start(id: string, at: number, taskQueue: string) {
  const { question, repository } = questionAt(at);
  const pipeline = await loadPipeline(Math.floor(at / questions.length) % 2 === 0 ? 'orchestrated' : 'single-agent');
  const about = { repository: resolve(checkoutFolder, 'datasets', repository), limits: callLimits };
  const input = questionInput(question, pipeline, about);
  return client.workflow.start('answerQuestion', { taskQueue, workflowId: id, args: [input] });
}

async function askSome(from: number, to: number): Promise<void> {
  const numbers = Array.from({ length: to - from }, (_, at) => from + at);
  const ask = async (at: number) => (await start(`question-${at}`, at, benchTaskQueue)).result();
  await inParallel(numbers, { width: 4, signal: new AbortController().signal }, ask, (_, at) => {
    if ((at + 1) % 20 === 0) say(`${at + 1} questions answered`);
  });
}

async function runBenchmark(id: string): Promise<void> {
  await makeBenchmark(dataDirectory, id, benchmarkPipelines, benchmarkQuestions);
  const started = { taskQueue: benchTaskQueue, workflowId: id, args: [benchmarkInput(id, 3)] };
  await client.workflow.execute('runBenchmark', started);
  say(`benchmark ${id} is over`);
}

function allGrades() {
  return Promise.all(
    ['first', 'second', 'third'].map((id) => gradesOfBenchmark(dataDirectory, id, benchmarkQuestions)),
  );
}

/** Stopped in the middle of their work, on a queue of their own. */
async function startOpenRuns(many: number) {
  await using slow = await startOfflineModelThread({ faults: 'latency=3000-4000', log: null });
  const model = { ...config.model, baseUrl: slow.url };
  const first = await startWorker({ ...config, model, taskQueue: 'open' }, server, log);
  const runs = await Promise.all(Array.from({ length: many }, (_, at) => start(`open-${at}`, wanted + at, 'open')));
  for (const { workflowId } of runs)
    while (((await client.workflow.getHandle(workflowId).fetchHistory()).events?.length ?? 0) < 18) await pause(50);
  await first.stop();
  // One that was at its end when its worker was told to stop has ended.
  const states = await Promise.all(runs.map(async (run) => (await run.describe()).status.name));
  return runs.filter((_, at) => states[at] === 'RUNNING');
}

async function resumeOpenRuns(): Promise<string[]> {
  worker = await startWorker({ ...config, taskQueue: 'open' }, server, log);
  try {
    return await Promise.all(open.map(async (run) => ((await run.result()) as { kind: string }).kind));
  } finally {
    await worker.stop();
  }
}

async function untilExported(): Promise<void> {
  // The exporter of the runs that stay open has no worker.
  const query = `TaskQueue = '${benchTaskQueue}' AND WorkflowType = '${exporterType}' AND ExecutionStatus = 'Running'`;
  await pause(gatherMs);
  for (let open = 1; open > 0; await pause(500)) {
    open = 0;
    for await (const { workflowId } of client.workflow.list({ query })) {
      const state = await client.workflow.getHandle(workflowId).query<ExporterState>(queries.exports);
      open += state.sending.length + state.waiting.length;
    }
  }
}
