import assert from 'node:assert/strict';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type TestContext, test } from 'node:test';
import { setTimeout as pause } from 'node:timers/promises';
import { DefaultLogger, Runtime, Worker } from '@temporalio/worker';
import { loadConfig } from '../../config/load-config.ts';
import { createLogger } from '../../observability/logging.ts';
import { createRedactor } from '../../lib/redaction.ts';
import { startWorker } from '../../worker/create-worker.ts';
import { ownServer } from '../../runtime/host/server-address.ts';
import { retrievalThreads } from '../support/retrieval-threads.ts';
import { testServer } from '../support/temporal.ts';

Runtime.install({ logger: new DefaultLogger('ERROR'), telemetryOptions: { logging: { forward: {}, filter: 'OFF' } } });

const limit = { timeout: 120_000 };

/** @param queue of the worker; beside it are those of benchmarks and of exports */
async function start(t: TestContext, queue: string) {
  const dataDirectory = mkdtempSync(join(tmpdir(), 'switchyard-start-'));
  t.after(() => rmSync(dataDirectory, { recursive: true, force: true }));
  const server = await testServer();
  t.after(() => server[Symbol.asyncDispose]());
  const config = loadConfig({
    SWITCHYARD_HOME: dataDirectory,
    OPENAI_BASE_URL: 'http://127.0.0.1:2/v1',
    SWITCHYARD_MODEL: 'm',
  });
  const log = createLogger({ level: 'silent', file: null, redactor: createRedactor([]) });
  const tuning = { taskQueue: queue, retrievalThreads, workflowsInThisThread: true };
  return startWorker(config, ownServer(server.address, server.namespace, null), log, tuning);
}

for (const failing of [1, 2, 3])
  test(
    `where worker ${failing} of three cannot be made, the others are shut down and its error is shown`,
    limit,
    async (t) => {
      const create = Worker.create.bind(Worker);
      const made: Worker[] = [];
      let calls = 0;
      t.mock.method(Worker, 'create', async (options: Parameters<typeof create>[0]) => {
        calls += 1;
        if (calls === failing) throw new Error('no such worker');
        const worker = await create(options);
        made.push(worker);
        return worker;
      });
      await assert.rejects(start(t, `start-failure-${failing}`), { message: 'no such worker' });
      assert.deepEqual(
        made.map((worker) => worker.getState()),
        ['STOPPED', 'STOPPED'],
      );
    },
  );

test('where one of three fails as it runs, the others are shut down and its error is shown', limit, async (t) => {
  const create = Worker.create.bind(Worker);
  const made: Worker[] = [];
  t.mock.method(Worker, 'create', async (options: Parameters<typeof create>[0]) => {
    const worker = await create(options);
    made.push(worker);
    const run = worker.run.bind(worker);
    if (made.length === 2) t.mock.method(worker, 'run', () => failingRun(worker, run));
    return worker;
  });
  const worker = await start(t, 'run-failure');
  assert.equal(await worker.ended, 'the poll was refused');
  assert.deepEqual(
    made.map((each) => each.getState()),
    ['STOPPED', 'STOPPED', 'STOPPED'],
  );
  await assert.rejects(worker.stop(), { message: 'the worker stopped badly: the poll was refused' });
});

/** Runs for a moment, then fails as a poll does that the server refuses. */
async function failingRun(worker: Worker, run: () => Promise<void>): Promise<void> {
  const ran = run();
  await pause(200);
  worker.shutdown();
  await ran;
  throw new Error('the poll was refused');
}
