import assert from 'node:assert/strict';
import { randomUUID } from 'node:crypto';
import { once } from 'node:events';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { text } from 'node:stream/consumers';
import { setTimeout as delay } from 'node:timers/promises';
import { test } from 'node:test';
import { Client, Connection } from '@temporalio/client';
import { pipeline } from '../support/scene.ts';
import { runProgram } from '../client/run-command.ts';
import { startScriptedServer } from '../support/scripted-server/scripted-server.ts';
import { completion } from '../support/scripted-server/scripted-server-reply.ts';
import { checkout, testServer } from '../support/temporal.ts';
import { exitOf, isRunning, type Ready, TestDataDirectory } from './fixture/test-data-directory.ts';

const limit = { timeout: 120_000 };
const limits = { modelCallSeconds: 60, modelCallTotalSeconds: 120, modelCallAttempts: 2, heartbeatSeconds: 10 };
const question = { question: 'Where is it?', pipeline: pipeline(), forcedRoute: null, limits };

/** A model whose every reply waits until it is let go. */
async function slowModel() {
  const gate = Promise.withResolvers<void>();
  const server = await startScriptedServer({
    reply: async () => {
      await gate.promise;
      return { body: completion({ text: 'code' }) };
    },
  });
  return { server, answer: gate.resolve, settings: { OPENAI_BASE_URL: server.url, SWITCHYARD_MODEL: 'test-model' } };
}

async function clientOf({ address, namespace }: Pick<Ready, 'address' | 'namespace'>) {
  const connection = await Connection.connect({ address });
  return { client: new Client({ connection, namespace }), [Symbol.asyncDispose]: () => connection.close() };
}

test(
  'a model call in flight when the last client leaves is finished and recorded before all stops',
  limit,
  async () => {
    await using dataDirectory = await TestDataDirectory.create();
    const model = await slowModel();
    await using _server = model.server;
    const runtime = dataDirectory.start(undefined, model.settings);
    await using client = await dataDirectory.client();
    const ready = await client.join('worker');
    assert.deepEqual([ready.offlineModel, ready.modelUrl], [false, model.server.url]);
    {
      await using temporal = await clientOf(ready);
      const options = { args: [question], taskQueue: ready.taskQueue, workflowId: 'slow' };
      await temporal.client.workflow.start('routeOnly', options);
      await model.server.request(0);
    }
    client.say({ kind: 'leave' });
    assert.deepEqual(await client.next(), { kind: 'stopping' });
    assert.ok(isRunning(runtime));
    model.answer();
    assert.equal(await client.next(), null);
    assert.equal(await exitOf(runtime), 0);

    const next = dataDirectory.start(undefined, model.settings);
    await using later = await dataDirectory.client();
    const again = await later.join('worker');
    await using temporal = await clientOf(again);
    const result = await temporal.client.workflow.getHandle('slow').result();
    assert.equal(result.route, 'code');
    assert.equal(model.server.requests.length, 1);
    later.say({ kind: 'leave' });
    assert.equal(await exitOf(next), 0);
  },
);

