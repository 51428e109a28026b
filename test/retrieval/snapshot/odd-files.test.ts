import assert from 'node:assert/strict';
import { join } from 'node:path';
import { test } from 'node:test';
import fc from 'fast-check';
import { indexStatus } from '../../../retrieval/index/index-status.ts';
import { never, openPath, scratchFolder, scratchRetrieval, writeFiles } from '../scratch.ts';
import { anyText } from '../../support/any-text.ts';

const deep = 50_000;
const endings = [
  'ts',
  'tsx',
  'js',
  'py',
  'go',
  'rs',
  'java',
  'cpp',
  'cs',
  'rb',
  'php',
  'sh',
  'json',
  'yml',
  'toml',
  'md',
  'rst',
];

const odd: Record<string, string | Buffer> = {
  'empty.ts': '',
  'one-line.js': Buffer.alloc(50_000_000, 'x'),
  'nul.py': Buffer.from([0x61, 0, 0x62]),
  'latin.py': Buffer.from([0x23, 0xe4, 0xf6, 0xfc, 0x0a]),
  'windows.ts': 'export const a = 1;\r\nexport const b = 2;\r\n',
  'old-mac.ts': 'export const a = 1;\rexport const b = 2;\r',
  'mark.ts': '\ufeffexport const marked = 1;\n',
  ...Object.fromEntries(
    ['ts', 'py', 'json', 'yml', 'cpp', 'rb'].map((ending) => [`deep.${ending}`, `${'[\n'.repeat(deep)}\n`]),
  ),
};

test('odd files are searchable or left out with a reason, and cost nothing but themselves', {
  timeout: 120_000,
}, async (t) => {
  const scratch = scratchFolder(t);
  const root = writeFiles(join(scratch, 'odd'), { ...odd, 'good.ts': 'export const wellMade = 1;\n' });
  const retrieval = scratchRetrieval(t, join(scratch, 'home'));
  const snapshot = await openPath(retrieval, root);
  const reasons: Record<string, string | null> = {};
  for (const path of Object.keys(odd)) {
    reasons[path] = (await retrieval.explain({ kind: 'path', path: root }, path, never)).reason;
  }
  assert.equal(reasons['one-line.js'], 'too large');
  assert.equal(reasons['nul.py'], 'binary');
  for (const path of ['empty.ts', 'latin.py', 'windows.ts', 'old-mac.ts', 'mark.ts'])
    assert.equal(reasons[path], null, path);
  const deep = Object.keys(odd).filter((one) => one.startsWith('deep'));
  assert.ok(deep.length > 0);
  for (const path of deep) assert.equal(reasons[path], null, path);
  const rows = await retrieval.search(snapshot, { query: 'wellMade', kind: 'all', limit: 5 }, never);
  assert.equal(rows[0]?.path, 'good.ts');
  assert.equal(indexStatus(join(scratch, 'home'))[0]?.snapshots[0]?.state, 'ready');
});

test('whatever bytes a file holds, every chunk lies in it and the chunks cover it', { timeout: 120_000 }, async (t) => {
  const scratch = scratchFolder(t);
  const retrieval = scratchRetrieval(t, join(scratch, 'home'));
  const file = fc.tuple(fc.constantFrom(...endings), fc.oneof(fc.uint8Array({ maxLength: 3_000 }), anyText(2_000)));
  const samples = fc.sample(file, { numRuns: 120, seed: 20_251_126 });
  const files = Object.fromEntries(
    samples.map(([ending, content], at) => [`f${at}.${ending}`, Buffer.from(content as string)]),
  );
  const snapshot = await openPath(retrieval, writeFiles(join(scratch, 'random'), { ...files, 'kept.ts': 'x;\n' }));
  const { DatabaseSync } = await import('node:sqlite');
  using store = new DatabaseSync(join(scratch, 'home', 'index', `${snapshot.repositoryKey}.sqlite`), {
    readOnly: true,
  });
  const rows = store
    .prepare(
      'SELECT path, lines, first, last FROM file JOIN blob ON blob.id = file.blob JOIN chunk ON chunk.file = file.id ORDER BY file.id, first',
    )
    .all();
  assert.ok(rows.length > 30, 'most files were cut into chunks');
  const reached = new Map<string, number>();
  for (const { path, lines, first, last } of rows) {
    assert.equal(Number(first), (reached.get(String(path)) ?? 0) + 1, `${path}: no gap before line ${first}`);
    assert.ok(Number(last) >= Number(first) && Number(last) <= Number(lines), `${path}: ${first}-${last} of ${lines}`);
    reached.set(String(path), Number(last));
  }
  for (const { path, lines } of rows)
    assert.equal(reached.get(String(path)), Number(lines), `${path} is covered to its end`);
});
