/** `npm run bench:many-questions`: one benchmark of thousands of questions. */
import { readFile } from 'node:fs/promises';
import { setTimeout as pause } from 'node:timers/promises';
import { benchmarkFolder } from '../../application/benchmarks/benchmark-folders.ts';
import { benchmarkRecords } from '../../client/benchmark/benchmark-folder.ts';
import { BenchmarkEnding } from '../../contracts/benchmark.ts';
import { DatasetQuestion } from '../../contracts/dataset.ts';
import { benchmarkInput, makeBenchmark } from '../support/benchmark-folder.ts';
import { openStack, say } from '../support/stack.ts';
import { startWorkerProcess, type WorkerProcess } from '../support/worker-process.ts';
import { snakeKeys } from '../../lib/snake-keys.ts';
import { readOptions } from '../support/bench-options.ts';

const values = readOptions(
  'npm run bench:many-questions --',
  'Runs one benchmark of thousands of questions over a stub, and kills its worker: its histories stay short, ' +
    'its memory flat, and its records complete; else it ends with 100.',
  {
    questions: { type: 'number', default: 5000, about: 'questions of the benchmark' },
    kills: {
      type: 'number',
      default: 2,
      about: 'how often the worker is killed, each time where one run of the workflow continues as another',
    },
    concurrency: { type: 'number', default: 16, about: 'questions at a time' },
    json: { type: 'boolean', about: 'a line of JSON instead of the figures' },
  },
);
const id = 'many';
const program = 'bench/answers/many-questions-worker.ts';
const questions = Array.from({ length: values.questions }, (_, at) => questionAt(at + 1));
await using stack = await openStack(null);
await makeBenchmark(stack.dataDirectory, id, ['single-agent'], questions);
const handle = await stack.client.workflow.start('runBenchmark', {
  taskQueue: stack.config.taskQueue,
  workflowId: id,
  args: [benchmarkInput(id, values.concurrency)],
});
const startMs = performance.now();
const megabytes: number[] = [];
let kills = 0;
let worker = await startWorkerProcess(stack, program);
const ending = handle.result().then((result) => BenchmarkEnding.parse(result));
await untilEnded();
const { kind, progress } = await ending;
const seconds = Math.round((performance.now() - startMs) / 100) / 10;
await worker.kill();
const events = await eventsOfRuns();
const records = await benchmarkRecords(benchmarkFolder(stack.dataDirectory, id));
const quarter = megabytes[Math.floor(megabytes.length / 4)] ?? 0;
const report = {
  ending: kind,
  done: progress.done,
  seconds,
  records: records.length,
  distinct: new Set(records.map(({ question_id }) => question_id)).size,
  continuations: events.length - 1,
  mostEvents: Math.max(...events),
  killsAtBoundaries: kills,
  megabytesAtAQuarter: quarter,
  megabytesAtTheEnd: megabytes.at(-1) ?? 0,
  megabytesMost: Math.max(...megabytes),
};
if (values.json) process.stdout.write(`${JSON.stringify(snakeKeys(report))}\n`);
else for (const [name, value] of Object.entries(report)) process.stdout.write(`${name}: ${value}\n`);
const whole = report.records === questions.length && report.distinct === questions.length;
const short = report.mostEvents < 2_000 && report.continuations >= 3;
process.exitCode = whole && short && report.megabytesAtTheEnd < 1.25 * quarter ? 0 : 100;

/** Kills the worker as soon as a new run of the workflow begins, as often as is wanted; then measures the last one. */
async function untilEnded(): Promise<void> {
  let over = false;
  void ending.finally(() => {
    over = true;
  });
  let runId = '';
  for (let round = 0; !over; round += 1) {
    const { runId: now } = await handle.describe();
    if (runId !== '' && now !== runId && kills < values.kills) {
      kills += 1;
      await worker.kill();
      say(`killed at boundary ${kills}`);
      worker = await startWorkerProcess(stack, program);
    }
    runId = now;
    if (kills >= values.kills && round % 20 === 0) megabytes.push(await residentMegabytes(worker));
    await pause(100);
  }
}

/** From Linux's own count. */
async function residentMegabytes({ pid }: WorkerProcess): Promise<number> {
  const status = await readFile(`/proc/${pid}/status`, 'utf8');
  return Math.round(Number(/VmRSS:\s+(\d+) kB/.exec(status)?.[1] ?? 0) / 1024);
}

async function eventsOfRuns(): Promise<number[]> {
  const lengths: number[] = [];
  for await (const { runId } of stack.client.workflow.list({ query: `WorkflowId = '${id}'` })) {
    const { historyLength } = await stack.client.workflow.getHandle(id, runId).describe();
    lengths.push(historyLength);
  }
  return lengths;
}

function questionAt(number: number): DatasetQuestion {
  return DatasetQuestion.parse({
    id: `many-${number}`,
    question: `What does part ${number} do?`,
    repository: '../node_modules/fastify',
    expected_route: 'code',
    kind: 'answerable',
    gold: { paths: ['lib/route.js'] },
    must_mention: ['stub'],
  });
}
