import assert from 'node:assert/strict';
import { once } from 'node:events';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { setImmediate } from 'node:timers/promises';
import threads from 'node:worker_threads';
import { inLeanThreads, startThreadAhead } from '../../worker/workflow-threads.ts';

const countPromises = `
  const { parentPort } = require('node:worker_threads');
  let seen = 0;
  require('node:v8').promiseHooks.createHook({ init: () => { seen += 1; } });
  Promise.resolve().then(() => parentPort.postMessage(seen));`;

test('a workflow thread has no hook for promises; other threads have, and so has what starts later', async (t) => {
  const folder = mkdtempSync(join(tmpdir(), 'switchyard-threads-'));
  t.after(() => rmSync(folder, { recursive: true, force: true }));
  const [workflow, other] = ['workflow-worker-thread.js', 'other.js'].map((name) => join(folder, name));
  assert.ok(workflow && other);
  for (const file of [workflow, other]) writeFileSync(file, countPromises);
  const before = threads.Worker;
  const seenIn = async (file: string) => (await once(new threads.Worker(file), 'message'))[0] as number;
  const seen = await inLeanThreads(() => Promise.all([seenIn(workflow), seenIn(other)]), { promiseStacks: false });
  assert.equal(seen[0], 0);
  assert.ok((seen[1] ?? 0) > 0);
  assert.equal(threads.Worker, before);
});

const entryOfSdk = createRequire(import.meta.url).resolve('@temporalio/worker/lib/workflow/workflow-worker-thread.js');

test('a thread that was started ahead is the one that the SDK asks for first; where stacks are wanted, it ends', async (t) => {
  const started: threads.Worker[] = [];
  const note = (thread: threads.Worker) => started.push(thread);
  process.on('worker', note);
  t.after(async () => {
    process.off('worker', note);
    for (const thread of started) await thread.terminate();
  });
  const askForTwo = async () => [new threads.Worker(entryOfSdk), new threads.Worker(entryOfSdk)];
  startThreadAhead();
  startThreadAhead();
  // Node tells of a thread once the caller is done.
  await setImmediate();
  assert.equal(started.length, 1);
  const two = await inLeanThreads(askForTwo, { promiseStacks: false });
  await setImmediate();
  assert.equal(started.length, 2);
  assert.ok(started.every((thread, at) => thread === two[at]));
  // Had it failed to load, another would have been started in its place, later.
  const [ahead] = two;
  ahead?.postMessage({ requestId: 1, input: { type: 'destroy' } });
  const [answer] = await once(ahead ?? assert.fail(), 'message');
  assert.deepEqual(answer, { requestId: 1, result: { type: 'ok' } });

  startThreadAhead();
  await setImmediate();
  const ended = once(started[2] ?? assert.fail(), 'exit');
  const withStacks = await inLeanThreads(askForTwo, { promiseStacks: true });
  await ended;
  assert.equal(started.length, 5);
  assert.ok(withStacks.every((thread, at) => thread === started[3 + at]));
});

/** As the SDK's thread does: it answers what it is asked, within a limit for each call into the sandbox. */
const answers = `
  const { parentPort } = require('node:worker_threads');
  const vm = require('node:vm');
  const context = vm.createContext({}, { microtaskMode: 'afterEvaluate' });
  const run = (code) => new vm.Script(code).runInContext(context, { timeout: 60_000 });
  parentPort.on('message', async ({ requestId, input }) => {
    if (input.type === 'init') return parentPort.postMessage({ requestId, ready: true });
    parentPort.postMessage({ requestId, value: run(input.code) });
  });`;

test('an activation has one limit of time for all its calls into the sandbox, and fails beyond it', async (t) => {
  const folder = mkdtempSync(join(tmpdir(), 'switchyard-threads-'));
  t.after(() => rmSync(folder, { recursive: true, force: true }));
  const file = join(folder, 'workflow-worker-thread.js');
  writeFileSync(file, answers);
  const start = async () => new threads.Worker(file);
  const thread = await inLeanThreads(start, { promiseStacks: true });
  t.after(() => thread.terminate());
  let last = 0;
  const ask = async (input: Record<string, unknown>) => {
    last += 1;
    thread.postMessage({ requestId: last, input });
    const [answer] = (await once(thread, 'message')) as [Record<string, unknown>];
    assert.equal(answer.requestId, last);
    return answer;
  };
  await ask({ type: 'init', isolateExecutionTimeoutMs: 300 });
  const activate = (code: string) => ask({ type: 'activate-workflow', runId: 'run-1', code });
  const failed = (await activate('for (;;) {}')).result;
  const { completion } = (failed as { output: { completion: Record<string, unknown> } }).output;
  assert.equal(completion.runId, 'run-1');
  assert.match(JSON.stringify(completion), /timed out after 300ms/);
  const inMicrotask = await activate('Promise.resolve().then(() => { for (;;) {} }); 1');
  assert.match(JSON.stringify(inMicrotask), /timed out after 300ms/);
  assert.equal((await activate('2 + 3')).value, 5);
  const { result } = await ask({ type: 'create-workflow', code: 'for (;;) {}' });
  assert.deepEqual((result as { type: string }).type, 'error');
});
