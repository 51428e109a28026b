/** `npm run bench:event-loop`: indexing and a hostile pattern beside open model calls. */
import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { monitorEventLoopDelay } from 'node:perf_hooks';
import { loadPipeline } from '../../application/pipelines/pipeline-files.ts';
import { checkoutFolder } from '../../config/load-config.ts';
import type { AnswerOutcome } from '../../contracts/run.ts';
import type { RepositoryRef } from '../../contracts/snapshot.ts';
import { createLogger } from '../../observability/logging.ts';
import { createRedactor } from '../../lib/redaction.ts';
import { createRetrieval } from '../../retrieval/repository.ts';
import { startWorker } from '../../worker/create-worker.ts';
import { ownServer } from '../../runtime/host/server-address.ts';
import { installTemporalRuntime } from '../../worker/temporal-runtime.ts';
import { openStack, type Stack } from '../support/stack.ts';
import { snakeKeys } from '../../lib/snake-keys.ts';
import { readOptions } from '../support/bench-options.ts';

const values = readOptions(
  'npm run bench:event-loop --',
  'Indexes a large folder and searches it for a hostile pattern beside open model calls. Ends with 100 where a ' +
    'heartbeat is missed or the event loop is late by 100 ms or more (p99).',
  {
    megabytes: { type: 'number', default: 30, about: 'size of the folder' },
    json: { type: 'boolean', about: 'a line of JSON instead of the figures' },
  },
);
const heartbeatSeconds = 5;
const pipeline = await loadPipeline('single-agent');
const log = createLogger({ level: 'error', file: null, redactor: createRedactor([]) });
installTemporalRuntime(log, null);
// Every model call stays open for longer than the heartbeat time-out.
await using stack = await openStack('seed=1;latency=8000-9000');
const worker = await startWorker(stack.config, ownServer(stack.address, stack.namespace), log);
const large = await writeLargeFolder(join(stack.dataDirectory, 'large'), values.megabytes);
const delay = monitorEventLoopDelay({ resolution: 10 });
const asked = await ask(stack, 'How are request ids generated?', join(checkoutFolder, 'node_modules/fastify'));
delay.enable();
const [indexSeconds, grep] = await indexAndGrep(stack.dataDirectory, large);
delay.disable();
const outcome = (await asked.result()) as AnswerOutcome;
const missed = await timedOutAttempts(asked);
await worker.stop();
const report = {
  outcome: outcome.kind,
  indexedMegabytes: values.megabytes,
  indexSeconds,
  grep,
  heartbeatsMissed: missed,
  eventLoopDelayP99Ms: Math.round(delay.percentile(99) / 1e5) / 10,
  eventLoopDelayMaxMs: Math.round(delay.max / 1e5) / 10,
};
if (values.json) process.stdout.write(`${JSON.stringify(snakeKeys(report))}\n`);
else for (const [name, value] of Object.entries(report)) process.stdout.write(`${name}: ${value}\n`);
process.exitCode = missed === 0 && report.eventLoopDelayP99Ms < 100 ? 0 : 100;

async function ask({ client, config }: Stack, question: string, path: string) {
  const limits = { modelCallSeconds: 60, modelCallTotalSeconds: 300, modelCallAttempts: 2, heartbeatSeconds };
  const input = { question, repository: { kind: 'path', path }, pipeline, forcedRoute: null, limits };
  return client.workflow.start('answerQuestion', {
    taskQueue: config.taskQueue,
    workflowId: 'event-loop',
    args: [input],
  });
}

/** A second set of threads in this process, on the same event loop as the worker. */
async function indexAndGrep(dataDirectory: string, ref: RepositoryRef): Promise<[seconds: number, grep: string]> {
  await using retrieval = createRetrieval({ dataDirectory });
  const { signal } = new AbortController();
  const startMs = performance.now();
  const { id, repositoryKey, url } = await retrieval.open(ref, { signal });
  const seconds = Math.round((performance.now() - startMs) / 100) / 10;
  const request = { callId: '1', tool: 'grep', argumentsText: JSON.stringify({ pattern: '(a+)+$' }) };
  const { text } = await retrieval.runTool({ id, repositoryKey, url }, request, ['grep'], signal);
  return [seconds, text.split('\n', 1)[0] ?? ''];
}

/** Attempts beyond the first: with a healthy model only a missed heartbeat makes one. */
async function timedOutAttempts(handle: Awaited<ReturnType<typeof ask>>): Promise<number> {
  const { events } = await handle.fetchHistory();
  const attempts = (events ?? []).map((event) => event.activityTaskStartedEventAttributes?.attempt ?? 1);
  return attempts.reduce((sum, attempt) => sum + attempt - 1, 0);
}

async function writeLargeFolder(folder: string, megabytes: number): Promise<RepositoryRef> {
  await mkdir(folder, { recursive: true });
  const hostile = `// ${'a'.repeat(250)}!`;
  const lines = Array.from({ length: 400 }, (_, at) => `export function step${at}(input) { return input + ${at}; }`);
  const text = [hostile, ...lines].join('\n');
  const files = Math.ceil((megabytes * 1024 * 1024) / text.length);
  for (let at = 0; at < files; at += 1) await writeFile(join(folder, `part${at}.js`), `// file ${at}\n${text}\n`);
  return { kind: 'path', path: folder };
}
