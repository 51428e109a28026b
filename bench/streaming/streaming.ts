/** `npm run bench:streaming`: answers from a model that writes word by word. */
import { setTimeout as pause } from 'node:timers/promises';
import { draftText } from '../../activities/agents/draft-text.ts';
import { loadPipeline } from '../../application/pipelines/pipeline-files.ts';
import { dataPaths } from '../../config/data-paths.ts';
import { Drafts } from '../../contracts/draft-stream.ts';
import type { AnswerOutcome } from '../../contracts/run.ts';
import { seededRandom } from '../../lib/random.ts';
import { readDrafts } from '../../runtime/client/draft-reader.ts';
import { activityContext } from '../../test/support/activity-context.ts';
import { DraftBuffer } from '../../worker/streaming/draft-buffer.ts';
import { quantile, round } from '../support/figures.ts';
import { questionInput } from '../support/question-input.ts';
import { openStack, say } from '../support/stack.ts';
import { startWorkerProcess } from '../support/worker-process.ts';
import { askOnTerminal } from './terminal-run.ts';
import { startWritingModel } from './writing-model.ts';
import { readOptions } from '../support/bench-options.ts';

const values = readOptions(
  'npm run bench:streaming --',
  'Streams from a model that writes a word every 20 ms: how late a word is where it is read and on a terminal, ' +
    'what a kill of the worker in the middle leaves, how soon a cancel reaches the model, and what it costs a run ' +
    'that nobody watches.',
  {
    runs: { type: 'number', default: 5, about: 'runs that are watched, and as many on a terminal' },
    kills: { type: 'number', default: 20, about: 'how often the worker is killed in the middle of an answer' },
    cancels: { type: 'number', default: 10, about: 'runs that are cancelled in the middle of an answer' },
    seed: { type: 'number', default: 1, about: 'seed of the random moments' },
  },
);
const random = seededRandom(values.seed);
const paceMs = 20;

await using stack = await openStack(null);
const { streams } = dataPaths(stack.dataDirectory);
await using long = await startWritingModel(200, paceMs);
await using short = await startWritingModel(100, paceMs);
const pipeline = await loadPipeline('single-agent-ungated');

async function start(workflowId: string) {
  const input = questionInput('How are errors handled?', pipeline);
  const options = { args: [input], taskQueue: stack.config.taskQueue, workflowId };
  const handle = await stack.client.workflow.start('answerQuestion', options);
  return { handle, run: { workflowId, runId: handle.firstExecutionRunId } };
}

const workerFor = (baseUrl: string) =>
  startWorkerProcess({ ...stack, config: { ...stack.config, model: { ...stack.config.model, baseUrl } } });

/** Null of nothing: there is no terminal to measure on. */
const figure = (all: readonly number[], share: number) => (all.length === 0 ? null : round(quantile(all, share), 1));
const spread = (all: readonly number[]) => ({
  ...{ words: all.length, p50_ms: figure(all, 0.5), p99_ms: figure(all, 0.99), worst_ms: figure(all, 1) },
});

/** From the model's word to whoever reads the worker's socket. */
async function readerDelays(): Promise<number[]> {
  const delays: number[] = [];
  await using _worker = await workerFor(long.url);
  for (let number = 1; number <= values.runs; number += 1) {
    const { handle, run } = await start(`read-${number}`);
    const drafts = new Drafts();
    let known = 0;
    using _reading = readDrafts(streams, run, (event) => {
      const nowMs = performance.now();
      const { draft } = drafts.take(event);
      const words = draft.text === '' ? 0 : draft.text.split(' ').length;
      for (; known < words; known += 1) delays.push(nowMs - (long.sentAtMs[known] ?? nowMs));
    });
    await handle.result();
    say(`read-${number}: ${known} words`);
  }
  return delays;
}

