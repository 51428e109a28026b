/** `npm run bench:cancels`: how soon a model's server sees that a run is cancelled. */
import { once } from 'node:events';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { setTimeout as pause } from 'node:timers/promises';
import { loadPipeline } from '../../application/pipelines/pipeline-files.ts';
import type { AnswerOutcome } from '../../contracts/run.ts';
import { seededRandom } from '../../lib/random.ts';
import { quantile } from '../support/figures.ts';
import { questionInput } from '../support/question-input.ts';
import { openStack, say } from '../support/stack.ts';
import { startWorkerProcess } from '../support/worker-process.ts';
import { readOptions } from '../support/bench-options.ts';

const values = readOptions(
  'npm run bench:cancels --',
  "Cancels runs whose model call hangs, and measures how long it takes until the model's server sees the call " +
    'go. Ends with 1 where that takes more than a second, or a run ends otherwise than cancelled with its state.',
  {
    runs: { type: 'number', default: 20, about: 'runs that are cancelled' },
    seed: { type: 'number', default: 1, about: 'seed of the random moments' },
  },
);
const runs = values.runs;
const random = seededRandom(values.seed);

/** Takes every call and answers none. */
const model = createServer();
model.listen(0, '127.0.0.1');
await once(model, 'listening');
const baseUrl = `http://127.0.0.1:${(model.address() as AddressInfo).port}/v1`;

await using stack = await openStack(null);
const config = { ...stack.config, model: { ...stack.config.model, baseUrl } };
await using _worker = await startWorkerProcess({ ...stack, config });
const asked = 'How are errors handled?';
const input = questionInput(asked, await loadPipeline('orchestrated'));
const reached: number[] = [];
const ended: number[] = [];
const outcomes = new Set<string>();
for (let run = 1; run <= runs; run += 1) {
  const called = once(model, 'request') as Promise<[IncomingMessage, ServerResponse]>;
  const handle = await stack.client.workflow.start('answerQuestion', {
    args: [input],
    taskQueue: config.taskQueue,
    workflowId: `cancelled-${run}`,
  });
  const [, response] = await called;
  // Heartbeats begin with the call: without this, each cancellation would meet them at the same moment.
  await pause(500 + random() * 2000);
  const gone = once(response, 'close');
  const began = performance.now();
  await handle.cancel();
  await gone;
  reached.push(performance.now() - began);
  const outcome = (await handle.result()) as AnswerOutcome;
  ended.push(performance.now() - began);
  const keepsState = outcome.state.question === asked;
  outcomes.add(keepsState ? outcome.kind : `${outcome.kind} without its state`);
  say(`${handle.workflowId}: ${Math.round(reached.at(-1) ?? 0)} ms, ended after ${Math.round(ended.at(-1) ?? 0)} ms`);
}
model.closeAllConnections();
model.close();
const spread = (all: readonly number[]) => ({
  p50: Math.round(quantile(all, 0.5)),
  worst: Math.round(Math.max(...all)),
});
const report = { runs, outcomes: [...outcomes], model_saw_it_ms: spread(reached), run_ended_ms: spread(ended) };
process.stdout.write(`${JSON.stringify(report)}\n`);
process.exitCode = Math.max(...reached) <= 1_000 && [...outcomes].join() === 'cancelled' ? 0 : 1;
