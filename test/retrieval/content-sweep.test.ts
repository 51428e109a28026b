import assert from 'node:assert/strict';
import { randomBytes } from 'node:crypto';
import { readdirSync, statSync, utimesSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { zstdCompressSync } from 'node:zlib';
import { createContentStore } from '../../retrieval/store/content-store.ts';
import { addReachable, storedContent, sweepContent } from '../../retrieval/store/content-sweep.ts';
import { makeContentOld, scratchFolder, writeFiles } from './scratch.ts';

const dayMs = 86_400_000;
const pause = async () => {};

function sweep(directory: string, needed: readonly string[] = [], more: { pause?: () => Promise<void> } = {}) {
  const olderThanMs = Date.now() - dayMs / 2;
  return sweepContent({ directory, isNeeded: (id) => needed.includes(id), olderThanMs, dryRun: false, pause, ...more });
}

test('text that is stored again is young again, and stays', async (t) => {
  const folder = scratchFolder(t);
  const store = createContentStore(folder);
  const [again, never] = [await store.put('stored again'), await store.put('never again')];
  makeContentOld(folder, dayMs);
  assert.equal(await store.put('stored again'), again);
  const { count, bytes } = await sweep(folder);
  assert.deepEqual([count, bytes], [1, zstdCompressSync('never again').length]);
  assert.equal(await store.get(again), 'stored again');
  await assert.rejects(store.get(never), /is not stored/);
});

test('pieces of the format before go once they are old, and what is no piece stays', async (t) => {
  const folder = scratchFolder(t);
  const old = join(folder, 'ab', 'cd', `abcd${'0'.repeat(60)}`);
  writeFiles(folder, { [`ab/cd/abcd${'0'.repeat(60)}`]: 'a piece', 'ab/cd/notes': 'a note' });
  assert.equal((await sweep(folder)).count, 0, 'young');
  const time = new Date(Date.now() - dayMs);
  for (const file of [old, join(folder, 'ab/cd/notes')]) utimesSync(file, time, time);
  assert.deepEqual(await sweep(folder), { count: 1, bytes: 7 });
  assert.deepEqual(readdirSync(join(folder, 'ab/cd')), ['notes']);
});

test('what a sweep removes is given back to the disk', async (t) => {
  const folder = scratchFolder(t);
  const store = createContentStore(folder);
  await Promise.all(Array.from({ length: 60 }, () => store.put(randomBytes(20_000).toString('base64'))));
  const size = () => readdirSync(folder).reduce((sum, name) => sum + statSync(join(folder, name)).size, 0);
  const before = size();
  makeContentOld(folder, dayMs);
  assert.equal((await sweep(folder)).count, 60);
  assert.ok(size() < before / 4, `${size()} of ${before} bytes`);
});

test('writers beside sweeps never lose what they were told is stored', async (t) => {
  const folder = scratchFolder(t);
  const store = createContentStore(folder);
  const texts = Array.from({ length: 60 }, (_, at) => `text ${at}`);
  for (let round = 0; round < 4; round += 1) {
    const ids = await Promise.all(texts.map((text) => store.put(text)));
    makeContentOld(folder, dayMs, ids);
    const kept = texts.filter((_, at) => at % 2 === 0);
    const [stored] = await Promise.all([Promise.all(kept.map((text) => store.put(text))), sweep(folder)]);
    assert.deepEqual(await Promise.all(stored.map((id) => store.get(id))), kept);
  }
});

test('a turn that is needed needs what it names, and so on', async (t) => {
  const folder = scratchFolder(t);
  const store = createContentStore(folder);
  const result = await store.put('the result of a tool');
  const first = await store.put(JSON.stringify({ previous: null, messages: [{ content: result }] }));
  const last = await store.put(JSON.stringify({ previous: first, messages: [] }));
  const other = await store.put('something else');
  const needed = new Set([last]);
  await addReachable(folder, needed, storedContent(folder), pause);
  assert.deepEqual(needed, new Set([last, first, result]));
  assert.ok(!needed.has(other));
});
