import assert from 'node:assert/strict';
import { mkdirSync, rmSync, symlinkSync } from 'node:fs';
import { hostname } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { RepositoryUnusable, SnapshotUnavailable } from '../../../retrieval/failures.ts';
import {
  gitRepository,
  listPaths,
  never,
  openPath,
  runTool,
  scratchFolder,
  scratchRetrieval,
  writeFiles,
} from '../scratch.ts';

test('a folder is pinned by its content: the same files elsewhere have the same id, an edit has another', async (t) => {
  const folder = scratchFolder(t);
  const retrieval = scratchRetrieval(t, join(folder, 'home'));
  const files = { 'a.js': 'a()\n', 'lib/b.js': 'b()\n' };
  const one = await openPath(retrieval, writeFiles(join(folder, 'one'), files));
  const two = await openPath(retrieval, writeFiles(join(folder, 'two'), files));
  assert.equal(one.id, two.id);
  assert.match(one.id, /^[0-9a-f]{64}$/);
  const edited = await openPath(retrieval, writeFiles(join(folder, 'one'), { 'a.js': 'changed()\n' }));
  assert.notEqual(edited.id, one.id);
  assert.match((await runTool(retrieval, one, 'read_lines', { path: 'a.js' })).text, /1\| a\(\)/);
  assert.match((await runTool(retrieval, edited, 'read_lines', { path: 'a.js' })).text, /1\| changed\(\)/);
});

test('a search sees its own snapshot only, though both share a store', async (t) => {
  const folder = scratchFolder(t);
  const retrieval = scratchRetrieval(t, join(folder, 'home'));
  const root = writeFiles(join(folder, 'one'), { 'a.js': 'zebra()\n', 'b.js': 'shared()\n' });
  const before = await openPath(retrieval, root);
  const after = await openPath(retrieval, writeFiles(root, { 'a.js': 'giraffe()\n' }));
  assert.equal(before.repositoryKey, after.repositoryKey);
  assert.match((await runTool(retrieval, before, 'search_code', { query: 'zebra' })).text, /a\.js:1-1/);
  assert.match((await runTool(retrieval, after, 'search_code', { query: 'zebra' })).text, /^note: nothing found/);
});

test('everything works after the folder is gone', async (t) => {
  const folder = scratchFolder(t);
  const retrieval = scratchRetrieval(t, join(folder, 'home'));
  const root = writeFiles(join(folder, 'gone'), {
    'a.js': 'function alpha () {\n  return beta\n}\n',
    'README.md': '# Alpha\n',
  });
  const snapshot = await openPath(retrieval, root);
  rmSync(root, { recursive: true });
  assert.deepEqual(await retrieval.ensure(snapshot, never), snapshot);
  for (const [tool, args] of [
    ['search_code', { query: 'alpha' }],
    ['search_docs', { query: 'alpha' }],
    ['find_symbol', { name: 'alpha' }],
    ['grep', { pattern: 'Alpha|alpha' }],
    ['read_lines', { path: 'a.js' }],
  ] as const) {
    const run = await runTool(retrieval, snapshot, tool, args);
    assert.ok(run.status === 'ok' && run.evidence.length > 0, `${tool}: ${run.text}`);
  }
  const citation = { path: 'a.js', firstLine: 2, lastLine: 2, quote: 'return beta' };
  assert.equal((await retrieval.checkCitations(snapshot, [citation], never))[0]?.status, 'verified');
});

test('ignore files at any depth, node_modules, .git and links are respected', async (t) => {
  const folder = scratchFolder(t);
  const root = writeFiles(join(folder, 'root'), {
    '.gitignore': '*.log\nbuild/\n!kept.log\n',
    '.switchyardignore': 'secret.js\n',
    'a.log': 'x\n',
    'kept.log': 'x\n',
    'build/out.js': 'x\n',
    'secret.js': 'x\n',
    'lib/.gitignore': '/local.js\n',
    'lib/local.js': 'x\n',
    'lib/deep/local.js': 'x\n',
    'node_modules/dep/index.js': 'x\n',
    '.git/config': 'x\n',
  });
  const outside = writeFiles(join(folder, 'outside'), { 'private.js': 'private()\n' });
  symlinkSync(outside, join(root, 'way-out'));
  symlinkSync(join(outside, 'private.js'), join(root, 'link.js'));
  const retrieval = scratchRetrieval(t, join(folder, 'home'));
  const snapshot = await openPath(retrieval, root);
  const expected = ['.gitignore', '.switchyardignore', 'kept.log', 'lib/.gitignore', 'lib/deep/local.js'];
  assert.deepEqual(await listPaths(retrieval, snapshot), expected);
});

