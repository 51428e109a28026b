import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { existsSync, mkdirSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { RepositoryUnusable } from '../../../retrieval/failures.ts';
import {
  commitAll,
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
  'lib/route.js': 'function route (path) {\n  return path\n}\n',
  'README.md': '# Router\n\nRoutes paths.\n',
};

test('a checkout is pinned to the commit of HEAD, whatever the working copy holds', async (t) => {
  const folder = scratchFolder(t);
  const checkout = gitRepository(join(folder, 'router'), files);
  writeFiles(checkout, { 'lib/route.js': 'changed\n', 'new.js': 'new\n' });
  const retrieval = scratchRetrieval(t, join(folder, 'home'));
  const snapshot = await openPath(retrieval, checkout);
  assert.equal(commitOf(snapshot), git(checkout, 'rev-parse', 'HEAD'));
  assert.deepEqual([snapshot.kind, snapshot.files], ['commit', 2]);
  assert.equal(snapshot.label, `router@${snapshot.id.slice(0, 12)}`);
  assert.match((await runTool(retrieval, snapshot, 'read_lines', { path: 'lib/route.js' })).text, /2\| {3}return path/);
});

test('a ref names the commit; refs that do not exist or look like options are refused', async (t) => {
  const folder = scratchFolder(t);
  const checkout = gitRepository(join(folder, 'router'), files);
  git(checkout, 'tag', 'v1');
  const first = git(checkout, 'rev-parse', 'HEAD');
  writeFiles(checkout, { 'later.js': 'later()\n' });
  commitAll(checkout, 'second');
  const retrieval = scratchRetrieval(t, join(folder, 'home'));
  for (const ref of ['v1', 'HEAD~1', first.slice(0, 8)]) {
    assert.equal(commitOf(await openPath(retrieval, checkout, ref)), first, ref);
  }
  for (const ref of ['v2', '--upload-pack=touch /tmp/x', '-h', 'a\nb', 'a b']) {
    await assert.rejects(openPath(retrieval, checkout, ref), (error) => {
      assert.ok(error instanceof RepositoryUnusable && !error.message.includes('\n'), String(error));
      return true;
    });
  }
});

test('a run outlives its branch: rewritten, garbage-collected, then deleted', async (t) => {
  const folder = scratchFolder(t);
  const checkout = gitRepository(join(folder, 'router'), files);
  const retrieval = scratchRetrieval(t, join(folder, 'home'));
  const snapshot = await openPath(retrieval, checkout);
  writeFiles(checkout, { 'lib/route.js': 'rewritten\n' });
  git(checkout, 'commit', '--all', '--amend', '--quiet', '--message', 'rewritten');
  git(checkout, 'reflog', 'expire', '--expire=now', '--all');
  git(checkout, 'gc', '--quiet', '--prune=now');
  assert.throws(() => git(checkout, 'cat-file', '-e', String(commitOf(snapshot))), 'the commit is gone');
  const look = async () => {
    assert.deepEqual(await retrieval.ensure(snapshot, never), snapshot);
    assert.match((await runTool(retrieval, snapshot, 'search_code', { query: 'route path' })).text, /return path/);
    assert.match(
      (await runTool(retrieval, snapshot, 'git_log', { path: 'lib' })).text,
      /^[0-9a-f]{10} \S+ Ada: first$/,
    );
  };
  await look();
  rmSync(checkout, { recursive: true });
  await look();
});

test('a folder of a checkout is read at the commit with paths relative to it, history too', async (t) => {
  const folder = scratchFolder(t);
  const checkout = gitRepository(join(folder, 'mono'), {
    'packages/a/index.js': 'one()\n',
    'packages/b/index.js': 'two()\n',
  });
  const retrieval = scratchRetrieval(t, join(folder, 'home'));
  const snapshot = await openPath(retrieval, join(checkout, 'packages/a'));
  assert.equal(commitOf(snapshot), git(checkout, 'rev-parse', 'HEAD'));
  assert.deepEqual(await listPaths(retrieval, snapshot), ['index.js']);
  assert.match((await runTool(retrieval, snapshot, 'git_log', { path: 'index.js' })).text, / Ada: first$/);
  const whole = await openPath(retrieval, checkout);
  assert.notEqual(whole.repositoryKey, snapshot.repositoryKey);
  assert.equal(whole.files, 2);
});

test('a folder that the checkout around it ignores is a plain folder', async (t) => {
  const folder = scratchFolder(t);
  const checkout = gitRepository(join(folder, 'app'), { '.gitignore': 'node_modules/\n', 'index.js': 'app()\n' });
  writeFiles(checkout, { 'node_modules/fast/index.js': 'fast()\n' });
  const retrieval = scratchRetrieval(t, join(folder, 'home'));
  const snapshot = await openPath(retrieval, join(checkout, 'node_modules/fast'));
  assert.deepEqual([snapshot.kind, snapshot.files, snapshot.label], ['folder', 1, 'fast']);
  await assert.rejects(openPath(retrieval, join(checkout, 'node_modules/fast'), 'HEAD'), /does not exist at HEAD/);
});

test('a bare repository and file URLs are read, again after a push, and without a ref the default branch', async (t) => {
  const folder = scratchFolder(t);
  const checkout = gitRepository(join(folder, 'router'), files);
  const bare = join(folder, 'router.git');
  git(folder, 'clone', '--quiet', '--bare', checkout, bare);
  const first = git(checkout, 'rev-parse', 'HEAD');
  const retrieval = scratchRetrieval(t, join(folder, 'home'));
  assert.equal(commitOf(await openPath(retrieval, bare)), first);
  const open = (url: string, ref?: string) =>
    retrieval.open({ kind: 'url', url, ...(ref ? { ref } : {}) }, { signal: never });
  assert.equal(commitOf(await open(`file://${bare}`)), first);
  writeFiles(checkout, { 'later.js': 'later()\n' });
  commitAll(checkout, 'second');
  git(checkout, 'push', '--quiet', bare, 'main');
  const second = await open(`file://${bare}`);
  assert.equal(commitOf(second), git(checkout, 'rev-parse', 'HEAD'));
  for (const ref of [first, first.slice(0, 9), 'HEAD~1']) assert.equal(commitOf(await open(bare, ref)), first, ref);
  await assert.rejects(open(`file://${bare}`, 'nowhere'), /there is no ref "nowhere"/);
});

test('what is no git URL is refused before git sees it', async (t) => {
  const retrieval = scratchRetrieval(t, scratchFolder(t));
  const marker = join(scratchFolder(t), 'started');
  for (const url of [
    `ext::touch ${marker}`,
    '--upload-pack=touch',
    'ssh://-oProxyCommand=x/y',
    'fastify',
    'a b',
    'x\ny',
  ]) {
    await assert.rejects(retrieval.open({ kind: 'url', url }, { signal: never }), (error) => {
      assert.ok(error instanceof RepositoryUnusable && /is not a git URL/.test(error.message), String(error));
      return true;
    });
  }
  assert.equal(existsSync(marker), false);
  const gone = retrieval.open({ kind: 'url', url: 'file:///nowhere/at-all.git' }, { signal: never });
  await assert.rejects(gone, RepositoryUnusable);
});

test("a repository's own settings and hooks start nothing", async (t) => {
  const folder = scratchFolder(t);
  const checkout = gitRepository(join(folder, 'trap'), files);
  const marker = join(folder, 'started');
  const trap = join(folder, 'trap.sh');
  writeFileSync(trap, `#!/bin/sh\ntouch ${marker}\n`, { mode: 0o755 });
  for (const key of [
    'core.fsmonitor',
    'core.sshCommand',
    'core.pager',
    'diff.external',
    'gpg.program',
    'core.alternateRefsCommand',
  ]) {
    git(checkout, 'config', key, trap);
  }
  git(checkout, 'config', 'log.showSignature', 'true');
  for (const hook of ['post-checkout', 'reference-transaction', 'pre-auto-gc']) {
    writeFiles(checkout, { [`.git/hooks/${hook}`]: readFileSync(trap) });
    execFileSync('chmod', ['+x', join(checkout, '.git/hooks', hook)]);
  }
  const retrieval = scratchRetrieval(t, join(folder, 'home'));
  assert.equal((await openPath(retrieval, checkout)).files, 2);
  await retrieval.open({ kind: 'url', url: `file://${checkout}` }, { signal: never });
  assert.equal(existsSync(marker), false);
});

test('a partial clone with a missing file is read without starting the program that it names', async (t) => {
  const folder = scratchFolder(t);
  const checkout = gitRepository(join(folder, 'partial'), files);
  const marker = join(folder, 'started');
  writeFileSync(join(folder, 'trap.sh'), `#!/bin/sh\ntouch ${marker}\n`, { mode: 0o755 });
  const settings = { promisor: 'true', url: `file://${checkout}`, uploadpack: join(folder, 'trap.sh') };
  for (const [key, value] of Object.entries(settings)) git(checkout, 'config', `remote.origin.${key}`, value);
  git(checkout, 'config', 'extensions.partialClone', 'origin');
  git(checkout, 'config', 'core.repositoryFormatVersion', '1');
  const blob = git(checkout, 'rev-parse', 'HEAD:lib/route.js');
  rmSync(join(checkout, '.git/objects', blob.slice(0, 2), blob.slice(2)), { force: true });
  assert.throws(() => git(checkout, 'cat-file', '-p', blob));
  assert.ok(existsSync(marker), 'git itself walks into the trap');
  rmSync(marker);
  const retrieval = scratchRetrieval(t, join(folder, 'home'));
  assert.deepEqual(await listPaths(retrieval, await openPath(retrieval, checkout)), ['README.md']);
  assert.equal(existsSync(marker), false);
});

const root = process.getuid?.() === 0;
test("another user's checkout is refused with the command that allows it", { skip: !root }, async (t) => {
  const folder = scratchFolder(t);
  const checkout = gitRepository(join(folder, 'theirs'), files);
  execFileSync('chown', ['-R', '12345', checkout]);
  const retrieval = scratchRetrieval(t, join(folder, 'home'));
  await assert.rejects(openPath(retrieval, checkout), /run: git config --global --add safe\.directory \S+theirs$/);
});

test('a machine without git says so', async (t) => {
  const folder = scratchFolder(t);
  const path = process.env.PATH;
  t.after(() => {
    process.env.PATH = path;
  });
  process.env.PATH = folder;
  const retrieval = scratchRetrieval(t, join(folder, 'home'));
  await assert.rejects(openPath(retrieval, folder), /git is not installed or not on PATH/);
});

test('links, submodules, unsafe names, lock files, binaries and minified files of a commit are left out', async (t) => {
  const folder = scratchFolder(t);
  const checkout = gitRepository(join(folder, 'odd'), {
    'good.js': 'good()\n',
    'Good.js': 'other()\n',
    'package-lock.json': '{}\n',
    'logo.png': Buffer.from([137, 80, 78, 71, 0, 1]),
    'app.min.js': 'x',
    'bundle.js': `${'var a=1;'.repeat(2000)}\n`,
    'drafts/idea.js': 'idea()\n',
    '.switchyardignore': 'drafts/\n',
  });
  symlinkSync('/etc/passwd', join(checkout, 'passwd'));
  symlinkSync('good.js', join(checkout, 'inside-link.js'));
  writeFileSync(join(checkout, 'two\nlines.js'), 'header()\n');
  mkdirSync(join(checkout, 'module'));
  gitRepository(join(checkout, 'module'), { 'secret.js': 'secret()\n' });
  commitAll(checkout, 'odd things');
  assert.match(git(checkout, 'ls-tree', 'HEAD', 'module'), /^160000 commit/);
  const retrieval = scratchRetrieval(t, join(folder, 'home'));
  const snapshot = await openPath(retrieval, checkout);
  assert.deepEqual(await listPaths(retrieval, snapshot), ['.switchyardignore', 'Good.js', 'good.js']);
  assert.match((await runTool(retrieval, snapshot, 'read_lines', { path: 'Good.js' })).text, /other\(\)/);
});

test('a checkout without a commit is read as a plain folder', async (t) => {
  const folder = scratchFolder(t);
  git(folder, 'init', '--quiet', 'new');
  writeFiles(join(folder, 'new'), { 'index.js': 'first()\n' });
  const retrieval = scratchRetrieval(t, join(folder, 'home'));
  assert.equal((await openPath(retrieval, join(folder, 'new'))).kind, 'folder');
});
