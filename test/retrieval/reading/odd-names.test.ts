import assert from 'node:assert/strict';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import {
  commitAll,
  gitRepository,
  listPaths,
  never,
  openPath,
  runTool,
  scratchFolder,
  scratchRetrieval,
  writeFiles,
} from '../scratch.ts';

const usable = [
  'back\\slash.py',
  '~home.py',
  'c:drive.py',
  'a[1].py',
  '-dash.py',
  'naïve "x".py',
  '日本.py',
  '{a,b}.py',
  'x*.py',
];

test('a name that is indexed can be listed, searched, read and cited; any other is left out by name', async (t) => {
  const folder = scratchFolder(t);
  const files = Object.fromEntries(
    usable.map((path, at) => [path, `def function${at}():\n    return "value ${at}"\n`]),
  );
  const checkout = gitRepository(join(folder, 'names'), files);
  const plain = writeFiles(join(folder, 'plain'), files);
  for (const root of [checkout, plain]) {
    writeFiles(root, { 'two\nlines.py': 'x = 1\n', 'tab\there.py': 'x = 2\n' });
    writeFileSync(Buffer.concat([Buffer.from(`${root}/latin`), Buffer.from([0xe9]), Buffer.from('.py')]), 'x = 3\n');
  }
  commitAll(checkout, 'odd names');
  const retrieval = scratchRetrieval(t, join(folder, 'home'));
  for (const root of [checkout, plain]) {
    const snapshot = await openPath(retrieval, root);
    assert.deepEqual((await listPaths(retrieval, snapshot)).sort(), [...usable].sort());
    assert.deepEqual(
      snapshot.leftOut?.map(({ reason, count, examples }) => [reason, count, [...examples].sort()]),
      [['name not usable', 3, ['latin\ufffd.py', 'tab\\there.py', 'two\\nlines.py']]],
    );
    for (const [at, path] of usable.entries()) {
      const search = await runTool(retrieval, snapshot, 'grep', { pattern: `value ${at}"`, path });
      assert.equal(search.evidence[0]?.path, path);
      assert.match((await runTool(retrieval, snapshot, 'read_lines', { path })).text, new RegExp(`value ${at}"`), path);
      const citation = { path, firstLine: 2, lastLine: 2, quote: `return "value ${at}"` };
      assert.equal((await retrieval.checkCitations(snapshot, [citation], never))[0]?.status, 'verified', path);
      assert.equal((await retrieval.explain({ kind: 'path', path: root }, path, never)).reason, null, path);
    }
    for (const path of ['two\nlines.py', 'tab\there.py', 'latin\ufffd.py']) {
      assert.match(
        String((await retrieval.explain({ kind: 'path', path: root }, path, never)).reason),
        /^name not usable/,
      );
      assert.match((await runTool(retrieval, snapshot, 'read_lines', { path })).text, /^error: the path /);
      const [cited] = await retrieval.checkCitations(
        snapshot,
        [{ path, firstLine: 1, lastLine: 1, quote: 'x = 1' }],
        never,
      );
      assert.equal(cited?.status, 'unresolved');
    }
  }
});
