/** The shared journal beside the data directory's, which has what came while the store was away. No database is needed. */
import assert from 'node:assert/strict';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { noCipher } from '../../codecs/cipher.ts';
import { createFileJournal } from '../../models/journal.ts';
import { packedEntry, replyKind } from '../../models/journal-entry.ts';
import type { StoreDatabase } from '../../shared-store/database.ts';
import { createSharedJournal } from '../../shared-store/journal.ts';
import { entryKey, reply } from '../models/journal-entries.ts';

/** A store that holds these replies, and has nothing else asked of it. */
function storeWith(replies: [callKey: string, text: string][]): StoreDatabase {
  const rows = replies.map(([callKey, text]) => ({
    packed: packedEntry({ kind: 'reply', key: { ...entryKey, callKey }, value: reply(text) }, noCipher),
  }));
  const query = async <Row extends object>() => rows as unknown as Row[];
  return { query } as unknown as StoreDatabase;
}

test('a key that both have is given once, with what the data directory has, as where it is looked for by itself', async (t) => {
  const folder = mkdtempSync(join(tmpdir(), 'switchyard-shared-journal-'));
  t.after(() => rmSync(folder, { recursive: true, force: true }));
  const own = createFileJournal(folder);
  await own.write({ ...entryKey, callKey: '8' }, reply('kept here'));
  const journal = createSharedJournal(
    storeWith([
      ['7', 'of the store'],
      ['8', 'written there, and lost on the way back'],
    ]),
    noCipher,
    own,
  );
  const found = await journal.ofRun(replyKind, entryKey);
  assert.deepEqual(found.map(({ key, value }) => [key.callKey, value.text]).toSorted(), [
    ['7', 'of the store'],
    ['8', 'kept here'],
  ]);
  assert.equal((await journal.read({ ...entryKey, callKey: '8' }))?.text, 'kept here');
});
