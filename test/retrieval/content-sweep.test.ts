import assert from 'node:assert/strict';
import { existsSync, readdirSync, renameSync, statSync, utimesSync } from 'node:fs';
import { dirname } from 'node:path';
import { test } from 'node:test';
import { contentFile, createContentStore } from '../../retrieval/store/content-store.ts';
import { addReachable, storedContent, sweepContent } from '../../retrieval/store/content-sweep.ts';
import { scratchFolder } from './scratch.ts';

const dayMs = 86_400_000;
const pause = async () => {};

function makeOld(file: string): void {
  const time = new Date(Date.now() - dayMs);
  utimesSync(file, time, time);
}

function sweep(directory: string, needed: readonly string[] = [], more: { pause?: () => Promise<void> } = {}) {
  const olderThanMs = Date.now() - dayMs / 2;
  return sweepContent({ directory, isNeeded: (id) => needed.includes(id), olderThanMs, dryRun: false, pause, ...more });
}

test('text that is stored again is young again, and stays', async (t) => {
  const folder = scratchFolder(t);
  const store = createContentStore(folder);
  const [again, never] = [await store.put('stored again'), await store.put('never again')];
  for (const id of [again, never]) makeOld(contentFile(folder, id));
  assert.equal(await store.put('stored again'), again);
  assert.ok(Date.now() - statSync(contentFile(folder, again)).mtimeMs < 60_000);
  const { count, bytes } = await sweep(folder);
  assert.deepEqual([count, bytes], [1, 'never again'.length]);
  assert.equal(await store.get(again), 'stored again');
  await assert.rejects(store.get(never), /is not stored/);
});

test('what a killed sweep has set aside can be read, and comes back where it is needed or young', async (t) => {
  const folder = scratchFolder(t);
  const store = createContentStore(folder);
  const texts = ['needed', 'young', 'neither'];
  const [needed = '', young = '', neither = ''] = await Promise.all(texts.map((text) => store.put(text)));
  for (const id of [needed, neither]) makeOld(contentFile(folder, id));
  for (const id of [needed, young, neither]) renameSync(contentFile(folder, id), `${contentFile(folder, id)}.gone`);
  assert.equal(await store.get(neither), 'neither');
  await sweep(folder, [needed]);
  assert.deepEqual(storedContent(folder), new Set([needed, young]));
  for (const id of [needed, young]) assert.deepEqual(readdirSync(dirname(contentFile(folder, id))), [id]);
});

test('leftovers of killed writes go', async (t) => {
  const folder = scratchFolder(t);
  const id = await createContentStore(folder).put('whole');
  const leftover = `${contentFile(folder, id)}.0b5b6c0e-5a0e-4c2e-9d43-0a4a1cbe86a5.tmp`;
  renameSync(contentFile(folder, id), leftover);
  makeOld(leftover);
  await sweep(folder, [id]);
  assert.equal(existsSync(leftover), false);
});

test('writers beside sweeps never lose what they were told is stored', async (t) => {
  const folder = scratchFolder(t);
  const store = createContentStore(folder);
  const texts = Array.from({ length: 60 }, (_, at) => `text ${at}`);
  for (let round = 0; round < 4; round += 1) {
    const ids = await Promise.all(texts.map((text) => store.put(text)));
    for (const id of ids) makeOld(contentFile(folder, id));
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
