/** `npm run bench:answers`: how well the questions of a file are answered, and what that sends. */
import { readFile } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { inParallel } from '../../lib/in-parallel.ts';
import { loadPipeline } from '../../application/pipelines/pipeline-files.ts';
import { checkoutFolder } from '../../config/load-config.ts';
import type { AnswerOutcome } from '../../contracts/run.ts';
import { createLogger } from '../../observability/logging.ts';
import { createRedactor } from '../../lib/redaction.ts';
import { startWorker } from '../../worker/create-worker.ts';
import { ownServer } from '../../runtime/host/server-address.ts';
import { installTemporalRuntime } from '../../worker/temporal-runtime.ts';
import { type Answered, type BenchQuestion, figuresOf, verdictOf } from './answer-figures.ts';
import { openStack, say } from '../support/stack.ts';
import { watchModel } from '../support/watched-model.ts';
import { inputTokens } from './input-sources.ts';
import { snakeKeys } from '../../lib/snake-keys.ts';
import { readOptions } from '../support/bench-options.ts';

const values = readOptions(
  'npm run bench:answers --',
  'Asks every question of a file and prints how many answers cite the expected places, how many abstain, what ' +
    'history weighs, and what the input of the models is made of. Ends with 100 where a target is not met.',
  {
    file: {
      type: 'string',
      value: 'path',
      default: join(checkoutFolder, 'datasets/packages.jsonl'),
      about: 'questions with the places that their answers should cite, as JSON lines',
    },
    pipeline: { type: 'string', value: 'name or file', default: 'orchestrated', about: 'the pipeline that answers' },
    faults: { type: 'string', value: 'text', about: "the offline model's fault switch, for example seed=1;429=0.2" },
    'against-faultless': {
      type: 'boolean',
      about: 'ask once more without faults, and compare every ending and answer',
    },
    concurrency: { type: 'number', default: 4, about: 'questions at a time' },
    json: { type: 'boolean', about: 'a line of JSON instead of the figures' },
    verbose: { type: 'boolean', about: 'a line on stderr for each question' },
  },
);
const questions = (await readFile(values.file, 'utf8'))
  .split('\n')
  .filter((line) => line.trim() !== '')
  .map((line) => JSON.parse(line) as BenchQuestion);
const pipeline = await loadPipeline(values.pipeline);
const log = createLogger({ level: 'error', file: null, redactor: createRedactor([]) });
installTemporalRuntime(log, null);
const { answered, asked } = await askAll(values.faults ?? null);
const sameAsFaultless = values['against-faultless'] ? compare(answered, (await askAll(null)).answered) : null;
const figures = {
  pipeline: pipeline.name,
  faults: values.faults ?? null,
  ...figuresOf(answered),
  inputTokens: asked === null ? null : inputTokens(asked, questions.length),
  sameAsFaultless,
};
if (values.json) process.stdout.write(`${JSON.stringify(snakeKeys(figures))}\n`);
else for (const [name, value] of Object.entries(figures)) process.stdout.write(`${name}: ${JSON.stringify(value)}\n`);
process.exitCode = figures.met ? 0 : 100;

async function askAll(faults: string | null) {
  await using stack = await openStack(faults);
  // Faults come over the wire as they are: nobody stands between.
  await using model = faults === null ? await watchModel(stack.config.model.baseUrl ?? '') : null;
  const baseUrl = model?.url ?? stack.config.model.baseUrl;
  const config = { ...stack.config, model: { ...stack.config.model, baseUrl } };
  const worker = await startWorker(config, ownServer(stack.address, stack.namespace), log);
  const answers: Answered[] = [];
  try {
    const width = values.concurrency;
    const signal = new AbortController().signal;
    await inParallel(questions, { width, signal }, ask, (each) => answers.push(each));
  } finally {
    await worker.stop();
  }
  return {
    answered: answers.toSorted((a, b) => a.question.id.localeCompare(b.question.id)),
    asked: model?.asked ?? null,
  };

  async function ask(question: BenchQuestion): Promise<Answered> {
    const handle = await stack.client.workflow.start('answerQuestion', {
      taskQueue: stack.config.taskQueue,
      workflowId: `bench-${question.id}`,
      args: [
        {
          question: question.question,
          repository: { kind: 'path', path: resolve(checkoutFolder, 'datasets', question.repository) },
          pipeline,
          forcedRoute: null,
          limits: { modelCallSeconds: 30, modelCallTotalSeconds: 300, modelCallAttempts: 5, heartbeatSeconds: 10 },
        },
      ],
    });
    const outcome = (await handle.result()) as AnswerOutcome;
    const { historyLength, historySize = 0 } = await handle.describe();
    const done = { question, outcome, events: historyLength, bytes: historySize };
    if (values.verbose) say(`${question.id} ${outcome.state.route} ${verdictOf(done)} ${outcome.kind}`);
    return done;
  }
}

/** How many questions end the same way with faults as without: kind, answer and citations. */
function compare(faulty: readonly Answered[], faultless: readonly Answered[]): string {
  const ending = ({ outcome }: Answered) =>
    JSON.stringify([outcome.kind, outcome.state.final_answer, outcome.state.evidence]);
  const same = faulty.filter((each, at) => {
    const other = faultless[at];
    const equal = other !== undefined && ending(each) === ending(other);
    if (!equal) say(`differs: ${each.question.id} ${each.outcome.kind} / ${other?.outcome.kind}`);
    return equal;
  });
  return `${same.length} of ${faulty.length}`;
}
