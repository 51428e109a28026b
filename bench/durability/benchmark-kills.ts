/** `npm run bench:benchmark-kills`: worker and server killed during a benchmark. */
import { setTimeout as pause } from 'node:timers/promises';
import { benchmarkFolder } from '../../application/benchmarks/benchmark-folders.ts';
import { BenchmarkEnding } from '../../contracts/benchmark.ts';
import { RunLogStore } from '../../harness/run-log/run-log-store.ts';
import { benchmarkInput, fastifyQuestions, gradesOfBenchmark, makeBenchmark } from '../support/benchmark-folder.ts';
import { countCalls, type Kill } from './call-counts.ts';
import { openStack, say } from '../support/stack.ts';
import { startWorkerProcess } from '../support/worker-process.ts';
import { snakeKeys } from '../../lib/snake-keys.ts';
import { readOptions } from '../support/bench-options.ts';

const values = readOptions(
  'npm run bench:benchmark-kills --',
  'Kills worker and server during a benchmark: its grades must be those of one that nobody disturbed, and no ' +
    'finished call paid twice; else it ends with 1.',
  {
    kills: { type: 'number', default: 3, about: 'how often the worker is killed, and the server' },
    questions: { type: 'number', default: 6, about: 'questions of the benchmark' },
    dataset: {
      type: 'string',
      value: 'file.jsonl',
      default: 'datasets/fastify.jsonl',
      about: 'where the questions are from',
    },
    json: { type: 'boolean', about: 'a line of JSON instead of the figures' },
  },
);
const kills = values.kills;
const questions = await fastifyQuestions(values.questions, values.dataset);
const concurrency = 3;
const pipelines = ['single-agent', 'orchestrated'];
const runs = questions.length * pipelines.length;
/** Replies take long enough to be killed in. */
await using stack = await openStack('seed=1;latency=100-300');
let worker = await startWorkerProcess(stack);
await using _lastWorker = { [Symbol.asyncDispose]: () => worker.kill() };
const undisturbed = await run('undisturbed', 0);
const disturbed = await run('disturbed', kills);
const moments = disturbed.moments;
const counts = await countCalls(stack, moments);
const same = JSON.stringify(undisturbed.grades) === JSON.stringify(disturbed.grades);
const report = {
  runs,
  records: disturbed.records,
  workerKills: kills,
  serverKills: kills,
  sameGrades: same,
  ...counts,
};
if (values.json) process.stdout.write(`${JSON.stringify(snakeKeys(report))}\n`);
else for (const [name, value] of Object.entries(report)) process.stdout.write(`${name}: ${value}\n`);
const once = counts.repeatedAfterRecorded + counts.repeatedAfterReceived === 0;
process.exitCode = same && disturbed.records === runs && once && counts.mostInFlightAKill <= concurrency ? 0 : 1;

/** One benchmark; after some records more the server is killed under a working worker, and then the worker. */
async function run(id: string, times: number) {
  await makeBenchmark(stack.dataDirectory, id, pipelines, questions);
  const { client, config } = stack;
  const started = { taskQueue: config.taskQueue, workflowId: id, args: [benchmarkInput(id, concurrency)] };
  const handle = await client.workflow.start('runBenchmark', started);
  const moments: Kill[] = [];
  for (let kill = 1; kill <= times; kill += 1) {
    await untilRecords(id, Math.floor((runs * kill) / (times + 1)));
    moments.push(...everyRun(id, false));
    await stack.killServer();
    say(`${id}: server killed and started again`);
    await untilRecords(id, Math.floor((runs * kill) / (times + 1)) + 1);
    moments.push(...everyRun(id, true));
    await worker.kill();
    say(`${id}: worker killed at ${recordsOf(id)} records`);
    worker = await startWorkerProcess(stack);
  }
  const { kind } = BenchmarkEnding.parse(await handle.result());
  say(`${id}: ${kind}`);
  return { moments, ...(await gradesOfBenchmark(stack.dataDirectory, id, questions)) };
}

/** A kill hits every run: which of them were open does not matter to the counts. */
function everyRun(id: string, ofWorker: boolean): Kill[] {
  const at = Date.now();
  return pipelines.flatMap((variant) =>
    questions.map((question) => ({ workflowId: `${id}/${variant}/${question.id}/1`, at, ofWorker })),
  );
}

async function untilRecords(id: string, wanted: number): Promise<void> {
  while (recordsOf(id) < wanted) await pause(100);
}

function recordsOf(id: string): number {
  using store = RunLogStore.existing(benchmarkFolder(stack.dataDirectory, id));
  return store?.count() ?? 0;
}
