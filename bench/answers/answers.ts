/**
 * Asks every question of a file and prints how many answers cite the expected places, how many abstain, what history weighs,
 * and what the models' input is made of.
 */
import { readFile } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { parseArgs } from 'node:util';
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

const { values } = parseArgs({
  options: {
    file: { type: 'string', default: join(checkoutFolder, 'datasets/packages.jsonl') },
    pipeline: { type: 'string', default: 'orchestrated' },
    faults: { type: 'string' },
    'against-faultless': { type: 'boolean', default: false },
    concurrency: { type: 'string', default: '4' },
    json: { type: 'boolean', default: false },
    verbose: { type: 'boolean', default: false },
  },
});
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
    const width = Number(values.concurrency);
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
