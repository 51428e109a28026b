/** `npm run bench:limits`: two workers whose model has a limit of calls a minute. */
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { loadPipeline } from '../../application/pipelines/pipeline-files.ts';
import { checkoutFolder } from '../../config/load-config.ts';
import { writeLimitsFile } from '../../config/model-limits.ts';
import { noLimits } from '../../contracts/model/limits.ts';
import { benchmarkPriority, modelQueueOf } from '../../contracts/names.ts';
import type { AnswerOutcome, QuestionInput } from '../../contracts/run.ts';
import { snakeKeys } from '../../lib/snake-keys.ts';
import { createRedactor } from '../../lib/redaction.ts';
import { createLogger } from '../../observability/logging.ts';
import { ownServer } from '../../runtime/host/server-address.ts';
import { setQueueRate } from '../../runtime/temporal/queue-rate.ts';
import { startWorker } from '../../worker/create-worker.ts';
import { installTemporalRuntime } from '../../worker/temporal-runtime.ts';
import { fastifyQuestions } from '../support/benchmark-folder.ts';
import { openStack, say } from '../support/stack.ts';
import { watchModel } from '../support/watched-model.ts';
import { readOptions } from '../support/bench-options.ts';

const values = readOptions(
  'npm run bench:limits --',
  'Asks many questions at once of two workers whose model takes so many calls a minute, one of a person among ' +
    'them, then raises the limit, and asks for two tenants. Ends with 100 where more calls go out than the limit ' +
    'allows, a run fails, or the person waits for others.',
  {
    requests: { type: 'number', default: 60, about: 'calls that the model takes in a minute' },
    questions: { type: 'number', default: 20, about: 'questions that are asked at once' },
    clock: {
      type: 'number',
      default: 60,
      about: 'seconds that a run may work; far less than the questions take, if waiting counted',
    },
    json: { type: 'boolean', about: 'a line of JSON instead of the figures' },
  },
);
const perMinute = values.requests;
const clockSeconds = values.clock;
const log = createLogger({ level: 'error', file: null, redactor: createRedactor([]) });
installTemporalRuntime(log, null);
await using stack = await openStack('seed=1;latency=200-400');
await using model = await watchModel(stack.config.model.baseUrl ?? '');
const limits = { model: { ...noLimits, requests: perMinute }, fallback: noLimits };
const config = { ...stack.config, model: { ...stack.config.model, baseUrl: model.url, limits } };
const server = ownServer(stack.address, stack.namespace);
const workers = [await startWorker(config, server, log), await startWorker(config, server, log)];
const pipeline = await loadPipeline('orchestrated');
const questions = await fastifyQuestions(values.questions);

type Asked = { outcome: AnswerOutcome; seconds: number; calls: number; endedMs: number };
type How = { queued: boolean; batch?: boolean; tenant?: string; clock?: number };

await ask('warm-up', questions[0]?.question ?? '', { queued: false, clock: 600 });
const idle = await ask('idle', questions[0]?.question ?? '', { queued: false });
const beforeMs = performance.now();
const batch = questions.map(({ question }, at) => ask(`batch-${at}`, question, { queued: true, batch: true }));
await pause(15_000);
const person = await ask('person', questions[0]?.question ?? '', { queued: true });
const all = [...(await Promise.all(batch)), person];
const atMs = model.askedAtMs.filter((ms) => ms >= beforeMs);
const seconds = (performance.now() - beforeMs) / 1000;

const raised = perMinute * 5;
writeLimitsFile(config.dataDirectory, { model: { ...noLimits, requests: raised } });
const queue = { namespace: stack.namespace, taskQueue: modelQueueOf(config.taskQueue, 'model') };
const refusal = await setQueueRate(stack.client.workflowService, queue, raised);
if (refusal !== null) throw new Error(refusal);
await pause(3_000);
const raisedMs = performance.now();
const tenants = [
  ...questions.slice(0, 10).map(({ question }, at) => ask(`first-${at}`, question, { queued: true, tenant: 'first' })),
  ...questions.slice(0, 2).map(({ question }, at) => ask(`second-${at}`, question, { queued: true, tenant: 'second' })),
];
const shared = await Promise.all(tenants);
const afterMs = model.askedAtMs.filter((ms) => ms >= raisedMs);
const secondLast = Math.max(...shared.slice(-2).map(({ endedMs }) => endedMs));
for (const worker of workers) await worker.stop();

