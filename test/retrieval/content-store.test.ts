import assert from 'node:assert/strict';
import { readdirSync, truncateSync, writeFileSync } from 'node:fs';
import { hostname } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { createContentStore } from '../../retrieval/store/content-store.ts';
import { ContentUnavailable } from '../../retrieval/failures.ts';
import { scratchFolder } from './scratch.ts';

test('text comes back byte for byte, and storing it twice keeps one file', async (t) => {
  const folder = scratchFolder(t);
  const store = createContentStore(folder);
  const text = 'ångström\r\n\u2028 line\n';
  const [id, again] = await Promise.all([store.put(text), store.put(text)]);
  assert.equal(id, again);
  assert.match(id, /^[0-9a-f]{64}$/);
  assert.equal(await store.get(id), text);
  assert.deepEqual(readdirSync(join(folder, id.slice(0, 2), id.slice(2, 4))), [id]);
});

test('missing text is a ContentUnavailable that names id, folder and machine', async (t) => {
  const folder = scratchFolder(t);
  const id = 'ab'.repeat(32);
  await assert.rejects(createContentStore(folder).get(id), (error) => {
    assert.ok(error instanceof ContentUnavailable);
    for (const part of [id, folder, hostname()]) assert.ok(error.message.includes(part), error.message);
    return true;
  });
});

test('an id that is no hash reads nothing outside the store', async (t) => {
  const folder = scratchFolder(t);
  writeFileSync(join(folder, 'secret'), 'secret');
  await assert.rejects(createContentStore(join(folder, 'a', 'b')).get('../../secret'), ContentUnavailable);
});

test('damaged bytes are refused, and storing the text again mends a file that was cut short', async (t) => {
  const folder = scratchFolder(t);
  const store = createContentStore(folder);
  const id = await store.put('one two three');
  const file = join(folder, id.slice(0, 2), id.slice(2, 4), id);
  writeFileSync(file, 'one two thr33');
  await assert.rejects(store.get(id), /damaged/);
  truncateSync(file, 3);
  await assert.rejects(store.get(id), /damaged/);
  await store.put('one two three');
  assert.equal(await store.get(id), 'one two three');
});
