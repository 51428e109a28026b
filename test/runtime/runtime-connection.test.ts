/** Joining a data directory's runtime: it is started when it is not there, shared when it is, and left in order. */
import assert from 'node:assert/strict';
import { join } from 'node:path';
import { afterEach, test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { CommandFailure, Interrupted } from '../../lib/errors.ts';
import { lives } from '../../lib/process-lives.ts';
import { type JoinedRuntime, joinRuntime, type RuntimeRequest } from '../../runtime/client/runtime-connection.ts';
import { temporaryFolder } from '../client/run-command.ts';

const fake = fileURLToPath(new URL('fake-data-directory.ts', import.meta.url));

function request(folder: string, behaviour: string, more: Partial<RuntimeRequest> = {}): RuntimeRequest {
  const socket = join(folder, 'runtime.sock');
  return {
    socket,
    need: 'worker',
    onProgress: () => {},
    command: {
      executable: process.execPath,
      arguments: [fake, socket, behaviour, join(folder, 'stopped-once')],
      logFile: join(folder, 'logs', 'runtime.log'),
    },
    ...more,
  };
}

const joined: JoinedRuntime[] = [];

async function joinForTest(wanted: RuntimeRequest): Promise<JoinedRuntime> {
  const runtime = await joinRuntime(wanted);
  joined.push(runtime);
  return runtime;
}

/** A test that fails half-way would keep its runtimes, and with them this process, alive. */
afterEach(async () => {
  for (const runtime of joined.splice(0)) await runtime.leave(500);
});

/** The connection closes a moment before the process is gone. */
async function gone(pid: number): Promise<boolean> {
  for (let tries = 0; tries < 500 && lives(pid); tries += 1) await new Promise((resolve) => setTimeout(resolve, 10));
  return !lives(pid);
}

test('a runtime is started where there is none, says what it does, and is gone after the last one has left', async () => {
  using folder = temporaryFolder();
  const progress: string[] = [];
  const runtime = await joinForTest(request(folder.path, 'normal', { onProgress: (text) => progress.push(text) }));
  assert.equal(runtime.started, true);
  assert.deepEqual(progress, ['starting the Temporal server']);
  assert.equal(runtime.ready.webUrl, 'http://127.0.0.1:8233');
  assert.equal(lives(runtime.ready.pid), true);
  assert.equal(await runtime.leave(), 'stopped');
  assert.equal(await runtime.leave(), 'stopped');
  await runtime.closed;
  assert.equal(await gone(runtime.ready.pid), true);
});

test('a runtime of another version is joined, and it is said which one runs', async () => {
  using folder = temporaryFolder();
  const progress: string[] = [];
  await joinForTest(request(folder.path, 'older', { onProgress: (text) => progress.push(text) }));
  assert.match(progress.at(-1) ?? '', /^version 0\.0\.1 is running here, and this is \d+\.\d+\.\d+/);
});

test('commands that start in the same moment share one runtime, and the last one out stops it', async () => {
  using folder = temporaryFolder();
  const all = await Promise.all(Array.from({ length: 4 }, () => joinForTest(request(folder.path, 'normal'))));
  const pids = new Set(all.map(({ ready }) => ready.pid));
  assert.equal(pids.size, 1);
  const partings: string[] = [];
  for (const runtime of all) partings.push(await runtime.leave());
  assert.deepEqual(partings, ['staying', 'staying', 'staying', 'stopped']);
  for (const pid of pids) assert.equal(await gone(pid), true);
});

test('a runtime that already runs is joined and not called started', async () => {
  using folder = temporaryFolder();
  const first = await joinForTest(request(folder.path, 'normal'));
  const second = await joinForTest(request(folder.path, 'crash'));
  assert.equal(second.started, false);
  assert.equal(second.ready.pid, first.ready.pid);
  assert.equal(await first.leave(), 'staying');
  assert.equal(await second.leave(), 'stopped');
});

test('a runtime on its way out is waited for and another one is started', async () => {
  using folder = temporaryFolder();
  const runtime = await joinForTest(request(folder.path, 'stop-first'));
  assert.equal(runtime.ready.address, '127.0.0.1:7233');
  assert.equal(await runtime.leave(), 'stopped');
});

test('a runtime that breaks at its start is told with its last words and its log', async () => {
  using folder = temporaryFolder();
  await assert.rejects(joinRuntime(request(folder.path, 'crash')), (error: unknown) => {
    assert.ok(error instanceof CommandFailure);
    assert.match(error.message, /TypeError: the fake runtime is broken on purpose/);
    assert.match(error.message, /logs\/runtime\.log/);
    return true;
  });
});

test('what a runtime says of its failure is what the person reads', async () => {
  using folder = temporaryFolder();
  await assert.rejects(
    joinRuntime(request(folder.path, 'fail')),
    /^CommandFailure: no Temporal server could be found$/,
  );
});

test('an answer that is no message is an error, not a wait', async () => {
  using folder = temporaryFolder();
  await assert.rejects(joinRuntime(request(folder.path, 'nonsense')), /does not know/);
});

test('a runtime that says nothing is given up', async () => {
  using folder = temporaryFolder();
  await assert.rejects(joinRuntime(request(folder.path, 'silent', { silenceMs: 300 })), /said nothing for 0 s/);
});

test('an interrupted join ends as interrupted', async () => {
  using folder = temporaryFolder();
  const controller = new AbortController();
  const joining = joinForTest(request(folder.path, 'silent', { signal: controller.signal }));
  controller.abort();
  await assert.rejects(joining, (error: unknown) => error instanceof Interrupted);
});

test('leaving a runtime that does not answer ends after its limit', async () => {
  using folder = temporaryFolder();
  const runtime = await joinForTest(request(folder.path, 'never-leave'));
  assert.equal(await runtime.leave(200), 'late');
  assert.equal(await gone(runtime.ready.pid), true);
});

test('a runtime that dies shows as a closed connection', async () => {
  using folder = temporaryFolder();
  const runtime = await joinForTest(request(folder.path, 'normal'));
  process.kill(runtime.ready.pid, 'SIGKILL');
  await runtime.closed;
  assert.equal(await runtime.leave(), 'stopped');
});
