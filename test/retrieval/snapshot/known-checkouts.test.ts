import assert from 'node:assert/strict';
import { mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { type TestContext, test } from 'node:test';
import { locateRepository } from '../../../retrieval/snapshot/locate-repository.ts';
import {
  commitAll,
  git,
  gitRepository,
  never,
  openPath,
  scratchFolder,
  scratchRetrieval,
  writeFiles,
} from '../scratch.ts';

const files = { 'lib/route.js': 'route()\n', 'README.md': '# Router\n' };

async function located(path: string, ref?: string) {
  const source = await locateRepository({ kind: 'path', path, ...(ref !== undefined && { ref }) }, '/nowhere', never);
  return source.kind === 'commit' ? source : null;
}

/** Where git cannot be started at all. */
async function withoutGit<Result>(act: () => Promise<Result>): Promise<Result> {
  const { PATH } = process.env;
  process.env.PATH = '/nowhere';
  try {
    return await act();
  } finally {
    process.env.PATH = PATH;
  }
}

/** What git says, asked and then remembered. */
async function assertAt(path: string, message: string): Promise<void> {
  const commit = git(path, 'rev-parse', 'HEAD');
  assert.equal((await located(path))?.commit, commit, message);
  assert.equal((await located(path))?.commit, commit, `${message}, again`);
}

function router(t: TestContext): string {
  return gitRepository(join(scratchFolder(t), 'router'), files);
}

test('a checkout in which nothing has changed is located without git, its worktrees and folders too', async (t) => {
  const checkout = router(t);
  const other = join(checkout, '../other');
  git(checkout, 'worktree', 'add', '--quiet', other, '-b', 'other');
  const whole = git(checkout, 'rev-parse', 'HEAD');
  const places: [string, string?][] = [[checkout], [join(checkout, 'lib')], [other], [checkout, whole]];
  for (const [path, ref] of places) {
    const asked = await located(path, ref);
    assert.ok(asked !== null);
    assert.deepEqual(await withoutGit(() => located(path, ref)), asked);
  }
});

test('only a checkout that was opened and has not moved since is known, and it is opened without git', async (t) => {
  const checkout = router(t);
  const retrieval = scratchRetrieval(t, join(checkout, '../home'));
  const openKnown = (more: { ref?: string; uncommitted?: true; path?: string } = {}) =>
    retrieval.openKnown({ kind: 'path', path: checkout, ...more }, never);
  assert.equal(await openKnown(), null);
  const opened = await openPath(retrieval, checkout);
  assert.deepEqual(await withoutGit(() => openKnown()), opened);
  const head = git(checkout, 'rev-parse', 'HEAD');
  await openPath(retrieval, checkout, 'main');
  for (const other of [{ ref: 'main' }, { ref: head }, { uncommitted: true }, { path: join(checkout, 'lib') }] as const)
    assert.equal(await openKnown(other), null, JSON.stringify(other));
  commitAll(writeFiles(checkout, { 'a.js': 'a()\n' }), 'a');
  assert.equal(await openKnown(), null);
  // Located by somebody whose index is another one.
  await located(checkout);
  assert.equal(await openKnown(), null);
  assert.notEqual((await openPath(retrieval, checkout)).id, opened.id);
  assert.notEqual(await openKnown(), null);
  await assert.rejects(openKnown({ path: '/nowhere' }), /there is no folder/);
});

test('a snapshot that is gone is no longer said to be here, once somebody has missed it', async (t) => {
  const checkout = router(t);
  const retrieval = scratchRetrieval(t, join(checkout, '../home'));
  const snapshot = await openPath(retrieval, checkout);
  assert.deepEqual(await retrieval.ensure(snapshot, never), snapshot);
  rmSync(join(checkout, '../home/index'), { recursive: true });
  const missed = { name: 'SnapshotUnavailable' };
  await assert.rejects(retrieval.checkCitations(snapshot, [], never), missed);
  await assert.rejects(retrieval.ensure(snapshot, never), missed);
});

test('whatever moves HEAD is seen at once', async (t) => {
  const checkout = router(t);
  await assertAt(checkout, 'at first');
  const steps: Record<string, () => void> = {
    'a commit': () => commitAll(writeFiles(checkout, { 'a.js': 'a()\n' }), 'a'),
    'another within the same tick': () => commitAll(writeFiles(checkout, { 'a.js': 'b()\n' }), 'b'),
    amended: () => void git(checkout, 'commit', '--quiet', '--amend', '--message', 'c'),
    packed: () => void git(checkout, 'pack-refs', '--all'),
    'a commit after packing': () => commitAll(writeFiles(checkout, { 'a.js': 'd()\n' }), 'd'),
    'packed again': () => void git(checkout, 'pack-refs', '--all'),
    'another branch': () => void git(checkout, 'switch', '--quiet', '-c', 'next', 'HEAD~1'),
    detached: () => void git(checkout, 'switch', '--quiet', '--detach', 'HEAD~1'),
    'a branch that is a symbolic ref': () => {
      git(checkout, 'symbolic-ref', 'refs/heads/alias', 'refs/heads/main');
      git(checkout, 'symbolic-ref', 'HEAD', 'refs/heads/alias');
    },
    'a commit to what it names': () => void git(checkout, 'update-ref', 'refs/heads/main', 'refs/heads/main~1'),
  };
  for (const [name, act] of Object.entries(steps)) {
    act();
    await assertAt(checkout, name);
  }
});

test('a folder in no checkout is located without git, until one is made around it, or what may be a bare one', async (t) => {
  const top = scratchFolder(t);
  const folder = join(writeFiles(join(top, 'plain'), files), 'lib');
  assert.equal(await located(folder), null);
  assert.equal(await withoutGit(() => located(folder)), null);
  writeFileSync(join(top, 'HEAD'), 'ref: refs/heads/main\n');
  await assert.rejects(
    withoutGit(() => located(folder)),
    /git is not installed/,
  );
  assert.equal(await located(folder), null);
  rmSync(join(top, 'HEAD'));
  assert.equal(await located(folder), null);
  gitRepository(join(top, 'plain'), {});
  await assertAt(folder, 'of the checkout');
});

test('a folder that its checkout does not hold is located without git, until a commit holds it', async (t) => {
  const checkout = router(t);
  const outside = join(checkout, 'node_modules/kettle');
  writeFiles(checkout, { 'node_modules/kettle/boil.js': 'boil()\n' });
  assert.equal(await located(outside), null);
  assert.equal(await withoutGit(() => located(outside)), null);
  git(checkout, 'commit', '--quiet', '--allow-empty', '--message', 'without it');
  assert.equal(await located(outside), null);
  assert.equal(await withoutGit(() => located(outside)), null);
  commitAll(checkout, 'all of it');
  await assertAt(outside, 'a commit that holds it');
});

test('a repository made below or removed is seen at once, and so is another origin', async (t) => {
  const checkout = router(t);
  const lib = join(checkout, 'lib');
  await assertAt(lib, 'of the outer one');
  gitRepository(lib, { 'inner.js': 'inner()\n' });
  await assertAt(lib, 'of its own');
  assert.equal((await located(lib))?.prefix, '');
  rmSync(join(lib, '.git'), { recursive: true });
  mkdirSync(join(lib, '.git'));
  writeFileSync(join(lib, '.git/HEAD'), 'ref: refs/heads/main\n');
  await assertAt(lib, 'what git takes for none is passed over');
  commitAll(writeFiles(checkout, { 'b.js': 'b()\n' }), 'b');
  await assertAt(lib, 'and its parent is looked at');
  git(checkout, 'remote', 'add', 'origin', 'https://example.org/a.git');
  assert.equal((await located(checkout))?.url, 'https://example.org/a.git');
  git(checkout, 'remote', 'set-url', 'origin', 'https://example.org/b.git');
  assert.equal((await located(checkout))?.url, 'https://example.org/b.git');
  writeFileSync(join(checkout, 'more'), '[remote "origin"]\n\turl = https://example.org/c.git\n');
  git(checkout, 'config', 'include.path', '../more');
  assert.equal((await located(checkout))?.url, 'https://example.org/c.git');
  writeFileSync(join(checkout, 'more'), '[remote "origin"]\n\turl = https://example.org/d.git\n');
  assert.equal((await located(checkout))?.url, 'https://example.org/d.git');
});

test('a submodule that is checked out later becomes part, and a branch by name may move', async (t) => {
  const folder = scratchFolder(t);
  const part = gitRepository(join(folder, 'part'), { 'part.js': 'part()\n' });
  const outer = gitRepository(join(folder, 'outer'), files);
  git(outer, '-c', 'protocol.file.allow=always', 'submodule', '--quiet', 'add', part, 'part');
  commitAll(outer, 'with a part');
  git(folder, '-c', 'protocol.file.allow=always', 'clone', '--quiet', outer, 'clone');
  const clone = join(folder, 'clone');
  assert.deepEqual((await located(clone))?.submodules, []);
  git(clone, '-c', 'protocol.file.allow=always', 'submodule', '--quiet', 'update', '--init');
  assert.deepEqual(
    (await located(clone))?.submodules.map(({ path }) => path),
    ['part'],
  );
  const before = await located(outer, 'main');
  git(outer, 'switch', '--quiet', '-c', 'aside');
  git(outer, 'branch', '--force', 'main', 'HEAD~1');
  assert.notEqual((await located(outer, 'main'))?.commit, before?.commit);
});