test(
  'a worker alone says when it is ready and works for the named server; one that stops keeps its calls alive, gives back at once what it cannot finish, and ends at a second signal',
  limit,
  async () => {
    await using dataDirectory = await TestDataDirectory.create();
    const answer = { body: completion({ text: 'code' }) };
    await using model = await startScriptedServer({ script: [answer, { fault: 'hang' }, answer, { fault: 'hang' }] });
    await using server = await testServer();
    const { address, namespace } = server;
    const queue = `alone-${randomUUID()}`;
    const startWorker = async () => {
      const endpoint = { OPENAI_BASE_URL: model.url, SWITCHYARD_MODEL: 'test-model' };
      const more = { TEMPORAL_ADDRESS: address, SWITCHYARD_TASK_QUEUE: queue, SWITCHYARD_STOP_SECONDS: '3' };
      const worker = dataDirectory.start(join(checkout, 'worker', 'main.ts'), { ...endpoint, ...more }, 'pipe');
      assert.ok(worker.stdout && worker.stderr);
      const log = text(worker.stderr);
      const [line] = await once(createInterface({ input: worker.stdout }), 'line');
      assert.equal(line, `worker ready: ${address}, namespace default, queue ${queue}`);
      return { worker, log };
    };
    const first = await startWorker();
    await using temporal = await clientOf({ address, namespace });
    // Heartbeats have to go on while it stops: it takes longer than their time-out.
    const patient = { ...question, limits: { ...limits, heartbeatSeconds: 2 } };
    const begin = (name: string) =>
      temporal.client.workflow.start('routeOnly', {
        args: [patient],
        taskQueue: queue,
        workflowId: `${name}-${randomUUID()}`,
      });
    assert.equal((await (await begin('answered')).result()).route, 'code');

    const handle = await begin('given-back');
    await model.request(1);
    const second = await startWorker();
    first.worker.kill('SIGTERM');
    assert.equal((await handle.result()).route, 'code');
    assert.equal(await exitOf(first.worker), 0);
    const { events } = await handle.fetchHistory();
    const started = (events ?? []).flatMap((event) => event.activityTaskStartedEventAttributes ?? []);
    assert.deepEqual(
      started.map(({ attempt, lastFailure }) => [attempt, lastFailure?.message]),
      [[2, 'the worker has stopped']],
    );
    const lines = (await first.log).trim().split('\n');
    assert.ok(lines.length > 1);
    for (const entry of lines) assert.equal(typeof JSON.parse(entry).level, 'string');

    const left = await begin('left');
    await model.request(3);
    // Signals that a busy process hears together are one.
    for (; isRunning(second.worker); await delay(400)) second.worker.kill('SIGTERM');
    assert.equal(await exitOf(second.worker), 143);
    await left.terminate();
  },
);

test('a worker alone without a server ends with a line that names the address', limit, async () => {
  await using dataDirectory = await TestDataDirectory.create();
  const settings = {
    TEMPORAL_ADDRESS: '127.0.0.1:1',
    OPENAI_BASE_URL: 'http://127.0.0.1:2/v1',
    SWITCHYARD_METRICS_ADDRESS: '127.0.0.1:29464',
  };
  const worker = dataDirectory.start(join(checkout, 'worker', 'main.ts'), settings, 'pipe');
  assert.ok(worker.stderr);
  const said = await text(worker.stderr);
  assert.equal(await exitOf(worker), 1);
  assert.match(
    said,
    /^no Temporal server answers at 127\.0\.0\.1:1 \([a-z, ]+\): start one, or check TEMPORAL_ADDRESS\n$/,
  );
});

test('a broken setting ends a worker and a runtime with exit code 2 and a line for each mistake', limit, async () => {
  await using dataDirectory = await TestDataDirectory.create();
  const settings = { SWITCHYARD_LOG_LEVEL: 'loud', SWITCHYARD_MODLE: 'x' };
  for (const program of ['worker/main.ts', 'runtime/host/main.ts']) {
    const child = dataDirectory.start(join(checkout, program), settings, 'pipe');
    assert.ok(child.stderr);
    const lines = (await text(child.stderr)).trim().split('\n');
    assert.equal(await exitOf(child), 2);
    assert.deepEqual(lines.map((line) => line.slice(0, line.indexOf(':'))).sort(), [
      'SWITCHYARD_LOG_LEVEL',
      'SWITCHYARD_MODLE',
    ]);
  }
});

test('threads of a worker keep a young generation of 48 MB at most', async () => {
  const main = join(checkout, 'worker/main.ts');
  const program = `
    import { once } from 'node:events';
    import { getHeapStatistics } from 'node:v8';
    import { Worker } from 'node:worker_threads';
    const before = getHeapStatistics().heap_size_limit;
    process.argv.push('--help');
    await import(${JSON.stringify(main)});
    const thread = new Worker(new URL('data:text/javascript,\
      import { getHeapStatistics } from "node:v8"; import { parentPort } from "node:worker_threads";\
      parentPort.postMessage(getHeapStatistics().heap_size_limit)'));
    const [after] = await once(thread, 'message');
    console.error((before - after) / 2 ** 20);
  `;
  const { stderr } = await runProgram(process.execPath, ['--input-type=module', '-e', program]);
  // Of 192 MB without a limit.
  assert.equal(stderr, '144\n');
});