const failed = [...all, ...shared].filter(
  ({ outcome: { kind } }) => kind !== 'answered' && kind !== 'insufficient-evidence',
);
const counted = all.reduce((sum, { calls }) => sum + calls, 0);
const report = {
  limitPerMinute: perMinute,
  questions: all.length,
  calls: atMs.length,
  callsCounted: counted,
  seconds: Math.round(seconds),
  mostInAMinute: mostWithin(atMs, 60_000),
  mostInASecond: mostWithin(atMs, 1_000),
  failed: failed.map(({ outcome }) => outcome.kind),
  clockSeconds,
  longestQuestionSeconds: Math.max(...all.map((each) => each.seconds)),
  idleSeconds: idle.seconds,
  personSeconds: person.seconds,
  personCalls: person.calls,
  personMostSeconds: Math.round(10 * ((person.calls * 60) / perMinute + idle.seconds)) / 10,
  raisedTo: raised,
  mostInASecondThen: mostWithin(afterMs, 1_000),
  callsPerMinuteThen: Math.round((afterMs.length * 60_000) / Math.max(1, (afterMs.at(-1) ?? 0) - (afterMs[0] ?? 0))),
  firstTenantEndedBeforeSecond: shared.slice(0, -2).filter(({ endedMs }) => endedMs < secondLast).length,
};
if (values.json) process.stdout.write(`${JSON.stringify(snakeKeys(report))}\n`);
else for (const [name, value] of Object.entries(report)) process.stdout.write(`${name}: ${JSON.stringify(value)}\n`);
// The server gives out what a second has left at once.
const burst = Math.ceil(perMinute / 60) + 1;
const holds =
  report.mostInAMinute <= perMinute + burst &&
  failed.length === 0 &&
  counted === atMs.length &&
  report.longestQuestionSeconds > clockSeconds &&
  // A call that the server had taken out for its turn when the person's came is before it.
  person.seconds <= report.personMostSeconds + 60 / perMinute + 2;
process.exitCode = holds ? 0 : 100;

async function ask(
  workflowId: string,
  question: string,
  { queued, batch: isBatch = false, tenant, clock = clockSeconds }: How,
): Promise<Asked> {
  const startMs = performance.now();
  const input: QuestionInput = {
    ...{
      question,
      repository: { kind: 'path', path: join(checkoutFolder, 'node_modules/fastify') },
      forcedRoute: null,
    },
    pipeline: { ...pipeline, budget: { ...pipeline.budget, wallClockSeconds: clock } },
    limits: {
      ...{ modelCallSeconds: 20, modelCallTotalSeconds: clock, modelCallAttempts: 5, heartbeatSeconds: 5 },
      ...(queued ? { queues: { model: 'model', fallback: 'model' } } : {}),
    },
  };
  const priority = isBatch ? benchmarkPriority('load') : tenant === undefined ? {} : { fairnessKey: tenant };
  const outcome = (await stack.client.workflow.execute('answerQuestion', {
    ...{ taskQueue: config.taskQueue, workflowId, args: [input], priority },
  })) as AnswerOutcome;
  const took = Math.round((performance.now() - startMs) / 100) / 10;
  const { modelCalls } = outcome.state.usage;
  say(`${workflowId}: ${outcome.kind}, ${modelCalls} model calls, ${took} s`);
  return { outcome, seconds: took, calls: modelCalls, endedMs: performance.now() };
}

/** The most calls that came within any span of that length. */
function mostWithin(times: readonly number[], spanMs: number): number {
  return Math.max(0, ...times.map((from) => times.filter((ms) => ms >= from && ms < from + spanMs).length));
}
