import assert from 'node:assert/strict';
import { rmSync, symlinkSync, utimesSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { type TestContext, test } from 'node:test';
import type { Snapshot } from '../../../contracts/snapshot.ts';
import type { Retrieval } from '../../../retrieval/repository.ts';
import { readKnownFile } from '../../../retrieval/snapshot/folder-files.ts';
import {
  commitOf,
  git,
  gitRepository,
  listPaths,
  never,
  openPath,
  runTool,
  scratchFolder,
  scratchRetrieval,
  writeFiles,
} from '../scratch.ts';

const files = {
  'lib/cart.js': 'exports.total = () => 1;\n',
  'lib/old.js': 'exports.old = 1;\n',
  '.gitignore': 'build/\n',
  '.switchyardignore': 'private/\n',
};

async function scene(t: TestContext) {
  const scratch = scratchFolder(t);
  const checkout = gitRepository(join(scratch, 'shop'), files);
  return { scratch, checkout, retrieval: scratchRetrieval(t, join(scratch, 'home')) };
}

function openChanged(retrieval: Retrieval, path: string): Promise<Snapshot> {
  return retrieval.open({ kind: 'path', path, uncommitted: true }, { signal: never });
}

test('uncommitted changes are part of a snapshot only where they are asked for', async (t) => {
  const { scratch, checkout, retrieval } = await scene(t);
  writeFiles(checkout, {
    'lib/cart.js': 'exports.total = () => 2;\n',
    'lib/new.js': 'exports.fresh = 1;\n',
    'build/out.js': 'exports.built = 1;\n',
    'private/key.js': 'exports.secret = 1;\n',
  });
  rmSync(join(checkout, 'lib/old.js'));
  writeFileSync(join(scratch, 'outside.js'), 'exports.outside = 1;\n');
  symlinkSync(join(scratch, 'outside.js'), join(checkout, 'lib/link.js'));
  const committed = await openPath(retrieval, checkout);
  const changed = await openChanged(retrieval, checkout);
  assert.notEqual(changed.id, committed.id);
  assert.match(changed.label, / with uncommitted changes$/);
  assert.deepEqual(await listPaths(retrieval, changed), [
    '.gitignore',
    '.switchyardignore',
    'lib/cart.js',
    'lib/new.js',
  ]);
  assert.match((await runTool(retrieval, changed, 'read_lines', { path: 'lib/cart.js' })).text, /=> 2/);
  assert.match((await runTool(retrieval, committed, 'read_lines', { path: 'lib/cart.js' })).text, /=> 1/);
});

test('the same changes have the same id, others another, and none the id of the commit', async (t) => {
  const { checkout, retrieval } = await scene(t);
  const clean = await openChanged(retrieval, checkout);
  assert.equal(commitOf(clean), git(checkout, 'rev-parse', 'HEAD'));
  writeFiles(checkout, { 'lib/cart.js': 'exports.total = () => 2;\n' });
  const once = await openChanged(retrieval, checkout);
  assert.equal((await openChanged(retrieval, checkout)).id, once.id);
  writeFiles(checkout, { 'lib/cart.js': 'exports.total = () => 3;\n' });
  assert.notEqual((await openChanged(retrieval, checkout)).id, once.id);
  const refused = retrieval.open({ kind: 'path', path: checkout, ref: 'HEAD', uncommitted: true }, { signal: never });
  await assert.rejects(refused, /leave the ref out/);
});

test("a filter that a repository's settings name is not started", async (t) => {
  const { scratch, checkout, retrieval } = await scene(t);
  const trap = join(scratch, 'started');
  git(checkout, 'config', 'filter.trap.clean', `touch ${trap}`);
  writeFiles(checkout, { '.gitattributes': '*.js filter=trap\n', 'lib/cart.js': 'exports.total = () => 4;\n' });
  await openChanged(retrieval, checkout);
  assert.throws(() => rmSync(trap), { code: 'ENOENT' });
});

test('a file that has not changed is not read again, and one that has is, though its size and time are the same', async (t) => {
  const root = writeFiles(scratchFolder(t), { 'a.js': 'first\n' });
  const old = new Date(Date.now() - 60_000);
  const read = async (isEnough = true) => {
    const found = await readKnownFile(root, 'a.js', () => isEnough);
    assert.ok('blob' in found);
    return found.bytes === null ? 'known' : found.bytes.toString();
  };
  utimesSync(join(root, 'a.js'), old, old);
  assert.deepEqual([await read(), await read()], ['first\n', 'first\n'], 'changed a moment ago: its times say nothing');
  t.mock.timers.enable({ apis: ['Date'], now: Date.now() + 10_000 });
  assert.deepEqual([await read(), await read(), await read(false)], ['first\n', 'known', 'first\n']);
  writeFileSync(join(root, 'a.js'), 'other\n');
  utimesSync(join(root, 'a.js'), old, old);
  assert.equal(await read(), 'other\n');
  rmSync(join(root, 'a.js'));
  assert.deepEqual(await readKnownFile(root, 'a.js', () => true), { skip: 'missing from the repository' });
  symlinkSync('/etc/passwd', join(root, 'a.js'));
  assert.deepEqual(await readKnownFile(root, 'a.js', () => true), { skip: 'symbolic link' });
});
