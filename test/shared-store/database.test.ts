import assert from 'node:assert/strict';
import { once } from 'node:events';
import { createConnection, createServer, type Socket } from 'node:net';
import { test } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import { storeFindings, storesOfQueueFindings } from '../../client/doctor/store-finding.ts';
import { openSweptStore, sweepShared } from '../../client/storage/shared-store.ts';
import { createCipher } from '../../codecs/cipher.ts';
import type { StoreAddress } from '../../contracts/store-address.ts';
import { createFileJournal } from '../../models/journal.ts';
import { createContentStore } from '../../retrieval/store/content-store.ts';
import { StoreUnavailable, storeUnavailable } from '../../shared-store/failures.ts';
import {
  createSharedContent,
  createSharedJournal,
  noteTemporalServer,
  openDatabase,
} from '../../shared-store/index.ts';
import { entryKey as key, reply } from '../models/journal-entries.ts';
import { scratchFolder } from '../retrieval/scratch.ts';
import { noPostgres, testPostgres } from '../support/postgres.ts';

const options = { skip: noPostgres };
const none = createCipher([]);
const pause = async () => {};
const quick = { patienceMs: 300 };

test('the first who come make the tables together, once', options, async () => {
  const address = (await testPostgres()).make();
  const opened = await Promise.all(Array.from({ length: 4 }, () => openDatabase(address)));
  assert.equal(new Set(opened.map(({ id }) => id)).size, 1);
  assert.match(opened[0]?.id ?? '', /^[0-9a-f]{8}$/);
  for (const database of opened) await database[Symbol.asyncDispose]();
  await using again = await openDatabase(address);
  assert.equal(again.id, opened[0]?.id);
});

