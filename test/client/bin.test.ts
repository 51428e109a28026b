/** The bin runs the command line under a Node that can: its own, or the checkout's, with streams, code and signals. */
import assert from 'node:assert/strict';
import { execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import { copyFileSync, existsSync, mkdirSync, readFileSync, symlinkSync, writeFileSync } from 'node:fs';
import { stripTypeScriptTypes } from 'node:module';
import { join } from 'node:path';
import { test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { until } from '../support/until.ts';
import { descendantsOf, endLeft, livesAsBefore } from '../worker/fixture/test-data-directory.ts';
import { runProgram, temporaryFolder } from './run-command.ts';

const bin = fileURLToPath(new URL('../../client/bin.js', import.meta.url));
const systemNode = '/usr/bin/node';

/** The system's Node where it is too old to run the command line itself; else there is nothing to try. */
const oldNode = existsSync(systemNode) && majorOf(systemNode) < 24 ? systemNode : null;
const needsOldNode = { skip: oldNode === null ? 'no Node older than 24 on this machine' : false };

function majorOf(node: string): number {
  return Number(execFileSync(node, ['--print', 'process.versions.node.split(".")[0]'], { encoding: 'utf8' }));
}

/** A checkout with this bin, a command line of its own and, if wanted, a Node of its own. */
function checkout(folder: string, main: string, withNode: boolean): string {
  mkdirSync(join(folder, 'client'));
  mkdirSync(join(folder, 'node_modules', '.bin'), { recursive: true });
  writeFileSync(join(folder, 'package.json'), '{"type": "module"}');
  writeFileSync(join(folder, 'client', 'command-line.ts'), `${main}\nexport const runAsProcess = () => {};\n`);
  copyFileSync(bin, join(folder, 'client', 'bin.js'));
  if (withNode) symlinkSync(process.execPath, join(folder, 'node_modules', '.bin', 'node'));
  return join(folder, 'client', 'bin.js');
}

test('the bin runs the command line under a Node that is new enough', async () => {
  const end = await runProgram(process.execPath, [bin, 'pipeline', 'list']);
  assert.match(end.stdout, /^orchestrated /);
  assert.equal(end.code, 0);
});

test('in the npm package the bin runs what was compiled, with its cache in a folder of the user', async () => {
  using folder = temporaryFolder();
  for (const path of ['client', 'dist/client', 'dist/lib']) mkdirSync(join(folder.path, path), { recursive: true });
  writeFileSync(join(folder.path, 'package.json'), '{"type": "module"}');
  copyFileSync(bin, join(folder.path, 'client/bin.js'));
  const compiled = 'export const runAsProcess = () => process.stdout.write(process.env.NODE_COMPILE_CACHE);';
  writeFileSync(join(folder.path, 'dist/client/command-line.js'), compiled);
  const folders = stripTypeScriptTypes(readFileSync(new URL('../../lib/user-folders.ts', import.meta.url), 'utf8'));
  writeFileSync(join(folder.path, 'dist/lib/user-folders.js'), folders);
  const cache = join(folder.path, 'cache');
  const { NODE_COMPILE_CACHE: _, ...others } = process.env;
  const end = await runProgram(process.execPath, [join(folder.path, 'client/bin.js')], {
    env: { ...others, XDG_CACHE_HOME: cache },
  });
  assert.equal(end.stdout, join(cache, 'switchyard/node-compile'), end.stderr);
});

test('from an older Node the bin runs the command line under the one of the checkout', needsOldNode, async () => {
  const end = await runProgram(oldNode ?? '', [bin, 'pipeline', 'list']);
  assert.match(end.stdout, /^orchestrated /);
  assert.equal(end.stderr, '');
  assert.equal(end.code, 0);
});

test('npx of an older Node has nothing to warn of', needsOldNode, async () => {
  const checkoutFolder = fileURLToPath(new URL('../..', import.meta.url));
  const env = { PATH: '/usr/bin:/bin' };
  const end = await runProgram('/usr/bin/npx', ['--no-install', 'switchyard', 'pipeline', 'list'], {
    env,
    cwd: checkoutFolder,
  });
  assert.match(end.stdout, /^orchestrated /);
  assert.deepEqual([end.code, end.stderr], [0, '']);
});

test('arguments, streams and exit code pass through', needsOldNode, async () => {
  using folder = temporaryFolder();
  const main = `
    const given: string[] = process.argv.slice(2);
    process.stdout.write(process.versions.node.split('.')[0] + JSON.stringify(given));
    for await (const piece of process.stdin) process.stderr.write(piece);
    process.exitCode = 7;`;
  const file = checkout(folder.path, main, true);
  const end = await runProgram(oldNode ?? '', [file, 'ask', 'a b "c"', '--json'], { input: 'from stdin' });
  assert.equal(end.stdout, `${process.versions.node.split('.')[0]}["ask","a b \\"c\\"","--json"]`);
  assert.equal(end.stderr, 'from stdin');
  assert.equal(end.code, 7);
});

for (const signal of ['SIGTERM', 'SIGINT'] as const)
  test(`${signal} reaches the command line, which may end in order`, needsOldNode, async () => {
    using folder = temporaryFolder();
    const main = `
      process.on('${signal}', () => { process.stdout.write('ends in order'); process.exit(130); });
      setInterval(() => {}, 1000);
      process.stdout.write('listens');`;
    const child = spawn(oldNode ?? '', [checkout(folder.path, main, true)], { stdio: ['ignore', 'pipe', 'inherit'] });
    let heard = '';
    child.stdout.setEncoding('utf8').on('data', (piece: string) => {
      if (heard === '') child.kill(signal);
      heard += piece;
    });
    const code = await new Promise((resolve) => child.once('close', resolve));
    assert.equal(heard, 'listensends in order');
    assert.equal(code, 130);
  });

test('a command line that a signal ends makes the bin end by the same signal', needsOldNode, async () => {
  using folder = temporaryFolder();
  const main = `process.kill(process.pid, 'SIGTERM'); setInterval(() => {}, 1000);`;
  const end = await runProgram(oldNode ?? '', [checkout(folder.path, main, true)]);
  assert.equal(end.signal, 'SIGTERM');
});

test('without a Node to go to, the bin says in one line what to do', needsOldNode, async () => {
  using folder = temporaryFolder();
  const end = await runProgram(oldNode ?? '', [checkout(folder.path, '', false), '--help']);
  assert.match(end.stderr, /^switchyard needs Node 24 or newer and this is v\d+[^\n]*npm ci[^\n]*\n$/);
  assert.equal(end.code, 2);
});

test('a command that hands over to another process takes it along when it is killed', async (t) => {
  const wrapper = spawn(oldNode ?? process.execPath, [bin, 'model'], { stdio: ['ignore', 'pipe', 'inherit'] });
  await once(wrapper.stdout, 'data');
  const all = descendantsOf(wrapper);
  assert.ok(all.length >= 1);
  t.after(() => endLeft(all));
  wrapper.kill('SIGKILL');
  await until(async () => all.every((one) => !livesAsBefore(one)) || null);
});
