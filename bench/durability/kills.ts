/** `npm run bench:kills`: the worker killed at seeded moments of runs. */
import { setTimeout as pause } from 'node:timers/promises';
import type { AnswerOutcome } from '../../contracts/run.ts';
import { loadPipeline } from '../../application/pipelines/pipeline-files.ts';
import { seededRandom } from '../../lib/random.ts';
import { type CallCounts, countCalls, type Kill } from './call-counts.ts';
import { questionInput } from '../support/question-input.ts';
import { openStack, say, type Stack } from '../support/stack.ts';
import { startWorkerProcess } from '../support/worker-process.ts';
import { snakeKeys } from '../../lib/snake-keys.ts';
import { readOptions } from '../support/bench-options.ts';

/** Drafts are weak twice, so that a run has three tries; replies take long enough to be killed in. */
const faults = 'seed=1;latency=300-900;weak=2';
const values = readOptions(
  'npm run bench:kills --',
  "Kills the worker at seeded moments of runs and counts, from the model's own log, which calls were paid " +
    'twice. Ends with 1 where a finished call was, or more than one call in flight for a kill.',
  {
    kills: { type: 'number', default: 30, about: 'how often the worker is killed' },
    seed: { type: 'number', default: 1, about: 'seed of the random moments' },
    question: {
      type: 'string',
      value: 'text',
      default: 'How does Fastify decide which error handler runs when a hook throws?',
      about: 'what is asked',
    },
    repository: { type: 'string', value: 'path', default: 'node_modules/fastify', about: 'what it is asked about' },
    json: { type: 'boolean', about: 'a line of JSON instead of the figures' },
  },
);
const wanted = values.kills;
const random = seededRandom(values.seed);
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
  const pipeline = await loadPipeline('orchestrated');
  const { question, repository } = values;
  const input = questionInput(question, pipeline, {
    repository,
    limits: { modelCallSeconds: 30, heartbeatSeconds: 2 },
  });
  const handle = await client.workflow.start('answerQuestion', {
    args: [input],
    taskQueue: config.taskQueue,
    workflowId,
  });
  const ended = handle.result().then((outcome) => outcome as AnswerOutcome);
  for (;;) {
    await using worker = await startWorkerProcess(stack);
    const moment = kills.length < wanted ? pause(200 + random() * 2500, null) : new Promise<null>(() => {});
    const outcome = await Promise.race([ended, moment]);
    if (outcome !== null) {
      say(
        `${workflowId}: ${outcome.kind} after ${kills.filter((kill) => kill.workflowId === workflowId).length} kills`,
      );
      return `${outcome.kind}: ${outcome.state.final_answer ?? ''}`;
    }
    kills.push({ workflowId, at: Date.now(), ofWorker: true });
    await worker.kill();
  }
}

function print(counts: CallCounts): void {
  const report = { kills: kills.length, runs: outcomes.length, sameAnswer: new Set(outcomes).size === 1, ...counts };
  if (values.json) process.stdout.write(`${JSON.stringify(snakeKeys(report))}\n`);
  else for (const [name, value] of Object.entries(report)) process.stdout.write(`${name}: ${value}\n`);
}
