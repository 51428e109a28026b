import assert from 'node:assert/strict';
import { join } from 'node:path';
import { test } from 'node:test';
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

const pointer = `version https://git-lfs.github.com/spec/v1\noid sha256:${'ab'.repeat(32)}\nsize 12345\n`;
const files = {
  'good.py': 'x = 1\n',
  'logo.png': Buffer.from([137, 80, 78, 71, 0, 1]),
  'huge.py': 'y = 2\n'.repeat(200_000),
  'package-lock.json': '{}\n',
  'model.bin': pointer,
  'drafts/idea.py': 'z = 3\n',
  '.switchyardignore': 'drafts/\n',
};

test('what is left out is counted by reason and named, in folders and commits alike', async (t) => {
  const folder = scratchFolder(t);
  const retrieval = scratchRetrieval(t, join(folder, 'home'));
  const expected = (ignored: string) => [
    { reason: 'binary', count: 1, examples: ['logo.png'] },
    { reason: 'too large', count: 1, examples: ['huge.py'] },
    { reason: 'Git LFS pointer', count: 1, examples: ['model.bin'] },
    { reason: 'lock file', count: 1, examples: ['package-lock.json'] },
    { reason: 'ignored', count: 1, examples: [ignored] },
  ];
  const commit = await openPath(retrieval, gitRepository(join(folder, 'checkout'), files));
  assert.deepEqual(commit.leftOut, expected('drafts/idea.py'));
  const again = await retrieval.ensure(commit, never);
  assert.deepEqual(again.leftOut, commit.leftOut);
  const plain = await openPath(retrieval, writeFiles(join(folder, 'plain'), { ...files, '.git/config': 'x\n' }));
  assert.deepEqual(plain.leftOut, expected('drafts/'));
  for (const snapshot of [commit, plain]) {
    assert.deepEqual(await listPaths(retrieval, snapshot), ['.switchyardignore', 'good.py', 'model.bin']);
    const { text } = await runTool(retrieval, snapshot, 'read_lines', { path: 'model.bin' });
    assert.match(text, /1\| Git LFS pointer: the content \(12345 bytes\) is not here/);
  }
});

test('names of what is left out are few, and fit on one line', async (t) => {
  const folder = scratchFolder(t);
  const binary = Object.fromEntries(Array.from({ length: 30 }, (_, at) => [`b${at}.bin`, Buffer.from([0, 1])]));
  const long = `${'long/'.repeat(60)}x.bin`;
  const root = writeFiles(join(folder, 'many'), { 'a.py': 'a = 1\n', ...binary, [long]: Buffer.from([0]) });
  const retrieval = scratchRetrieval(t, join(folder, 'home'));
  const [left] = (await openPath(retrieval, root)).leftOut ?? [];
  assert.deepEqual([left?.count, left?.examples.length], [31, 10]);
  assert.ok(left?.examples.every((one) => one.length <= 200 && !/\p{Cc}/u.test(one)));
});

test('a wrong ref is a mistake of --ref, whatever the repository is', async (t) => {
  const folder = scratchFolder(t);
  const checkout = gitRepository(join(folder, 'checkout'), { 'a.py': 'a = 1\n' });
  git(folder, 'clone', '--quiet', '--bare', checkout, 'bare.git');
  const plain = writeFiles(join(folder, 'plain'), { 'a.py': 'a = 1\n' });
  const retrieval = scratchRetrieval(t, join(folder, 'home'));
  for (const repository of [
    { kind: 'path', path: checkout },
    { kind: 'path', path: join(folder, 'bare.git') },
    { kind: 'path', path: plain },
    { kind: 'url', url: `file://${checkout}` },
  ] as const) {
    await assert.rejects(retrieval.open({ ...repository, ref: 'no-such-ref' }, { signal: never }), {
      setting: '--ref',
    });
  }
  await assert.rejects(openPath(retrieval, join(folder, 'nowhere')), { setting: null });
});
