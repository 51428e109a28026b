/** What a store of content and a journal promise, held by the folder's and by the shared one. */
import assert from 'node:assert/strict';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type TestContext, test } from 'node:test';
import { zstdCompressSync } from 'node:zlib';
import { z } from 'zod';
import { type Cipher, createCipher, isSealed } from '../../codecs/cipher.ts';
import { EncryptionKeyUnknown } from '../../codecs/failures.ts';
import { createFileJournal, type Journal } from '../../models/journal.ts';
import { replyKind } from '../../models/journal-entry.ts';
import { createSharedReplies, type SharedReplies } from '../../models/shared-replies.ts';
import { ContentUnavailable } from '../../retrieval/failures.ts';
import { type ContentStore, createContentStore, openContent } from '../../retrieval/store/content-store.ts';
import { createSharedContent, createSharedJournal, openDatabase } from '../../shared-store/index.ts';
import { journalFileName } from '../../contracts/model/journal-key.ts';
import { entryKey as key, reply } from '../models/journal-entries.ts';
import { noPostgres, testPostgres } from '../support/postgres.ts';

/** One place, as several workers open it. */
type Place = {
  content(cipher?: Cipher): Promise<ContentStore>;
  journal(cipher?: Cipher): Promise<Journal>;
  /** Puts these bytes in place of every piece's, as if they had been stored long ago. */
  damage(packed: Uint8Array): void;
  pieces(): number;
  /** Of the one piece, and of the one entry. */
  stored(): Promise<Uint8Array[]>;
};

const places: Record<string, { skip: string | false; open(t: TestContext): Promise<Place> }> = {
  folder: { skip: false, open: async (t) => folderPlace(t) },
  Postgres: { skip: noPostgres, open: postgresPlace },
};

function folderPlace(t: TestContext): Place {
  const folder = mkdtempSync(join(tmpdir(), 'switchyard-stores-'));
  t.after(() => rmSync(folder, { recursive: true, force: true }));
  const rows = (sql: string) => {
    using database = openContent(folder, 1000);
    return database.prepare(sql).all();
  };
  return {
    content: async (cipher) => createContentStore(folder, cipher),
    journal: async (cipher) => createFileJournal(folder, cipher),
    damage(packed) {
      using database = openContent(folder, 1000);
      database.prepare('UPDATE piece SET packed = ?, stored_ms = 0').run(packed);
    },
    pieces: () => rows('SELECT id FROM piece').length,
    async stored() {
      const entries = join(folder, journalFileName(key.runId));
      // Behind the mark of its only entry.
      const packed = readFileSync(entries, 'latin1').split(':').slice(1).join(':');
      return [
        ...rows('SELECT packed FROM piece').map((row) => row.packed as Uint8Array),
        Buffer.from(packed, 'latin1'),
      ];
    },
  };
}

async function postgresPlace(t: TestContext): Promise<Place> {
  const postgres = await testPostgres();
  const address = postgres.emptied();
  const open = async () => {
    const database = await openDatabase(address);
    t.after(() => database[Symbol.asyncDispose]());
    return database;
  };
  const none = createCipher([]);
  return {
    content: async (cipher = none) => createSharedContent(await open(), cipher),
    journal: async (cipher = none) => createSharedJournal(await open(), cipher),
    damage(packed) {
      const hex = Buffer.from(packed).toString('hex');
      postgres.run(address, `UPDATE switchyard.piece SET packed = '\\x${hex}', stored_at = 'epoch'`);
    },
    pieces: () => Number(postgres.run(address, 'SELECT count(*) FROM switchyard.piece')),
    async stored() {
      const sql = `SELECT encode(packed, 'hex') FROM switchyard.piece UNION ALL SELECT encode(packed, 'hex') FROM switchyard.journal`;
      return postgres
        .run(address, sql)
        .split('\n')
        .map((hex) => Buffer.from(hex, 'hex'));
    },
  };
}

