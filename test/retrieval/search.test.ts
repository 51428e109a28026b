import assert from 'node:assert/strict';
import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import type { Snapshot } from '../../contracts/snapshot.ts';
import { indexStatus } from '../../retrieval/index/index-status.ts';
import { createRetrieval } from '../../retrieval/repository.ts';
import { retrievalThreads as threads } from '../support/retrieval-threads.ts';
import { gitRepository, never, openPath, scratchRetrieval } from './scratch.ts';

const files = {
  'src/cart.ts': '/** Adds up the prices. */\nexport function cartTotal(): number {\n  return 1;\n}\n',
  'test/cart.test.ts': "import { cartTotal } from '../src/cart.ts';\ncartTotal();\n",
  'docs/cart.md': '# Cart\n\nThe cart total adds up prices.\n',
  'settings.json': '{"cart": "total"}\n',
  'package-lock.json': '{}\n',
  'logo.png': Buffer.from([0, 1, 2]),
  'secret/a.ts': 'const hidden = 1;\n',
  '.switchyardignore': 'secret/\n',
};

const scratch = mkdtempSync(join(tmpdir(), 'switchyard-search-'));
const dataDirectory = join(scratch, 'home');
const retrieval = createRetrieval({ dataDirectory, threads });
/** Opened once for all tests: none changes it. */
const checkout = join(scratch, 'shop');
let snapshot: Snapshot;
before(async () => {
  snapshot = await openPath(retrieval, gitRepository(checkout, files));
});
after(() => rmSync(scratch, { recursive: true, force: true }));

test('each kind of search ranks its own files first, one row a file', async () => {
  const search = async (kind: 'code' | 'docs' | 'all') =>
    (await retrieval.search(snapshot, { query: 'cart total', kind, limit: 20 }, never)).map((row) => row.path);
  assert.equal((await search('code'))[0], 'src/cart.ts');
  assert.deepEqual(await search('docs'), ['docs/cart.md']);
  const all = await search('all');
  assert.deepEqual(all.toSorted(), ['docs/cart.md', 'settings.json', 'src/cart.ts', 'test/cart.test.ts']);
});

test('a row names the best place of its file, and scores fall', async () => {
  const rows = await retrieval.search(snapshot, { query: 'where is `cartTotal`', kind: 'all', limit: 2 }, never);
  assert.equal(rows.length, 2);
  const { score, ...best } = rows[0] ?? { score: 0 };
  assert.deepEqual(best, { path: 'src/cart.ts', firstLine: 1, lastLine: 4, symbol: 'cartTotal' });
  assert.ok(score > (rows[1]?.score ?? score));
});

test('every path is explained: searchable, or left out and why', async () => {
  const explain = async (path: string) => {
    const { reason, about } = await retrieval.explain({ kind: 'path', path: checkout }, path, never);
    return reason ?? about;
  };
  assert.equal(await explain('src/cart.ts'), 'code, 4 lines in 1 chunks');
  assert.equal(await explain('package-lock.json'), 'lock file');
  assert.equal(await explain('logo.png'), 'binary');
  assert.equal(await explain('secret/a.ts'), 'ignored');
  assert.match(String(await explain('src/card.ts')), /^there is no such file/);
  assert.match(String(await explain('../x')), /^there is no such file/);
});

test('a plain folder explains its paths too, and never looks outside', async (t) => {
  const other = scratchRetrieval(t, join(scratch, 'other-home'));
  const folder = join(scratch, 'plain');
  mkdirSync(folder);
  writeFileSync(join(folder, 'a.ts'), 'const a = 1;\n');
  symlinkSync('/etc/hostname', join(folder, 'link.ts'));
  const explain = (path: string) => other.explain({ kind: 'path', path: folder }, path, never);
  assert.equal((await explain('a.ts')).reason, null);
  assert.equal((await explain('link.ts')).reason, 'symbolic link');
  assert.equal((await explain('../shop/src/cart.ts')).reason, 'name not usable: it leaves the snapshot by ".."');
});

test('the status tells what is stored and what was left out', () => {
  const [index, ...others] = indexStatus(dataDirectory);
  assert.deepEqual(others, []);
  assert.equal(index?.state, 'current');
  assert.equal(index.unparsed, 0);
  const [stored] = index.snapshots;
  assert.equal(stored?.id, snapshot.id);
  assert.equal(stored.state, 'ready');
  assert.equal(stored.skipped['lock file'], 1);
});
