import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { readdirSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { hostname } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { createContentStore, openContent } from '../../retrieval/store/content-store.ts';
import { withRecent } from '../../retrieval/store/recent-content.ts';
import { ContentUnavailable } from '../../retrieval/failures.ts';
import { scratchFolder } from './scratch.ts';

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

test('while another process writes, nobody is kept from anything else, and what is stored waits', async (t) => {
  const folder = scratchFolder(t);
  const store = createContentStore(folder);
  await store.put('first');
  using other = openContent(folder);
  other.exec('BEGIN IMMEDIATE');
  let stored = false;
  const put = store.put('second').then((id) => {
    stored = true;
    return id;
  });
  // Text that is there can be read meanwhile.
  assert.equal(await store.get(createHash('sha256').update('first').digest('hex')), 'first');
  assert.equal(stored, false);
  other.exec('COMMIT');
  assert.equal(await store.get(await put), 'second');
});

test('a store whose folder was removed under it is made again', async (t) => {
  const folder = join(scratchFolder(t), 'content');
  const store = createContentStore(folder);
  const id = await store.put('once');
  rmSync(folder, { recursive: true });
  await assert.rejects(store.get(id), /is not stored/);
  assert.equal(await store.put('once'), id);
  assert.equal(await createContentStore(folder).get(id), 'once');
});

test('text is kept compressed', async (t) => {
  const folder = scratchFolder(t);
  const store = createContentStore(folder);
  await store.put('the same line again\n'.repeat(50_000));
  const bytes = readdirSync(folder).reduce((sum, name) => sum + statSync(join(folder, name)).size, 0);
  assert.ok(bytes < 200_000, `${bytes} bytes on disk`);
});

/** A store in memory that counts what is read of it. */
function countedStore() {
  const texts = new Map<string, string>();
  let reads = 0;
  const store = {
    put: async (text: string) => {
      const bytes = Buffer.from(text, 'utf8');
      const id = createHash('sha256').update(bytes).digest('hex');
      texts.set(id, bytes.toString('utf8'));
      return id;
    },
    get: async (id: string) => {
      reads += 1;
      return texts.get(id) ?? assert.fail(`${id} is not stored`);
    },
  };
  return { store, reads: () => reads };
}

test('what was stored or read last is not read again, within a bound of characters', async () => {
  const { store, reads } = countedStore();
  const recent = withRecent(store);
  const first = await recent.put('first');
  assert.equal(await recent.get(first), 'first');
  assert.equal(reads(), 0);
  const others = Array.from({ length: 20 }, (_, at) => `${at}-`.repeat(200_000).slice(0, 200_000));
  for (const text of others) await recent.put(text);
  assert.equal(await recent.get(first), 'first');
  assert.equal(reads(), 1, 'it had made room');
  assert.equal(await recent.get(first), 'first');
  assert.equal(reads(), 1);
  const huge = await recent.put('x'.repeat(1_000_000));
  await recent.get(huge);
  assert.equal(await recent.get(first), 'first');
  assert.equal(reads(), 2, 'a huge text takes the place of none');
});

test('a text that is no Unicode is read as the store keeps it', async () => {
  const { store } = countedStore();
  const recent = withRecent(store);
  assert.equal(await recent.get(await recent.put('half \ud83d')), 'half \ufffd');
});
