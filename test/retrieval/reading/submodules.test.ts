import assert from 'node:assert/strict';
import { rmSync } from 'node:fs';
import { join } from 'node:path';
import { test, type TestContext } from 'node:test';
import {
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

/** A repository with a submodule that has one of its own, and a clone of it without them. */
function scene(t: TestContext) {
  const folder = scratchFolder(t);
  const allow = ['-c', 'protocol.file.allow=always'];
  const inner = gitRepository(join(folder, 'inner'), { 'deep.py': 'def deepest():\n    return 3\n' });
  const library = gitRepository(join(folder, 'library'), { 'lib.py': 'def library_function():\n    return 2\n' });
  git(library, ...allow, 'submodule', 'add', '--quiet', inner, 'parts/inner');
  git(library, 'commit', '--quiet', '--message', 'with inner');
  const whole = gitRepository(join(folder, 'whole'), { 'main.py': 'import lib\n' });
  git(whole, ...allow, 'submodule', 'add', '--quiet', library, 'libs/library');
  git(whole, ...allow, 'submodule', 'update', '--quiet', '--init', '--recursive');
  git(whole, 'commit', '--quiet', '--message', 'with library');
  git(folder, 'clone', '--quiet', whole, 'bare-of-it');
  return { whole, without: join(folder, 'bare-of-it'), retrieval: scratchRetrieval(t, join(folder, 'home')) };
}

test('submodules that are checked out are read, those that are not are named', async (t) => {
  const { whole, without, retrieval } = scene(t);
  const snapshot = await openPath(retrieval, whole);
  const deep = 'libs/library/parts/inner/deep.py';
  assert.deepEqual(await listPaths(retrieval, snapshot), [
    '.gitmodules',
    'libs/library/.gitmodules',
    'libs/library/lib.py',
    deep,
    'main.py',
  ]);
  assert.deepEqual(snapshot.leftOut, []);
  assert.match((await runTool(retrieval, snapshot, 'read_lines', { path: deep })).text, /def deepest/);
  assert.equal(snapshot.url, null, 'no URL gives the submodules');
  const below = await openPath(retrieval, join(whole, 'libs'));
  assert.ok((await listPaths(retrieval, below)).includes('library/lib.py'));

  const bare = await openPath(retrieval, without);
  assert.notEqual(bare.id, snapshot.id);
  assert.deepEqual(bare.leftOut, [{ reason: 'submodule', count: 1, examples: ['libs/library/'] }]);
  const explained = await retrieval.explain({ kind: 'path', path: without }, 'libs/library/lib.py', never);
  assert.match(String(explained.reason), /inside the submodule libs\/library, which is not checked out/);
  assert.equal((await retrieval.explain({ kind: 'path', path: whole }, 'libs/library/lib.py', never)).reason, null);
});

test("a submodule's uncommitted changes are read where they are asked for, its removal too", async (t) => {
  const { whole, retrieval } = scene(t);
  writeFiles(whole, { 'libs/library/lib.py': 'def changed_function():\n    return 4\n' });
  const ref = { kind: 'path', path: whole, uncommitted: true } as const;
  const changed = await retrieval.open(ref, { signal: never });
  assert.match((await runTool(retrieval, changed, 'grep', { pattern: 'changed_function' })).text, /lib\.py:/);
  rmSync(join(whole, '.git/modules'), { recursive: true });
  const gone = await openPath(retrieval, whole);
  assert.equal(gone.leftOut?.[0]?.reason, 'submodule');
});

test('a name in .gitmodules that leads elsewhere is not followed', async (t) => {
  const folder = scratchFolder(t);
  const secret = gitRepository(join(folder, 'secret'), { 'private.py': 'x = 1\n' });
  const checkout = gitRepository(join(folder, 'trap'), {
    'a.py': 'a = 1\n',
    '.gitmodules': '[submodule "../../../secret/.git"]\n\tpath = trap\n\turl = x\n',
  });
  git(checkout, 'update-index', '--add', '--cacheinfo', `160000,${git(secret, 'rev-parse', 'HEAD')},trap`);
  git(checkout, 'commit', '--quiet', '--message', 'trap');
  const retrieval = scratchRetrieval(t, join(folder, 'home'));
  assert.deepEqual(await listPaths(retrieval, await openPath(retrieval, checkout)), ['.gitmodules', 'a.py']);
});
