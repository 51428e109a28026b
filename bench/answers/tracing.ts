/** `npm run bench:tracing`: what tracing costs an answer while Langfuse is away. */
import { directly } from '../../lib/http-request.ts';
import { join } from 'node:path';
import { performance } from 'node:perf_hooks';
import { setTimeout as sleep } from 'node:timers/promises';
import { loadPipeline } from '../../application/pipelines/pipeline-files.ts';
import type { Config } from '../../config/config.ts';
import { checkoutFolder } from '../../config/load-config.ts';
import type { QuestionInput } from '../../contracts/run.ts';
import { createLogger } from '../../observability/logging.ts';
import { createRedactor } from '../../lib/redaction.ts';
import { startWorker } from '../../worker/create-worker.ts';
import { ownServer } from '../../runtime/host/server-address.ts';
import { installTemporalRuntime } from '../../worker/temporal-runtime.ts';
import { median } from './answer-figures.ts';
import { AbsentLangfuse, type Absence, absences } from './langfuse-away.ts';
import { openStack, say } from '../support/stack.ts';
import { snakeKeys } from '../../lib/snake-keys.ts';
import { readOptions } from '../support/bench-options.ts';

const mostRatio = 1.05;
const values = readOptions(
  'npm run bench:tracing --',
  'Asks the same question with and without tracing, in turn, while Langfuse is away, and prints the ratio of ' +
    'the medians. Ends with 1 above 1.05, or where a trace is missing once Langfuse is back.',
  {
    pairs: { type: 'number', default: 30, about: 'questions with tracing, and as many without' },
    latency: {
      type: 'string',
      value: 'from-to',
      default: '200-200',
      about: 'milliseconds of a model call; all alike, so that a difference comes from tracing',
    },
    json: { type: 'boolean', about: 'a line of JSON instead of the figures' },
  },
);
const pairs = values.pairs;
const log = createLogger({ level: 'silent', file: null, redactor: createRedactor([]) });
installTemporalRuntime(log, null);
await using langfuse = await AbsentLangfuse.open();
await using stack = await openStack(`seed=1;latency=${values.latency}`);
const server = ownServer(stack.address, stack.namespace);
const traced: Config['traces'] = {
  sink: 'langfuse',
  langfuse: {
    baseUrl: langfuse.baseUrl,
    linkUrl: langfuse.baseUrl,
    publicKey: 'pk',
    secretKey: 'sk',
    timeoutSeconds: 10,
    network: directly,
  },
  environment: 'bench',
  release: null,
  promptLabel: null,
  redact: null,
};
const plainWorker = await startWorker({ ...stack.config, taskQueue: 'plain' }, server, log);
const tracedWorker = await startWorker({ ...stack.config, taskQueue: 'traced', traces: traced }, server, log);
const input: QuestionInput = {
  question: 'Which error does Fastify give when a route is declared twice?',
  repository: { kind: 'path', path: join(checkoutFolder, 'node_modules/fastify') },
  pipeline: await loadPipeline('orchestrated'),
  forcedRoute: null,
  limits: { modelCallSeconds: 30, modelCallTotalSeconds: 300, modelCallAttempts: 5, heartbeatSeconds: 5 },
};
let asked = 0;
for (const queue of ['plain', 'traced', 'plain', 'traced']) await ask(queue);
const rows: Row[] = [];
for (const absence of absences) rows.push(await measure(absence));
await langfuse.be(null);
const complete = await allArrived();
await Promise.all([plainWorker.stop(), tracedWorker.stop()]);
print();
process.exitCode = complete && rows.every(({ ratio }) => ratio <= mostRatio) ? 0 : 1;

type Row = { absence: Absence; plainMs: number; tracedMs: number; ratio: number; grownMb: number };

async function measure(absence: Absence): Promise<Row> {
  await langfuse.be(absence);
  const times: Record<string, number[]> = { plain: [], traced: [] };
  const beforeBytes = process.memoryUsage().rss;
  // Plain first, then traced first: what one leaves in the background falls on both alike.
  for (let pair = 0; pair < pairs; pair += 1)
    for (const queue of pair % 2 === 0 ? ['plain', 'traced'] : ['traced', 'plain'])
      times[queue]?.push(await ask(queue));
  const [plainMs, tracedMs] = [median(times.plain ?? []), median(times.traced ?? [])];
  const grownMb = Math.round((process.memoryUsage().rss - beforeBytes) / 1e6);
  const row = { absence, plainMs, tracedMs, ratio: tracedMs / plainMs, grownMb };
  say(`${absence}: ${plainMs.toFixed(0)} ms without, ${tracedMs.toFixed(0)} ms with, ratio ${row.ratio.toFixed(3)}`);
  return row;
}

/** Milliseconds until the answer is there. */
async function ask(taskQueue: string): Promise<number> {
  asked += 1;
  const startMs = performance.now();
  await stack.client.workflow.execute('answerQuestion', {
    args: [input],
    taskQueue,
    workflowId: `${taskQueue}-${asked}`,
  });
  return performance.now() - startMs;
}

/** Exports that have failed for two minutes are tried again within the next two. */
async function allArrived(): Promise<boolean> {
  const expected = absences.length * pairs + 2;
  for (let left = 300; left > 0 && langfuse.roots.size < expected; left -= 1) await sleep(1000);
  say(`${langfuse.roots.size} of ${expected} traces have arrived`);
  return langfuse.roots.size === expected;
}

function print(): void {
  if (values.json) process.stdout.write(`${JSON.stringify(snakeKeys({ rows, complete }))}\n`);
  else
    for (const { absence, plainMs, tracedMs, ratio, grownMb } of rows)
      process.stdout.write(
        `Langfuse ${absence}: median ${plainMs.toFixed(0)} ms without tracing, ${tracedMs.toFixed(0)} ms with, ratio ${ratio.toFixed(3)}, memory grown by ${grownMb} MB\n`,
      );
}