test('a database that cannot be used is named with the setting, and with what is wrong', options, async (t) => {
  const postgres = await testPostgres();
  const address = postgres.make();
  await (await openDatabase(address))[Symbol.asyncDispose]();
  const refused = async (changes: Partial<StoreAddress>, why: RegExp) => {
    await t.test(String(why), () =>
      assert.rejects(openDatabase({ ...address, ...changes }, quick), (error) => {
        assert.ok(error instanceof StoreUnavailable);
        assert.match(error.message, why);
        assert.match(error.message, /SWITCHYARD_STORE_URL|SWITCHYARD_CA_FILE/);
        assert.ok(!error.message.includes(address.password), 'no password');
        return true;
      }),
    );
  };
  await refused({ port: 1 }, /at 127\.0\.0\.1:1\/\S+ cannot be used \(the connection was refused/);
  await refused({ database: 'nowhere' }, /no such database/);
  await refused({ user: 'nobody_here' }, /user or password/);
  await refused({ tls: 'verify-full' }, /no TLS: sslmode=disable/);
  postgres.run(address, 'UPDATE switchyard.store SET version = 99');
  await refused({}, /version 99/);
});

/** Before the database, as a network is. */
async function proxyTo(port: number) {
  const sockets = new Set<Socket>();
  const server = createServer((inner) => {
    const outer = createConnection(port, '127.0.0.1');
    for (const socket of [inner, outer]) sockets.add(socket.on('error', () => {}));
    inner.pipe(outer).pipe(inner);
  });
  const listen = async (at: number) => {
    await once(server.listen(at, '127.0.0.1'), 'listening');
    const address = server.address();
    return typeof address === 'object' && address !== null ? address.port : 0;
  };
  const cut = () => {
    server.close();
    for (const socket of sockets) socket.destroy();
    sockets.clear();
  };
  return { port: await listen(0), listen, cut };
}

test(
  'statements outlast connections that break; a paid reply that cannot be written there is kept here',
  options,
  async (t) => {
    const address = (await testPostgres()).make();
    const network = await proxyTo(address.port);
    t.after(network.cut);
    await using database = await openDatabase({ ...address, port: network.port }, { patienceMs: 5_000 });
    const content = createSharedContent(database, none);
    const id = await content.put('before');
    network.cut();
    const late = content.put('while it is away');
    await sleep(200);
    await network.listen(network.port);
    await late;
    assert.equal(await createSharedContent(database, none).get(id), 'before');

    network.cut();
    const gone = async () => Promise.reject(storeUnavailable(address, new Error('gone')));
    const away = { ...database, query: gone };
    const own = createFileJournal(scratchFolder(t));
    await createSharedJournal(away, none, own).write(key, reply('paid'));
    assert.deepEqual((await createSharedJournal(away, none, own).read(key))?.text, 'paid', 'by the same worker');
    await assert.rejects(createSharedJournal(away, none, own).read({ ...key, callKey: '8' }), StoreUnavailable);
    await assert.rejects(createSharedContent(away, none).get(id), StoreUnavailable, 'not taken for missing');
  },
);

test('what a run of before the shared store has left in the data directory is found', options, async (t) => {
  await using database = await openDatabase((await testPostgres()).make());
  const folder = scratchFolder(t);
  const [content, journal] = [createContentStore(folder), createFileJournal(folder)];
  const id = await content.put('from before');
  await journal.write(key, reply('from before'));
  assert.equal(await createSharedContent(database, none, content).get(id), 'from before');
  assert.equal((await createSharedJournal(database, none, journal).read(key))?.text, 'from before');
  await assert.rejects(createSharedContent(database, none, content).get('ab'.repeat(32)), /in the shared store at/);
});

test(
  'gc removes of the shared store what is old and not needed, and keeps more where other servers may have runs',
  options,
  async () => {
    const postgres = await testPostgres();
    const address = postgres.make();
    await using database = await openDatabase(address);
    const content = createSharedContent(database, none);
    const journal = createSharedJournal(database, none);
    const [needed, old, young] = [await content.put('needed'), await content.put('old'), await content.put('young')];
    for (const runId of ['open', 'ended', 'recent']) await journal.write({ ...key, runId }, reply(runId));
    await journal.write({ ...key, runId: 'ended', callKey: '8' }, reply('ended'));
    // Shared among benchmarks: as old as content may be, whatever runs need.
    for (const runId of ['shared-old', 'shared-kept']) await journal.write({ ...key, runId }, reply(runId));
    const hours = (count: number) => `now() - interval '${count} hours'`;
    postgres.run(
      address,
      `UPDATE switchyard.piece SET stored_at = ${hours(50)} WHERE id <> '\\x${young}';
     UPDATE switchyard.journal SET written_at = ${hours(50)} WHERE run_id <> 'recent';
     UPDATE switchyard.journal SET written_at = ${hours(20)} WHERE run_id = 'shared-kept';`,
    );
    const workflowService = { getClusterInfo: async () => ({ clusterId: 'here' }) };
    const client = { options: { namespace: 'default' }, workflowService } as never;
    const encryption = { file: null, keys: [], compression: false };
    await using shared = await openSweptStore({ sharedStore: address, encryption }, client, 'name');
    assert.ok(shared !== null);
    const sweep = (dryRun: boolean, notes: string[] = []) => {
      const open = new Set(['open']);
      const runs = { open, journals: open, needed: new Set<string>(), mentioned: new Set([needed]), expired: [] };
      const [graceMs, ageMs, longestRunMs] = [3_600_000, 24 * 3_600_000, 91 * 86_400_000];
      return sweepShared(shared, { runs, dryRun, pause }, { graceMs, ageMs, longestRunMs }, notes);
    };
    const ids = new Set<string>();
    await shared.addIds(ids);
    assert.deepEqual(ids, new Set([needed, old, young]));
    assert.deepEqual(await shared.textsOf([needed, 'ab'.repeat(32)]), ['needed']);
    await noteTemporalServer(database, 'here/default');
    await noteTemporalServer(database, 'elsewhere/default');
    const notes: string[] = [];
    assert.deepEqual(await sweep(false, notes), { content: { count: 0, bytes: 0 }, journal: { count: 0, bytes: 0 } });
    assert.match(notes.join(), /also worked for elsewhere\/default/);
    postgres.run(address, `DELETE FROM switchyard.temporal_server WHERE name LIKE 'elsewhere%'`);
    const dry = await sweep(true);
    assert.deepEqual([dry.content.count, dry.journal.count], [1, 2]);
    assert.deepEqual(await sweep(false), dry);
    await assert.rejects(createSharedContent(database, none).get(old), /is not stored/);
    for (const id of [needed, young]) await createSharedContent(database, none).get(id);
    assert.equal(await journal.read({ ...key, runId: 'ended' }), null);
    assert.equal(await journal.read({ ...key, runId: 'shared-old' }), null);
    for (const runId of ['open', 'recent', 'shared-kept'])
      assert.equal((await journal.read({ ...key, runId }))?.text, runId);
  },
);

test('doctor tells whether the shared store answers', options, async () => {
  const address = (await testPostgres()).make();
  const [found] = await storeFindings({ sharedStore: address });
  assert.equal(found?.status, 'ok');
  assert.match(found?.detail ?? '', /^shared-[0-9a-f]{8} at 127\.0\.0\.1:\d+\/store_\d+ answers in \d+ ms, no TLS$/);
  const [lost] = await storeFindings({ sharedStore: { ...address, database: 'nowhere' } });
  assert.equal(lost?.status, 'missing');
  assert.match(lost?.detail ?? '', /there is no such database/);
});

test('doctor tells where the workers of a queue keep runs in different stores', async () => {
  const findingsOf = (identities: string[], sharedStore: StoreAddress | null = null) => {
    const lastAccessTime = { seconds: Math.floor(Date.now() / 1000) - 5, nanos: 0 };
    const pollers = identities.map((identity) => ({ identity, lastAccessTime }));
    const connection = { workflowService: { describeTaskQueue: async () => ({ pollers }) } } as never;
    const temporal = { executable: null, external: true, uiUrl: null, environment: {} };
    return storesOfQueueFindings(
      { connection, namespace: 'default' },
      { taskQueue: 'switchyard', temporal, sharedStore },
    );
  };
  const [two] = await findingsOf(['7@a@a-11111111', '8@b@shared-22222222', '9@old']);
  assert.equal(two?.status, 'missing');
  assert.match(two?.detail ?? '', /different stores \(a-11111111, shared-22222222\)/);
  const [one] = await findingsOf(['7@a@a-11111111', '8@b@a-11111111']);
  assert.equal(one?.status, 'ok');
  assert.match(one?.detail ?? '', /^none: a run goes on only with workers of the data directory/);
  const { host, ...rest } = { host: 'db', port: 5432, user: 'u', password: '', database: 'd' };
  const shared: StoreAddress = { host, ...rest, tls: 'verify-full', caFile: null };
  assert.deepEqual(await findingsOf(['7@a@shared-22222222'], shared), []);
});
