import assert from 'node:assert/strict';
import { once } from 'node:events';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import threads from 'node:worker_threads';
import { withoutPromiseStacks } from '../../worker/workflow-threads.ts';

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
  const seen = await withoutPromiseStacks(() => Promise.all([seenIn(workflow), seenIn(other)]));
  assert.equal(seen[0], 0);
  assert.ok((seen[1] ?? 0) > 0);
  assert.equal(threads.Worker, before);
});
