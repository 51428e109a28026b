import assert from 'node:assert/strict';
import type { ChildProcess } from 'node:child_process';
import { existsSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { after, before, describe, test } from 'node:test';
import { Connection } from '@temporalio/client';
import {
  type ConnectedClient,
  descendantsOf,
  exitOf,
  isRunning,
  livesAsBefore,
  type Ready,
  TestDataDirectory,
} from './fixture/test-data-directory.ts';
import { until } from '../support/until.ts';
import { DatabaseSync } from 'node:sqlite';

const limit = { timeout: 120_000 };

void describe('one runtime, from its start to the last client that leaves', () => {
  let dataDirectory: TestDataDirectory;
  let runtime: ChildProcess;
  let first: ConnectedClient;
  let ready: Ready;

  before(async () => {
    dataDirectory = await TestDataDirectory.create();
  });
  after(() => dataDirectory[Symbol.asyncDispose]());

  test('of runtimes started at once one stays, and the others end with code 0', limit, async () => {
    const runtimes = [dataDirectory.start(), dataDirectory.start(), dataDirectory.start()];
    first = await dataDirectory.client();
    ready = await first.join('server');
    const others = runtimes.filter(({ pid }) => pid !== ready.pid);
    assert.equal(others.length, 2);
    assert.deepEqual(await Promise.all(others.map(exitOf)), [0, 0]);
    const [left, ...more] = runtimes.filter(isRunning);
    assert.ok(left !== undefined && more.length === 0);
    runtime = left;
    assert.equal(dataDirectory.log().match(/another runtime has this data directory/g)?.length, 2);
    assert.equal(dataDirectory.log().match(/the runtime listens/g)?.length, 1);
  });

  test('the first client has started the server, which serves the Web UI', limit, async () => {
    assert.equal(ready.offlineModel, true);
    assert.match(ready.webUrl ?? '', /^http:\/\/127\.0\.0\.1:\d+$/);
    assert.equal(dataDirectory.servers().length, 1);
    const page = await fetch(`${ready.webUrl}/namespaces/default/workflows`);
    assert.equal(page.status, 200);
  });

  test(
    'a line that is no message, or never ends, costs the sender its connection and nobody else theirs',
    limit,
    async () => {
      await using rude = await dataDirectory.client();
      rude.socket.write('GET / HTTP/1.1\n');
      assert.equal((await rude.next())?.kind, 'failed');
      assert.equal(await rude.next(), null);
      await using endless = await dataDirectory.client();
      endless.socket.on('error', () => undefined);
      endless.socket.write('x'.repeat(100_000));
      assert.equal(await endless.next(), null);
      assert.ok(isRunning(runtime));
      assert.equal(first.socket.readyState, 'open');
    },
  );

  test('a client killed before it has read what it was sent takes nobody with it', limit, async () => {
    const busy = dataDirectory.start(join(import.meta.dirname, 'fixture', 'busy-client-main.ts'), {
      RUNTIME_SOCKET: dataDirectory.paths.socket,
    });
    await dataDirectory.untilClients(2);
    busy.kill('SIGKILL');
    await exitOf(busy);
    await using late = await dataDirectory.client();
    await late.join('server');
    late.say({ kind: 'leave' });
    assert.deepEqual(await late.next(), { kind: 'staying', clients: 1 });
  });

  test('a second client has the same server, the last one out stops it, and nothing is left', limit, async () => {
    await using second = await dataDirectory.client();
    assert.equal((await second.join('server')).address, ready.address);
    first.say({ kind: 'leave' });
    assert.deepEqual(await first.next(), { kind: 'staying', clients: 1 });
    assert.equal(dataDirectory.servers().length, 1);
    second.say({ kind: 'leave' });
    assert.deepEqual(await second.next(), { kind: 'stopping' });
    assert.equal(await second.next(), null);
    assert.deepEqual(dataDirectory.servers(), []);
    assert.equal(await exitOf(runtime), 0);
    assert.equal(existsSync(dataDirectory.paths.socket), false);
  });
});

test('a client killed with SIGKILL counts as gone: the runtime stops', limit, async () => {
  await using dataDirectory = await TestDataDirectory.create();
  const runtime = dataDirectory.start();
  const client = dataDirectory.start(join(import.meta.dirname, 'fixture', 'client-main.ts'), {
    RUNTIME_SOCKET: dataDirectory.paths.socket,
  });
  await using watcher = await dataDirectory.client();
  await watcher.join('server');
  await dataDirectory.untilClients(2);
  watcher.say({ kind: 'leave' });
  assert.deepEqual(await watcher.next(), { kind: 'staying', clients: 1 });
  assert.ok(isRunning(client) && isRunning(runtime));
  client.kill('SIGKILL');
  assert.equal(await exitOf(runtime), 0);
  assert.match(dataDirectory.log(), /"reason":"the last client is gone"/);
  assert.deepEqual(dataDirectory.servers(), []);
});

void describe('runtimes of one data directory, one after the other', () => {
  let dataDirectory: TestDataDirectory;
  let runtime: ChildProcess;
  let client: ConnectedClient;
  let ready: Ready;

  before(async () => {
    dataDirectory = await TestDataDirectory.create();
    await next();
  });
  after(() => dataDirectory[Symbol.asyncDispose]());

  async function next(): Promise<void> {
    runtime = dataDirectory.start();
    client = await dataDirectory.client();
    ready = await client.join('server');
  }

  test(
    'a server that outlived runtime and watcher is stopped by the next runtime before it starts its own',
    limit,
    async () => {
      const before = ready;
      const [leftOver] = dataDirectory.servers();
      assert.ok(leftOver !== undefined);
      for (const { pid } of descendantsOf(runtime).filter(({ pid }) => pid !== leftOver)) process.kill(pid, 'SIGKILL');
      runtime.kill('SIGKILL');
      await exitOf(runtime);
      assert.deepEqual(dataDirectory.servers(), [leftOver]);

      await next();
      assert.equal(ready.webUrl, before.webUrl);
      assert.equal(dataDirectory.servers().length, 1);
      assert.notDeepEqual(dataDirectory.servers(), [leftOver]);
    },
  );

  test(
    'a runtime told to stop tells its clients, stops the server, and the next one starts at once',
    limit,
    async () => {
      const told = { runtime, client };
      const another = dataDirectory.start();
      assert.equal(await exitOf(another), 0);
      runtime.kill('SIGTERM');
      assert.deepEqual(await client.next(), { kind: 'stopping' });
      runtime = dataDirectory.start();
      assert.equal(await told.client.next(), null);
      client = await dataDirectory.client();
      ready = await client.join('server');
      assert.equal(ready.pid, runtime.pid);
      assert.equal(await exitOf(told.runtime), 0);
    },
  );

  test('a runtime killed with SIGKILL leaves no process, and a whole database', limit, async () => {
    assert.equal(dataDirectory.servers().length, 1);
    const all = descendantsOf(runtime);
    assert.ok(all.length >= dataDirectory.servers().length);
    runtime.kill('SIGKILL');
    await exitOf(runtime);
    await until(async () => all.every((pid) => !livesAsBefore(pid)) || null);
    assert.deepEqual(dataDirectory.servers(), []);
    using database = new DatabaseSync(dataDirectory.paths.database, { enableDoubleQuotedStringLiterals: true });
    assert.deepEqual({ ...database.prepare('PRAGMA quick_check').get() }, { quick_check: 'ok' });
  });

  test('a server that dies is told to every client, and the runtime ends', limit, async () => {
    await next();
    for (const pid of dataDirectory.servers()) process.kill(pid, 'SIGKILL');
    const failed = await client.next();
    assert.equal(failed?.kind === 'failed' && failed.message, 'the Temporal server stopped: it ended by SIGKILL');
    assert.equal(await exitOf(runtime), 0);
  });
});

test('a server that cannot be had is told to the client in one line, and the runtime ends', limit, async () => {
  await using dataDirectory = await TestDataDirectory.create();
  const runtime = dataDirectory.start(undefined, { SWITCHYARD_TEMPORAL_EXECUTABLE: '/no/such/temporal' });
  await using client = await dataDirectory.client();
  client.say({ kind: 'join', need: 'server' });
  const failed = await client.next();
  assert.deepEqual(failed, {
    kind: 'failed',
    message: 'SWITCHYARD_TEMPORAL_EXECUTABLE: /no/such/temporal cannot be run',
  });
  assert.equal(await client.next(), null);
  assert.equal(await exitOf(runtime), 0);
});

test('with TEMPORAL_ADDRESS no server is started: that one is named', limit, async () => {
  await using dataDirectory = await TestDataDirectory.create();
  const runtime = dataDirectory.start(undefined, { TEMPORAL_ADDRESS: '127.0.0.1:1', TEMPORAL_NAMESPACE: 'qa' });
  await using client = await dataDirectory.client();
  const ready = await client.join('server');
  assert.deepEqual([ready.address, ready.namespace, ready.webUrl], ['127.0.0.1:1', 'qa', null]);
  assert.deepEqual(dataDirectory.servers(), []);
  client.say({ kind: 'leave' });
  assert.equal(await exitOf(runtime), 0);
});

test(
  'a data directory whose socket path would be too long has its socket elsewhere, closed to others',
  limit,
  async (t) => {
    const folder = mkdtempSync(join('/tmp', `switchyard-home-${'long'.repeat(30)}-`));
    t.after(() => rmSync(folder, { recursive: true, force: true }));
    await using dataDirectory = (await TestDataDirectory.create()).at(folder);
    assert.notEqual(dataDirectory.paths.socketFolder, folder);
    const runtime = dataDirectory.start();
    await using client = await dataDirectory.client();
    const ready = await client.join('server');
    const connection = await Connection.connect({ address: ready.address });
    const { config } = await connection.workflowService.describeNamespace({ namespace: ready.namespace });
    await connection.close();
    assert.equal(Number(config?.workflowExecutionRetentionTtl?.seconds), 90 * 24 * 3600);
    client.say({ kind: 'leave' });
    assert.equal(await exitOf(runtime), 0);
    assert.equal(existsSync(dataDirectory.paths.socketFolder), false);
  },
);

test('a file in the place of the socket folder is refused', limit, async () => {
  await using dataDirectory = (await TestDataDirectory.create()).at(join('/tmp', `switchyard-home-${'n'.repeat(100)}`));
  rmSync(dataDirectory.paths.socketFolder, { recursive: true, force: true });
  writeFileSync(dataDirectory.paths.socketFolder, '');
  const runtime = dataDirectory.start(undefined, {}, 'ignore');
  assert.equal(await exitOf(runtime), 1);
  rmSync(dataDirectory.paths.socketFolder);
});
