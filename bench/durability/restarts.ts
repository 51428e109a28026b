/** `npm run bench:restarts`: questions asked while the Temporal server is killed. */
import { execFile } from 'node:child_process';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { checkoutFolder } from '../../config/load-config.ts';
import { seededRandom } from '../../lib/random.ts';
import { openStack, say } from '../support/stack.ts';
import { startWorkerProcess } from '../support/worker-process.ts';
import { readOptions } from '../support/bench-options.ts';

const values = readOptions(
  'npm run bench:restarts --',
  'Asks questions while the Temporal server is killed and started again, and counts which of them were started, ' +
    'and how often. Ends with 1 where one was not started once.',
  {
    runs: { type: 'number', default: 20, about: 'questions that are asked, each with a kill of the server' },
    seed: { type: 'number', default: 1, about: 'seed of the random moments' },
  },
);
const runs = values.runs;
const random = seededRandom(values.seed);
await using stack = await openStack(null);
await using _worker = await startWorkerProcess(stack);
let asked = 0;
let waited = 0;
const seconds: number[] = [];
for (let run = 1; run <= runs; run += 1) {
  const began = performance.now();
  const asking = askDetached(`restart-${run}`);
  await pause(random() * 1500);
  await stack.killServer();
  const { code, stderr } = await asking;
  seconds.push((performance.now() - began) / 1000);
  if (code === 0) asked += 1;
  if (stderr.includes('is not ready')) waited += 1;
  say(`restart-${run}: code ${code} after ${seconds.at(-1)?.toFixed(1)} s: ${stderr.trim().split('\n')[0]}`);
}
let started = 0;
for (let run = 1; run <= runs; run += 1) {
  for await (const _ of stack.client.workflow.list({ query: `WorkflowId = "restart-${run}"` })) started += 1;
}
const report = {
  asked: runs,
  accepted: asked,
  said_that_they_wait: waited,
  runs_started: started,
  seconds_most: Math.max(...seconds),
};
process.stdout.write(`${JSON.stringify(report)}\n`);
process.exitCode = asked === runs && started === runs ? 0 : 1;

function askDetached(id: string): Promise<{ code: number; stderr: string }> {
  const question = ['How are errors handled?', '--repo', join(checkoutFolder, 'node_modules/commander')];
  const args = [join(checkoutFolder, 'client/bin.js'), 'ask', ...question, '--detach', '--id', id];
  const env = {
    ...process.env,
    TEMPORAL_ADDRESS: stack.address,
    // A runtime in the server's own data directory would stop the server as one that was left over.
    SWITCHYARD_HOME: join(stack.dataDirectory, 'client'),
    SWITCHYARD_TASK_QUEUE: stack.config.taskQueue,
    SWITCHYARD_TRACES: 'none',
    OPENAI_BASE_URL: stack.config.model.baseUrl ?? '',
    SWITCHYARD_MODEL: stack.config.model.specialist,
  };
  return new Promise((resolve) => {
    execFile(process.execPath, args, { env }, (error, _stdout, stderr) =>
      resolve({ code: error === null ? 0 : Number(error.code), stderr }),
    );
  });
}
