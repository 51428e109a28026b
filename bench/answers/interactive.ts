/** `npm run bench:interactive`: a question beside a benchmark that fills the worker. */
import { join } from 'node:path';
import { loadPipeline } from '../../application/pipelines/pipeline-files.ts';
import { checkoutFolder } from '../../config/load-config.ts';
import { BenchmarkProgress } from '../../contracts/benchmark.ts';
import { benchmarkPriority } from '../../contracts/names.ts';
import type { AnswerOutcome } from '../../contracts/run.ts';
import { createLogger } from '../../observability/logging.ts';
import { createRedactor } from '../../lib/redaction.ts';
import { startWorker } from '../../worker/create-worker.ts';
import { ownServer } from '../../runtime/host/server-address.ts';
import { installTemporalRuntime } from '../../worker/temporal-runtime.ts';
import { benchmarkInput, fastifyQuestions, makeBenchmark } from '../support/benchmark-folder.ts';
import { openStack, say } from '../support/stack.ts';
import { setTimeout as pause } from 'node:timers/promises';
import { snakeKeys } from '../../lib/snake-keys.ts';
import { readOptions } from '../support/bench-options.ts';

const values = readOptions(
  'npm run bench:interactive --',
  'Asks a question while a benchmark fills the worker with model calls of a second. Ends with 100 where that ' +
    'takes more than twice its idle time.',
  {
    concurrency: {
      type: 'number',
      default: 60,
      about: 'questions of the benchmark at a time; more than the worker has slots for activities',
    },
    asks: { type: 'number', default: 3, about: 'times that the question is asked, idle and busy' },
    json: { type: 'boolean', about: 'a line of JSON instead of the figures' },
  },
);
const concurrency = values.concurrency;
const most = 2;
const log = createLogger({ level: 'error', file: null, redactor: createRedactor([]) });
installTemporalRuntime(log, null);
await using stack = await openStack('seed=1;latency=1000-1300');
const worker = await startWorker(stack.config, ownServer(stack.address, stack.namespace), log);
const pipeline = await loadPipeline('orchestrated');
await ask('warm-up');
const idle = await times('idle');
const questions = await fastifyQuestions(64);
await makeBenchmark(stack.dataDirectory, 'load', ['single-agent', 'orchestrated'], questions);
const handle = await stack.client.workflow.start('runBenchmark', {
  taskQueue: stack.config.taskQueue,
  workflowId: 'load',
  args: [benchmarkInput('load', concurrency)],
  priority: benchmarkPriority('load'),
});
while ((await progress()).running < concurrency) await pause(200);
const before = await progress();
const busy = await times('busy');
const after = await progress();
await handle.cancel();
await handle.result();
await worker.stop();
const ratio = Math.round((100 * middle(busy)) / middle(idle)) / 100;
const report = {
  idleSeconds: idle,
  busySeconds: busy,
  ratio,
  runningMeanwhile: [before.running, after.running],
  recordedMeanwhile: after.done - before.done,
};
if (values.json) process.stdout.write(`${JSON.stringify(snakeKeys(report))}\n`);
else for (const [name, value] of Object.entries(report)) process.stdout.write(`${name}: ${JSON.stringify(value)}\n`);
process.exitCode = ratio <= most && after.running > 0 ? 0 : 100;

async function progress(): Promise<BenchmarkProgress> {
  return BenchmarkProgress.parse(await handle.query('progress'));
}

async function times(name: string): Promise<number[]> {
  const seconds: number[] = [];
  for (let at = 1; at <= values.asks; at += 1) seconds.push(await ask(`${name}-${at}`));
  return seconds;
}

/** @returns seconds from the start to the outcome */
async function ask(workflowId: string): Promise<number> {
  const startMs = performance.now();
  const { limits } = benchmarkInput('load', 1);
  const repository = { kind: 'path', path: join(checkoutFolder, 'node_modules/fastify') };
  const question = 'How does Fastify decide which error handler runs when a hook throws?';
  const outcome = (await stack.client.workflow.execute('answerQuestion', {
    taskQueue: stack.config.taskQueue,
    workflowId,
    args: [{ question, repository, pipeline, forcedRoute: null, limits }],
  })) as AnswerOutcome;
  const seconds = Math.round((performance.now() - startMs) / 100) / 10;
  say(`${workflowId}: ${outcome.kind}, ${outcome.state.usage.modelCalls} model calls, ${seconds} s`);
  return seconds;
}

function middle(seconds: readonly number[]): number {
  return seconds.toSorted((a, b) => a - b)[Math.floor(seconds.length / 2)] ?? 0;
}
