import assert from 'node:assert/strict';
import { cpSync, mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
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

const folder = mkdtempSync(join(tmpdir(), 'switchyard-submodules-'));
after(() => rmSync(folder, { recursive: true, force: true }));

/** A repository with a submodule that has one of its own; no test changes it. */
const whole = join(folder, 'whole');
/** A clone of it without them. */
const without = join(folder, 'bare-of-it');
before(() => {
  const allow = ['-c', 'protocol.file.allow=always'];
  const inner = gitRepository(join(folder, 'inner'), { 'deep.py': 'def deepest():\n    return 3\n' });
  const library = gitRepository(join(folder, 'library'), { 'lib.py': 'def library_function():\n    return 2\n' });
  git(library, ...allow, 'submodule', 'add', '--quiet', inner, 'parts/inner');
  git(library, 'commit', '--quiet', '--message', 'with inner');
  gitRepository(whole, { 'main.py': 'import lib\n' });
  git(whole, ...allow, 'submodule', 'add', '--quiet', library, 'libs/library');
  git(whole, ...allow, 'submodule', 'update', '--quiet', '--init', '--recursive');
  git(whole, 'commit', '--quiet', '--message', 'with library');
  git(folder, 'clone', '--quiet', whole, without);
});

test('submodules that are checked out are read, those that are not are named', async (t) => {
  const retrieval = scratchRetrieval(t, join(scratchFolder(t), 'home'));
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
  const scratch = scratchFolder(t);
  const retrieval = scratchRetrieval(t, join(scratch, 'home'));
  const checkout = join(scratch, 'whole');
  cpSync(whole, checkout, { recursive: true });
  writeFiles(checkout, { 'libs/library/lib.py': 'def changed_function():\n    return 4\n' });
  const ref = { kind: 'path', path: checkout, uncommitted: true } as const;
  const changed = await retrieval.open(ref, { signal: never });
  assert.match((await runTool(retrieval, changed, 'grep', { pattern: 'changed_function' })).text, /lib\.py:/);
  rmSync(join(checkout, '.git/modules'), { recursive: true });
  const gone = await openPath(retrieval, checkout);
  assert.equal(gone.leftOut?.[0]?.reason, 'submodule');
});

test('a name in .gitmodules that leads elsewhere is not followed', async (t) => {
  const scratch = scratchFolder(t);
  const secret = gitRepository(join(scratch, 'secret'), { 'private.py': 'x = 1\n' });
  const checkout = gitRepository(join(scratch, 'trap'), {
    'a.py': 'a = 1\n',
    '.gitmodules': '[submodule "../../../secret/.git"]\n\tpath = trap\n\turl = x\n',
  });
  git(checkout, 'update-index', '--add', '--cacheinfo', `160000,${git(secret, 'rev-parse', 'HEAD')},trap`);
  git(checkout, 'commit', '--quiet', '--message', 'trap');
  mkdirSync(join(checkout, '.git/modules')); // from where the name leads to the other repository
  const retrieval = scratchRetrieval(t, join(scratch, 'home'));
  assert.deepEqual(await listPaths(retrieval, await openPath(retrieval, checkout)), ['.gitmodules', 'a.py']);
});
