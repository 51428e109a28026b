/** Kills the worker at seeded moments of runs and counts, from the model's own log, which calls were paid twice. */
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { parseArgs } from 'node:util';
import { checkoutFolder } from '../config/load-config.ts';
import type { AnswerOutcome } from '../contracts/outcome.ts';
import type { QuestionInput } from '../contracts/question.ts';
import { loadPipeline } from '../client/pipeline-files.ts';
import { type CallCounts, countCalls, type Kill } from './call-counts.ts';
import { openStack, type Stack, say } from './stack.ts';

/** Drafts are weak twice, so that a run has three tries; replies take long enough to be killed in. */
const faults = 'seed=1;latency=300-900;weak=2';
const question = 'How does Fastify decide which error handler runs when a hook throws?';

const { values } = parseArgs({
  options: {
    kills: { type: 'string', default: '30' },
    seed: { type: 'string', default: '1' },
    json: { type: 'boolean', default: false },
  },
});
const wanted = Number(values.kills);
const random = seeded(Number(values.seed));
await using stack = await openStack(faults);
const kills: Kill[] = [];
const outcomes: string[] = [];
while (kills.length < wanted) outcomes.push(await runUnderKills(stack));
const counts = await countCalls(stack, kills);
print(counts);
process.exitCode =
  counts.repeatedAfterRecorded + counts.repeatedAfterReceived === 0 && counts.mostInFlightAKill <= 1 ? 0 : 1;

/** One run, its worker killed again and again until the run or the kills are at their end. */
async function runUnderKills({ client, config }: Stack): Promise<string> {
  const workflowId = `killed-${outcomes.length + 1}`;
  const input = await questionInput();
  const handle = await client.workflow.start('answerQuestion', {
    args: [input],
    taskQueue: config.taskQueue,
    workflowId,
  });
  const ended = handle.result().then((outcome) => outcome as AnswerOutcome);
  for (;;) {
    await using worker = await startWorkerProcess();
    const moment = kills.length < wanted ? pause(200 + random() * 2500, null) : new Promise<null>(() => {});
    const outcome = await Promise.race([ended, moment]);
    if (outcome !== null) {
      say(
        `${workflowId}: ${outcome.kind} after ${kills.filter((kill) => kill.workflowId === workflowId).length} kills`,
      );
      return `${outcome.kind}: ${outcome.state.final_answer ?? ''}`;
    }
    kills.push({ workflowId, at: Date.now() });
    worker.child.kill('SIGKILL');
    await worker.gone;
  }
}

async function questionInput(): Promise<QuestionInput> {
  return {
    question,
    repository: { kind: 'path', path: join(checkoutFolder, 'node_modules/fastify') },
    pipeline: await loadPipeline('orchestrated'),
    forcedRoute: null,
    limits: { modelCallSeconds: 30, modelCallTotalSeconds: 300, modelCallAttempts: 5, heartbeatSeconds: 2 },
  };
}

/** `npm run worker` as a child, ready; disposing it kills it, for its work is then done. */
async function startWorkerProcess() {
  const child = spawn(process.execPath, [join(checkoutFolder, 'worker/main.ts')], {
    env: {
      ...process.env,
      TEMPORAL_ADDRESS: stack.address,
      SWITCHYARD_HOME: stack.home,
      SWITCHYARD_TASK_QUEUE: stack.config.taskQueue,
      SWITCHYARD_MODEL: stack.config.model.specialist,
      SWITCHYARD_LOG_LEVEL: 'error',
      OPENAI_BASE_URL: stack.config.model.baseUrl ?? '',
    },
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  const gone = once(child, 'exit');
  await Promise.race([
    once(child.stdout, 'data'),
    gone.then(() => Promise.reject(new Error('the worker did not start'))),
  ]);
  return { child, gone, [Symbol.asyncDispose]: () => stopped(child, gone) };
}

async function stopped(child: ChildProcess, gone: Promise<unknown>): Promise<void> {
  if (child.exitCode === null && child.signalCode === null) child.kill('SIGKILL');
  await gone;
}

function print(counts: CallCounts): void {
  const report = { kills: kills.length, runs: outcomes.length, sameAnswer: new Set(outcomes).size === 1, ...counts };
  if (values.json) process.stdout.write(`${JSON.stringify(report)}\n`);
  else for (const [name, value] of Object.entries(report)) process.stdout.write(`${name}: ${value}\n`);
}

/** Mulberry32: a small seeded generator (public domain, Tommy Ettinger). */
function seeded(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}
