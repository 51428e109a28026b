/** examples/own-worker with the packed package, as a person would install it: one copy of Temporal's SDK, and its commands work. */
import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { cpSync } from 'node:fs';
import { join } from 'node:path';

type Ran = { code: number; stdout: string; stderr: string };

export type Tried = {
  tarball: string;
  /** That of the example in the checkout, and where it is copied to. */
  example: string;
  place: string;
  repository: string;
  env: Record<string, string>;
  npm(folder: string, ...given: string[]): Promise<Ran>;
  run(file: string, given: string[], cwd: string, env: Record<string, string>): Promise<Ran>;
};

/** @throws AssertionError with what went wrong */
export async function tryOwnWorker({ tarball, example, place, repository, env, npm, run }: Tried): Promise<void> {
  cpSync(example, place, { recursive: true, filter: (path) => !/node_modules|\.tgz$/.test(path) });
  cpSync(tarball, join(place, 'switchyard.tgz'));
  await npm(place, 'install', '--no-audit', '--no-fund');
  for (const name of ['@temporalio/common', '@temporalio/worker', '@temporalio/proto']) {
    const tree = await npm(place, 'ls', name, '--all', '--parseable');
    assert.equal(new Set(tree.stdout.trim().split('\n')).size, 1, tree.stdout);
  }
  const worker = spawn(process.execPath, ['worker.ts'], { cwd: place, env, stdio: ['ignore', 'pipe', 'ignore'] });
  const ended = once(worker, 'exit').then(([code]) => code as number | null);
  try {
    await Promise.race([once(worker.stdout, 'data'), ended.then((code) => assert.fail(`it has ended with ${code}`))]);
    const ask = (type: string) =>
      run(process.execPath, ['ask.ts', type, 'When does boil throw KETTLE_EMPTY?', repository], place, env);
    const asked = await ask('askAndFile');
    assert.match(asked.stdout, /^filed \(answered\): .*KETTLE_EMPTY/, asked.stderr);
    const quick = await ask('quickAnswer');
    assert.match(quick.stdout, /"kind":"answered"/, quick.stderr);
  } finally {
    worker.kill('SIGTERM');
  }
  assert.equal(await ended, 0);
  const replayed = await run(process.execPath, ['replay.ts'], place, env);
  assert.equal(replayed.code, 0, replayed.stdout + replayed.stderr);
  assert.match(replayed.stdout, /^askAndFile-\d+: replays$/m);
}