async function terminalDelays(): Promise<number[]> {
  const delays: number[] = [];
  await using _worker = await workerFor(long.url);
  for (let number = 1; number <= values.runs; number += 1) {
    const drawn = await askOnTerminal(stack, long.url, `How are errors handled, ${number}?`);
    if (drawn === null) break;
    for (const [at, drawnMs] of drawn) delays.push(drawnMs - (long.sentAtMs[at] ?? drawnMs));
    say(`terminal ${number}: ${drawn.size} words`);
  }
  return delays;
}

/** What a reader shows over a kill of the worker, which the next one takes up. */
async function kills() {
  const report = { kills: 0, same_text: 0, shown_doubled: 0, ended_as_shown: 0, requests: 0 };
  let worker = await workerFor(short.url);
  for (let number = 1; number <= values.kills; number += 1) {
    const askedBefore = short.asked;
    const { handle, run } = await start(`killed-${number}`);
    const drafts = new Drafts();
    let isDoubled = false;
    let onText = () => {};
    using _reading = readDrafts(streams, run, (event) => {
      const { text } = drafts.take(event).draft;
      isDoubled ||= !short.answer.startsWith(text);
      onText();
    });
    const killAt = Math.floor(short.answer.length * (0.05 + random() * 0.9));
    await new Promise<void>((resolve) => {
      onText = () => drafts.all().some(({ text }) => text.length >= killAt) && resolve();
    });
    await worker.kill();
    report.kills += 1;
    worker = await workerFor(short.url);
    const outcome = (await handle.result()) as AnswerOutcome;
    await pause(100);
    const shown = drafts.all().map(({ text }) => text);
    report.same_text += outcome.state.final_answer === short.answer ? 1 : 0;
    report.shown_doubled += isDoubled || shown.length !== 1 ? 1 : 0;
    report.ended_as_shown += shown[0] === short.answer ? 1 : 0;
    report.requests += short.asked - askedBefore;
    say(`killed-${number}: at ${killAt} of ${short.answer.length} characters, ${outcome.kind}`);
  }
  await worker.kill();
  return report;
}

/** How long after a cancel in the middle of a stream the model's connection is gone. */
async function cancels(): Promise<number[]> {
  const reached: number[] = [];
  await using _worker = await workerFor(long.url);
  for (let number = 1; number <= values.cancels; number += 1) {
    const { handle, run } = await start(`cancelled-${number}`);
    const heard = Promise.withResolvers<void>();
    using _reading = readDrafts(streams, run, () => heard.resolve());
    await heard.promise;
    await pause(random() * 1500);
    const { gone } = long;
    const beganMs = performance.now();
    await handle.cancel();
    await gone;
    reached.push(performance.now() - beganMs);
    await handle.result();
  }
  return reached;
}

/** CPU of the worker for a piece of text that nobody reads. */
function unwatched() {
  const pieces = 200_000;
  const each = 500;
  const piece = 'of some eight tokens, as a model sends ';
  const buffer = new DraftBuffer();
  const cpu = process.cpuUsage();
  for (let call = 0; call < pieces / each; call += 1) {
    const context = activityContext({ run: { workflowId: `w${call}`, runId: 'r' } });
    const payment = { key: 'c', scope: { stage: 'specialist' } } as const;
    const draft = draftText(buffer.tell, context, { role: 'specialist', toolChoice: 'auto' }, payment);
    draft?.listener.begins();
    draft?.listener.says('{"answer": "');
    for (let at = 0; at < each; at += 1) draft?.listener.says(piece);
  }
  const { user, system } = process.cpuUsage(cpu);
  return { pieces, us_per_piece: Math.round(((user + system) / pieces) * 100) / 100 };
}

const report = {
  unwatched: unwatched(),
  reader: spread(await readerDelays()),
  terminal: spread(await terminalDelays()),
  kills: await kills(),
  cancels: spread(await cancels()),
};
process.stdout.write(`${JSON.stringify(report, null, 2)}\n`);