test('Windows line endings, Latin-1, a byte order mark and empty files are read line by line', async (t) => {
  const folder = scratchFolder(t);
  const root = writeFiles(join(folder, 'root'), {
    'crlf.js': 'one\r\ntwo\r\n',
    'broken.js': Buffer.from([0x61, 0xff, 0xfe, 0x0a, 0x62, 0x0a]),
    'bom.js': '\ufefffirst\n',
    'empty.js': '',
    'long.js': `${'word '.repeat(200)}\n${'x\n'.repeat(100)}`,
  });
  const retrieval = scratchRetrieval(t, join(folder, 'home'));
  const snapshot = await openPath(retrieval, root);
  const read = async (path: string) => (await runTool(retrieval, snapshot, 'read_lines', { path })).text;
  assert.equal(await read('crlf.js'), '@@ crlf.js:1-2\n1| one\n2| two');
  assert.equal(await read('broken.js'), '@@ broken.js:1-2\n1| aÿþ\n2| b');
  assert.equal(await read('bom.js'), '@@ bom.js:1-1\n1| first');
  assert.equal(await read('empty.js'), 'note: empty.js is empty');
  assert.match(await read('long.js'), /…\n2\| x\n[\s\S]*note: lines are cut at 300 characters/);
});

test('what cannot be opened is refused in one line that says what to do', async (t) => {
  const folder = scratchFolder(t);
  mkdirSync(join(folder, 'empty'));
  writeFiles(folder, { 'file.js': 'x\n', 'images/a.png': Buffer.from([0, 1]) });
  const retrieval = scratchRetrieval(t, join(folder, 'home'));
  const cases: [string, RegExp][] = [
    [join(folder, 'nowhere'), /there is no folder .*nowhere: check the path/],
    [join(folder, 'empty'), /holds no text files: name the folder/],
    [join(folder, 'images'), /holds no text files \(left out: 1 binary\)/],
    [join(folder, 'file.js'), /is a file: name the folder that holds it/],
    ['with\0nul', /NUL/],
  ];
  for (const [path, message] of cases) {
    await assert.rejects(openPath(retrieval, path), (error) => {
      assert.ok(error instanceof RepositoryUnusable && message.test(error.message), String(error));
      assert.ok(!error.message.includes('\n'));
      return true;
    });
  }
  await assert.rejects(openPath(retrieval, join(folder, 'images'), 'main'), /is not in a git checkout/);
});

test('another machine without the snapshot says so by name; with a URL it fetches the commit', async (t) => {
  const folder = scratchFolder(t);
  const here = scratchRetrieval(t, join(folder, 'here'));
  const there = scratchRetrieval(t, join(folder, 'there'));
  const plain = await openPath(here, writeFiles(join(folder, 'plain'), { 'a.js': 'a()\n' }));
  const calls = [
    () => there.ensure(plain, never),
    () => there.checkCitations(plain, [], never),
    () => there.render(plain, [], never),
    () => runTool(there, plain, 'list_files', {}),
  ];
  for (const call of calls) {
    await assert.rejects(call, (error) => {
      assert.ok(error instanceof SnapshotUnavailable && error.message.includes(hostname()), String(error));
      return true;
    });
  }
  const checkout = gitRepository(join(folder, 'router'), { 'lib/route.js': 'route()\n' });
  const remote = await here.open({ kind: 'url', url: `file://${checkout}` }, { signal: never });
  assert.deepEqual(await there.ensure(remote, never), remote);
  assert.deepEqual(await listPaths(there, remote), ['lib/route.js']);
  rmSync(checkout, { recursive: true });
  const third = scratchRetrieval(t, join(folder, 'third'));
  await assert.rejects(third.ensure(remote, never), SnapshotUnavailable);
});
