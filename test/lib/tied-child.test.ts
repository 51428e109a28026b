import assert from 'node:assert/strict';
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { type AddressInfo, createServer, type Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { test } from 'node:test';
import { spawnTied } from '../../lib/tied-child.ts';
import { descendantsOf, endLeft, livesAsBefore } from '../worker/fixture/test-data-directory.ts';
import { until } from '../support/until.ts';

async function textOf({ stdout }: ChildProcess): Promise<string> {
  let text = '';
  for await (const piece of stdout ?? []) text += piece;
  return text;
}

test('a tied program gets its arguments and streams as they are, and its exit code is its own', async () => {
  const hostile = ['$HOME', '`id`', "a'b", '"; exit 9 #', 'a\nb', '', '-c'];
  const program =
    'process.stdin.pipe(process.stdout); process.stdout.write(JSON.stringify(process.argv.slice(1)) + "\\n"); process.exitCode = 7';
  const child = spawnTied(process.execPath, ['-e', program, '--', ...hostile], { stdio: ['pipe', 'pipe', 2] });
  const closed = once(child, 'close');
  child.stdin?.end('what it is given');
  assert.equal(await textOf(child), `${JSON.stringify(hostile)}\nwhat it is given`);
  assert.deepEqual(await closed, [7, null], 'its watcher has ended too, else the pipe were open');
});

test('a tied program that is not there ends with 127; one that is killed tells the signal', async () => {
  assert.deepEqual(await once(spawnTied('/no/such/program', [], { stdio: ['ignore', 'pipe', 'pipe'] }), 'close'), [
    127,
    null,
  ]);
  const killed = spawnTied('sleep', ['600'], { stdio: ['ignore', 'pipe', 'pipe'] });
  const closed = once(killed, 'close');
  killed.kill('SIGKILL');
  assert.deepEqual(await closed, [null, 'SIGKILL']);
});

/** A process that is to be killed. */
function startModule(program: string) {
  return spawn(process.execPath, ['--input-type=module', '-e', program], { stdio: ['ignore', 'pipe', 'inherit'] });
}

/** A process with a tied child, which says when the child has come so far. */
async function parentOf(script: string) {
  const program = `
    import { spawnTied } from ${JSON.stringify(join(import.meta.dirname, '../../lib/tied-child.ts'))};
    const child = spawnTied('/bin/sh', ['-c', ${JSON.stringify(script)}], { stdio: ['ignore', 1, 2], detached: true });
  `;
  const parent = startModule(program);
  await once(createInterface({ input: parent.stdout }), 'line');
  return parent;
}

test('when its parent is killed, a tied program ends, one that ignores SIGTERM too', async (t) => {
  const parents = await Promise.all([
    parentOf('echo up; exec sleep 600'),
    parentOf('trap "" TERM; echo up; while :; do sleep 0.1; done'),
  ]);
  const all = parents.flatMap(descendantsOf);
  assert.ok(all.length >= 4, JSON.stringify(all));
  t.after(() => endLeft(all));
  for (const parent of parents) parent.kill('SIGKILL');
  await until(async () => all.every((one) => !livesAsBefore(one)) || null);
});

test('a fetch from a server that never answers ends with the process that wanted it', async (t) => {
  const silent = createServer().listen(0, '127.0.0.1');
  t.after(() => silent.close());
  await once(silent, 'listening');
  const { port } = silent.address() as AddressInfo;
  const folder = await mkdtemp(join(tmpdir(), 'switchyard-fetch-'));
  t.after(() => rm(folder, { recursive: true }));
  const parent = startModule(`
    import { fetchUrl } from ${JSON.stringify(join(import.meta.dirname, '../../retrieval/snapshot/git-fetch.ts'))};
    const signal = new AbortController().signal;
    await fetchUrl('git://127.0.0.1:${port}/a', { withSecrets: false }, ${JSON.stringify(folder)}, signal);
  `);
  const [socket] = (await once(silent, 'connection')) as [Socket];
  const all = descendantsOf(parent);
  assert.ok(all.length > 0);
  t.after(() => endLeft(all));
  parent.kill('SIGKILL');
  await once(socket.resume(), 'close');
  await until(async () => all.every((one) => !livesAsBefore(one)) || null);
});

test('a tied program whose parent lives is left alone, whatever becomes of the watcher', async () => {
  const child = spawnTied('sleep', ['600'], { stdio: ['ignore', 'pipe', 'pipe'] });
  await until(async () => (nameOf(child.pid) === 'sleep' && watchersOf(child).length === 1) || null);
  for (const { pid } of watchersOf(child)) process.kill(pid, 'SIGKILL');
  await until(async () => watchersOf(child).length === 0 || null);
  assert.equal(child.exitCode, null);
  const closed = once(child, 'close');
  child.kill();
  assert.deepEqual(await closed, [null, 'SIGTERM']);
});

const watchersOf = (child: ChildProcess) => descendantsOf(child).filter(({ pid }) => nameOf(pid) === 'sh');

function nameOf(pid: number | undefined): string {
  return readFileSync(`/proc/${pid}/comm`, 'utf8').trim();
}
