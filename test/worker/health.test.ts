import assert from 'node:assert/strict';
import { text } from 'node:stream/consumers';
import { test } from 'node:test';
import { join } from 'node:path';
import { seenPolling } from '../../worker/seen-polling.ts';
import { openScene } from '../support/scene.ts';
import { checkout } from '../support/temporal.ts';
import { exitOf, TestDataDirectory } from './fixture/test-data-directory.ts';

const limit = { timeout: 120_000 };
const worker = { namespace: 'default', taskQueue: 'switchyard', host: 'here' };

/** A server that was asked for tasks by `identity`, that many seconds before the check. */
function seen(identity: string, secondsAgo: number): Promise<boolean> {
  const now = 1_800_000_000;
  const lastAccessTime = { seconds: now - secondsAgo, nanos: 0 };
  const describeTaskQueue = async () => ({ pollers: [{ identity, lastAccessTime }] });
  return seenPolling({ workflowService: { describeTaskQueue } } as never, worker, now * 1000);
}

test('a worker is at work when the server saw this machine ask for tasks lately', async () => {
  assert.equal(await seen('7@here', 70), true);
  assert.equal(await seen('7@here', 200), false);
  assert.equal(await seen('7@elsewhere', 1), false);
});

test(
  'the health check ends with 0 where this machine has a worker, and says what is missing elsewhere',
  limit,
  async () => {
    await using dataDirectory = await TestDataDirectory.create();
    await using scene = await openScene({ modelUrl: 'http://127.0.0.1:2/v1' });
    const { address, taskQueue } = scene;
    const check = async (settings: Record<string, string>) => {
      const child = dataDirectory.start(join(checkout, 'worker', 'health-main.ts'), settings, 'pipe');
      assert.ok(child.stderr);
      const [said, code] = await Promise.all([text(child.stderr), exitOf(child)]);
      return { code, said };
    };
    const own = { TEMPORAL_ADDRESS: address, SWITCHYARD_TASK_QUEUE: taskQueue };
    assert.deepEqual(await check(own), { code: 0, said: '' });
    const other = await check({ TEMPORAL_ADDRESS: address, SWITCHYARD_TASK_QUEUE: 'other' });
    assert.equal(other.code, 1);
    assert.match(other.said, /sees no worker of .+ on default\/other\n$/);
    const nowhere = await check({ TEMPORAL_ADDRESS: '127.0.0.1:1' });
    assert.equal(nowhere.code, 1);
    assert.match(nowhere.said, /^no Temporal server answers at 127\.0\.0\.1:1\b/);
  },
);