for (const [name, { skip, open }] of Object.entries(places)) {
  const held = (what: string, act: (place: Place) => Promise<void>): void => {
    void test(`${name}: ${what}`, { skip }, async (t) => act(await open(t)));
  };

  held('text comes back byte for byte to another worker, and storing it twice keeps one piece', async (place) => {
    const [store, other] = [await place.content(), await place.content()];
    const text = 'ångström\r\n\u2028 line\n\0';
    const [id, again] = await Promise.all([store.put(text), other.put(text)]);
    assert.equal(id, again);
    assert.match(id, /^[0-9a-f]{64}$/);
    assert.deepEqual([await store.get(id), await other.get(id), place.pieces()], [text, text, 1]);
  });

  held('missing text is a ContentUnavailable that names the id; what is no id finds nothing', async (place) => {
    const store = await place.content();
    const id = 'ab'.repeat(32);
    await assert.rejects(store.get(id), (error) => error instanceof ContentUnavailable && error.message.includes(id));
    await assert.rejects(store.get('../../secret'), ContentUnavailable);
  });

  held('damaged bytes are refused, and storing the text again mends them', async (place) => {
    const store = await place.content();
    const id = await store.put('one two three');
    for (const packed of [zstdCompressSync('one two thr33'), zstdCompressSync('one two three').subarray(0, 10)]) {
      place.damage(packed);
      await assert.rejects((await place.content()).get(id), /damaged/);
      await store.put('one two three');
      assert.equal(await (await place.content()).get(id), 'one two three');
    }
  });

  held('large texts side by side all come back', async (place) => {
    const [store, other] = [await place.content(), await place.content()];
    const texts = Array.from({ length: 30 }, (_, at) => `${at} `.repeat(100_000));
    const ids = await Promise.all(texts.map((text, at) => (at % 2 === 0 ? store : other).put(text)));
    const fresh = await place.content();
    assert.deepEqual(await Promise.all(ids.map((id) => fresh.get(id))), texts);
  });

  held('a reply is found by another worker, under exactly its key', async (place) => {
    const [journal, other] = [await place.journal(), await place.journal()];
    assert.equal(await other.read(key), null);
    await journal.write(key, reply('paid'));
    assert.deepEqual(await other.read(key), reply('paid'));
    const others = { workflowId: 'w/2', runId: 's', callKey: '8', requestHash: 'f'.repeat(64) };
    for (const [part, value] of Object.entries(others))
      assert.equal(await other.read({ ...key, [part]: value }), null, part);
    assert.equal(await other.read({ ...key, workflowId: 'w/1r', runId: '' }), null, 'joined to the same text');
  });

  held('values of several kinds are kept under one key, and none is taken for another', async (place) => {
    const journal = await place.journal();
    const tools = { name: 'tools', schema: z.object({ texts: z.array(z.string()) }) };
    await journal.writeEntry(tools, key, { texts: ['a', 'b'] });
    assert.equal(await journal.read(key), null);
    await journal.write(key, reply('paid'));
    assert.deepEqual(await journal.readEntry(tools, key), { texts: ['a', 'b'] });
    assert.equal((await journal.read(key))?.text, 'paid');
    assert.equal(await journal.readEntry({ ...tools, name: 'other' }, key), null);
    assert.equal(await journal.readEntry({ ...tools, schema: z.string() }, key), null, 'of another shape');
  });

  held(
    'all that a run has left of one kind is found in its order, each key once; that of others is not',
    async (place) => {
      const [journal, other] = [await place.journal(), await place.journal()];
      const about = { scope: { stage: 'gate', specialist: 'code', try: 2 }, model: 'm', endpoint: 'e' } as const;
      assert.deepEqual(await journal.ofRun(replyKind, key), []);
      await journal.write(key, reply('first'), about);
      await journal.write({ ...key, callKey: '8' }, reply('second'));
      await journal.write(key, reply('again'), about);
      await journal.write({ ...key, workflowId: 'w/2' }, reply('of another run'));
      await journal.writeEntry({ name: 'tools', schema: z.string() }, key, 'text');
      const found = await other.ofRun(replyKind, key);
      const texts = found.map((entry) => [entry.key.callKey, entry.value.text, entry.about ?? null]);
      assert.deepEqual(texts.toSorted(), [
        ['7', 'again', about],
        ['8', 'second', null],
      ]);
      assert.ok(found.every(({ atMs }) => Date.now() - atMs < 60_000));
    },
  );

  held('writes side by side leave whole entries, and the last one stands', async (place) => {
    const [journal, other] = [await place.journal(), await place.journal()];
    const texts = Array.from({ length: 20 }, (_, at) => `${at} `.repeat(20_000));
    const reads = await Promise.all(
      texts.map(async (text, at) => {
        await (at % 2 === 0 ? journal : other).write(key, reply(text));
        return other.read(key);
      }),
    );
    for (const read of reads) assert.ok(read !== null && texts.includes(read.text), 'never torn, never gone');
    await journal.write(key, reply('last'));
    assert.equal((await other.read(key))?.text, 'last');
    assert.equal(await journal.prune(), 0);
    assert.equal((await other.read(key))?.text, 'last');
  });

  held('what is kept is encrypted, and a missing key is no missing entry', async (place) => {
    const cipher = createCipher([{ id: 'k1', bytes: Buffer.alloc(32, 7) }]);
    const [content, journal] = [await place.content(cipher), await place.journal(cipher)];
    const id = await content.put('private code '.repeat(100));
    await journal.write(key, reply('private code '.repeat(100)));
    const stored = await place.stored();
    assert.equal(stored.length, 2);
    for (const bytes of stored) assert.ok(isSealed(bytes));
    assert.equal(await (await place.content(cipher)).get(id), 'private code '.repeat(100));
    assert.equal((await journal.read(key))?.text, 'private code '.repeat(100));
    await assert.rejects((await place.content()).get(id), EncryptionKeyUnknown);
    await assert.rejects((await place.journal()).read(key), EncryptionKeyUnknown);
  });

  const lane = { benchmark: 'monday', trial: 1, lane: 'alone/q1', fresh: false };
  const place = { hash: 'c'.repeat(64), scope: { stage: 'specialist' } as const, endpoint: 'e', model: 'alias' };
  const textOf = (found: Awaited<ReturnType<SharedReplies['find']>>) =>
    found !== null && 'value' in found ? found.value.text : null;

  held('benchmarks share replies of the same trial, and no run shares one with the run beside it', async (at) => {
    const [monday, tuesday] = [createSharedReplies(await at.journal()), createSharedReplies(await at.journal())];
    assert.equal(await monday.find({ ...place, sharing: lane }), null);
    assert.equal(await monday.keep({ ...place, sharing: lane }, reply('first')), null);
    const find = (more: Partial<typeof lane>, replies = tuesday) =>
      replies.find({ ...place, sharing: { ...lane, benchmark: 'tuesday', ...more } });
    const found = await find({});
    assert.equal(textOf(found), 'first');
    assert.equal(found !== null && 'benchmark' in found ? found.benchmark : null, 'monday');
    assert.equal(await find({ trial: 2 }), null, 'another trial is another chance');
    assert.equal(await find({ fresh: true }), null);
    assert.equal(await find({ benchmark: 'monday', lane: 'split/q1' }, monday), null, 'a run beside it pays its own');
    assert.equal(textOf(await find({ lane: 'third/q1' })), 'first', 'a new variant of another benchmark');
    const other = { ...place, hash: 'd'.repeat(64), sharing: { ...lane, benchmark: 'tuesday' } };
    assert.equal(await tuesday.find(other), null);
  });

  held('a lane finds its own reply again at each place, whatever others have got meanwhile', async (at) => {
    const shared = createSharedReplies(await at.journal());
    const second = { ...place, scope: { stage: 'gate', try: 2 } as const };
    await shared.keep({ ...place, sharing: lane }, reply('try 1'));
    await shared.keep({ ...second, sharing: lane }, reply('try 2'));
    await shared.keep({ ...place, sharing: { ...lane, lane: 'split/q1' } }, reply('of another variant'));
    const later = { ...lane, benchmark: 'tuesday' };
    const found = await Promise.all([place, second].map((each) => shared.find({ ...each, sharing: later })));
    assert.deepEqual(found.map(textOf), ['try 1', 'try 2']);
    // What a new variant was given stays its own.
    const third = { ...later, lane: 'third/q1' };
    const given = textOf(await shared.find({ ...place, sharing: third }));
    await shared.keep({ ...place, sharing: { ...lane, benchmark: 'wednesday', fresh: true } }, reply('newer'));
    assert.equal(textOf(await shared.find({ ...place, sharing: { ...third, benchmark: 'thursday' } })), given);
  });

  held('once an alias is answered by another model, what the former has said is not used', async (at) => {
    const shared = createSharedReplies(await at.journal());
    const dated = (name: string, text: string) => ({ ...reply(text), model: name });
    await shared.keep({ ...place, sharing: lane }, dated('alias-may', 'old'));
    const next = { ...place, hash: 'd'.repeat(64), sharing: { ...lane, benchmark: 'tuesday' } };
    const renamed = { asked: 'alias', before: 'alias-may', now: 'alias-june' };
    assert.deepEqual(await shared.keep(next, dated('alias-june', 'new')), renamed);
    const later = { ...lane, benchmark: 'tuesday' };
    assert.deepEqual(await shared.find({ ...place, sharing: later }), { outdated: renamed });
    assert.equal(textOf(await shared.find({ ...next, sharing: { ...later, benchmark: 'wednesday' } })), 'new');
    assert.equal(await shared.keep({ ...place, sharing: later }, dated('alias-june', 'asked again')), null);
    assert.equal(textOf(await shared.find({ ...place, sharing: later })), 'asked again');
    // The same alias elsewhere is another one.
    assert.equal(await shared.keep({ ...place, endpoint: 'f', sharing: lane }, dated('alias-may', 'x')), null);
  });

  held('what was encrypted with a key that is gone is asked again', async (at) => {
    const cipher = createCipher([{ id: 'k1', bytes: Buffer.alloc(32, 7) }]);
    await createSharedReplies(await at.journal(cipher)).keep({ ...place, sharing: lane }, reply('private'));
    assert.equal(await createSharedReplies(await at.journal()).find({ ...place, sharing: lane }), null);
  });
}
