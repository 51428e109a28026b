import assert from 'node:assert/strict';
import { test } from 'node:test';
import { createPendingExports } from '../../worker/traces/trace-export.ts';

const run = { workflowId: 'w', runId: 'r' };

test('draining waits for an export that another worker sends, and then lets go', async () => {
  let looks = 0;
  const pending = createPendingExports(async () => {
    looks += 1;
    return new Set(looks > 1 ? [] : [run.runId]);
  });
  pending.add(run);
  await pending.drain(60_000);
  assert.equal(looks, 2);
  assert.equal(pending.giveUp.aborted, true);
});

test('draining ends with the last export of its own, without asking', async () => {
  const pending = createPendingExports(() => assert.fail('the server was asked'));
  pending.add(run);
  const drained = pending.drain(60_000);
  pending.delete(run);
  await drained;
});

test('an export that never ends is given up after the limit', async () => {
  const pending = createPendingExports(async () => new Set([run.runId]));
  pending.add(run);
  await pending.drain(20);
  assert.match(String(pending.giveUp.reason), /next start/);
});

test('a server that does not answer keeps nobody beyond the limit', { timeout: 5_000 }, async () => {
  const pending = createPendingExports(() => new Promise(() => {}));
  pending.add(run);
  await pending.drain(600);
  assert.equal(pending.giveUp.aborted, true);
});
