import assert from 'node:assert/strict';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { test } from 'node:test';
import { createRetrieval } from '../../../retrieval/repository.ts';
import { storeFile } from '../../../retrieval/store/store.ts';
import {
  commitOf,
  gitRepository,
  listPaths,
  never,
  openPath,
  runTool,
  scratchFolder,
  scratchRetrieval,
} from '../scratch.ts';

test('snapshots of the version before stay as they were, beside those that are read by the present rules', async (t) => {
  const folder = scratchFolder(t);
  const home = join(folder, 'home');
  const latin = Buffer.from([0x23, 0x20, 0xe4, 0x0a]);
  const checkout = gitRepository(join(folder, 'old'), { 'a.py': 'def alpha():\n    return 1\n', 'latin.py': latin });
  const made = createRetrieval({ dataDirectory: home });
  const present = await openPath(made, checkout);
  await made.close();
  // As version 2 of the tables had it: the commit is the id, and Latin-1 is read with replacement characters.
  const commit = String(commitOf(present));
  {
    using store = new DatabaseSync(storeFile(home, present.repositoryKey));
    store.prepare('UPDATE snapshot SET id = ?, skipped = ?').run(commit, '{"binary":1}');
    store.prepare(`UPDATE blob SET oid = ?, text = ? WHERE text LIKE '%ä%'`).run('ab'.repeat(20), '# \ufffd\n');
    store.exec('ALTER TABLE blob DROP COLUMN reading; UPDATE state SET text_version = 2');
  }
  const retrieval = scratchRetrieval(t, home);
  const old = { id: commit, repositoryKey: present.repositoryKey, url: null };
  const held = await retrieval.ensure(old, never);
  assert.deepEqual([held.files, held.leftOut], [2, undefined]);
  const line = async (ref: typeof old) => (await runTool(retrieval, ref, 'read_lines', { path: 'latin.py' })).text;
  assert.equal(await line(old), '@@ latin.py:1-1\n1| # \ufffd');
  const again = await openPath(retrieval, checkout);
  assert.equal(again.id, present.id);
  assert.equal(await line({ ...again, url: null }), '@@ latin.py:1-1\n1| # ä');
  assert.equal(await line(old), '@@ latin.py:1-1\n1| # \ufffd');
  assert.deepEqual(await listPaths(retrieval, again), ['a.py', 'latin.py']);
});
