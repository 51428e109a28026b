import assert from 'node:assert/strict';
import { existsSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { Connection } from '@temporalio/client';
import { exitOf, isRunning, TestHome } from './fixture/home.ts';

const limit = { timeout: 120_000 };

test('the first member starts the server, the last one out stops it, and nothing is left', limit, async () => {
  await using home = await TestHome.create();
  const runtime = home.start();
  await using first = await home.member();
  const ready = await first.join('server');
  assert.equal(ready.offlineModel, true);
  assert.match(ready.webUrl ?? '', /^http:\/\/127\.0\.0\.1:\d+$/);
  assert.equal(home.servers().length, 1);
  const page = await fetch(`${ready.webUrl}/namespaces/default/workflows`);
  assert.equal(page.status, 200);

  await using second = await home.member();
  assert.equal((await second.join('server')).address, ready.address);
  first.say({ kind: 'leave' });
  assert.deepEqual(await first.next(), { kind: 'staying', members: 1 });
  assert.equal(home.servers().length, 1);
  second.say({ kind: 'leave' });
  assert.deepEqual(await second.next(), { kind: 'stopping' });
  assert.equal(await second.next(), null);
  assert.deepEqual(home.servers(), []);
  assert.equal(await exitOf(runtime), 0);
  assert.equal(existsSync(home.paths.socket), false);
});

test('two runtimes started at once are one, and the other ends with code 0', limit, async () => {
  await using home = await TestHome.create();
  const runtimes = [home.start(), home.start(), home.start()];
  await using member = await home.member();
  const ready = await member.join('server');
  const others = runtimes.filter((runtime) => runtime.pid !== ready.pid);
  assert.equal(others.length, 2);
  assert.deepEqual(await Promise.all(others.map(exitOf)), [0, 0]);
  assert.equal(runtimes.filter(isRunning).length, 1);
  assert.equal(home.log().match(/another runtime has this home/g)?.length, 2);
  assert.equal(home.log().match(/the runtime listens/g)?.length, 1);
  assert.equal(home.servers().length, 1);
  member.say({ kind: 'leave' });
  await Promise.all(runtimes.map(exitOf));
});

test('a member killed with SIGKILL counts as gone: the runtime stops', limit, async () => {
  await using home = await TestHome.create();
  const runtime = home.start();
  const member = home.start(join(import.meta.dirname, 'fixture', 'member-main.ts'), {
    MEMBER_SOCKET: home.paths.socket,
  });
  await using watcher = await home.member();
  await watcher.join('server');
  await home.untilMembers(2);
  watcher.say({ kind: 'leave' });
  assert.deepEqual(await watcher.next(), { kind: 'staying', members: 1 });
  assert.ok(isRunning(member) && isRunning(runtime));
  member.kill('SIGKILL');
  assert.equal(await exitOf(runtime), 0);
  assert.match(home.log(), /"reason":"the last member is gone"/);
  assert.deepEqual(home.servers(), []);
});

test('a member killed before it has read what it was sent takes nobody with it', limit, async () => {
  await using home = await TestHome.create();
  const runtime = home.start();
  const busy = home.start(join(import.meta.dirname, 'fixture', 'busy-member-main.ts'), {
    MEMBER_SOCKET: home.paths.socket,
  });
  await using watcher = await home.member();
  await home.untilMembers(1);
  await watcher.join('server');
  await home.untilMembers(2);
  busy.kill('SIGKILL');
  await exitOf(busy);
  await using late = await home.member();
  await late.join('server');
  watcher.say({ kind: 'leave' });
  assert.deepEqual(await watcher.next(), { kind: 'staying', members: 1 });
  late.say({ kind: 'leave' });
  assert.equal(await exitOf(runtime), 0);
});

test(
  'a runtime killed with SIGKILL leaves a server, which the next one stops before it starts its own',
  limit,
  async () => {
    await using home = await TestHome.create();
    const killed = home.start();
    await using member = await home.member();
    const before = await member.join('server');
    const [leftOver] = home.servers();
    assert.ok(leftOver !== undefined);
    killed.kill('SIGKILL');
    await exitOf(killed);
    assert.deepEqual(home.servers(), [leftOver]);

    const next = home.start();
    await using again = await home.member();
    const after = await again.join('server');
    assert.equal(after.webUrl, before.webUrl);
    assert.equal(home.servers().length, 1);
    assert.notDeepEqual(home.servers(), [leftOver]);
    again.say({ kind: 'leave' });
    assert.equal(await exitOf(next), 0);
  },
);

test('a runtime told to stop tells its members, stops the server, and the next one starts at once', limit, async () => {
  await using home = await TestHome.create();
  const runtime = home.start();
  await using member = await home.member();
  await member.join('server');
  const next = home.start();
  assert.equal(await exitOf(next), 0);
  runtime.kill('SIGTERM');
  assert.deepEqual(await member.next(), { kind: 'stopping' });
  const successor = home.start();
  assert.equal(await member.next(), null);
  await using late = await home.member();
  assert.equal((await late.join('server')).pid, successor.pid);
  assert.equal(await exitOf(runtime), 0);
  late.say({ kind: 'leave' });
  assert.equal(await exitOf(successor), 0);
});

test('a server that cannot be had is told to the member in one line, and the runtime ends', limit, async () => {
  await using home = await TestHome.create();
  const runtime = home.start(undefined, { SWITCHYARD_TEMPORAL_EXECUTABLE: '/no/such/temporal' });
  await using member = await home.member();
  member.say({ kind: 'join', need: 'server' });
  const failed = await member.next();
  assert.deepEqual(failed, {
    kind: 'failed',
    message: 'SWITCHYARD_TEMPORAL_EXECUTABLE: /no/such/temporal cannot be run',
  });
  assert.equal(await member.next(), null);
  assert.equal(await exitOf(runtime), 0);
});

test('a server that dies is told to every member, and the runtime ends', limit, async () => {
  await using home = await TestHome.create();
  const runtime = home.start();
  await using member = await home.member();
  await member.join('server');
  for (const pid of home.servers()) process.kill(pid, 'SIGKILL');
  const failed = await member.next();
  assert.equal(failed?.kind === 'failed' && failed.message, 'the Temporal server stopped: it ended by SIGKILL');
  assert.equal(await exitOf(runtime), 0);
});

test(
  'a line that is no message, or never ends, costs the sender its connection and nobody else theirs',
  limit,
  async () => {
    await using home = await TestHome.create();
    const runtime = home.start();
    await using member = await home.member();
    await member.join('server');
    await using rude = await home.member();
    rude.socket.write('GET / HTTP/1.1\n');
    assert.equal((await rude.next())?.kind, 'failed');
    assert.equal(await rude.next(), null);
    await using endless = await home.member();
    endless.socket.on('error', () => undefined);
    endless.socket.write('x'.repeat(100_000));
    assert.equal(await endless.next(), null);
    assert.ok(isRunning(runtime));
    member.say({ kind: 'leave' });
    assert.equal(await exitOf(runtime), 0);
  },
);

test('with TEMPORAL_ADDRESS no server is started: that one is named', limit, async () => {
  await using home = await TestHome.create();
  const runtime = home.start(undefined, { TEMPORAL_ADDRESS: '127.0.0.1:1', TEMPORAL_NAMESPACE: 'qa' });
  await using member = await home.member();
  const ready = await member.join('server');
  assert.deepEqual([ready.address, ready.namespace, ready.webUrl], ['127.0.0.1:1', 'qa', null]);
  assert.deepEqual(home.servers(), []);
  member.say({ kind: 'leave' });
  assert.equal(await exitOf(runtime), 0);
});

test('a home whose socket path would be too long has its socket elsewhere, closed to others', limit, async (t) => {
  const folder = mkdtempSync(join('/tmp', `switchyard-home-${'long'.repeat(30)}-`));
  t.after(() => rmSync(folder, { recursive: true, force: true }));
  await using home = (await TestHome.create()).at(folder);
  assert.notEqual(home.paths.socketFolder, folder);
  const runtime = home.start();
  await using member = await home.member();
  const ready = await member.join('server');
  const connection = await Connection.connect({ address: ready.address });
  const { config } = await connection.workflowService.describeNamespace({ namespace: ready.namespace });
  await connection.close();
  assert.equal(Number(config?.workflowExecutionRetentionTtl?.seconds), 90 * 24 * 3600);
  member.say({ kind: 'leave' });
  assert.equal(await exitOf(runtime), 0);
  assert.equal(existsSync(home.paths.socketFolder), false);
});

test('a file in the place of the socket folder is refused', limit, async () => {
  await using home = (await TestHome.create()).at(join('/tmp', `switchyard-home-${'n'.repeat(100)}`));
  rmSync(home.paths.socketFolder, { recursive: true, force: true });
  writeFileSync(home.paths.socketFolder, '');
  const runtime = home.start(undefined, {}, 'ignore');
  assert.equal(await exitOf(runtime), 1);
  rmSync(home.paths.socketFolder);
});
