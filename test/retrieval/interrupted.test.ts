import assert from 'node:assert/strict';
import { type ChildProcess, fork } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { type TestContext, test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { Snapshot } from '../../contracts/snapshot.ts';
import {
  commitAll,
  git,
  never,
  openPath,
  runTool,
  scratchFolder,
  scratchRetrieval,
  storeContent,
  syntheticSource,
} from './scratch.ts';

/** A checkout of 2 MB: enough for four transactions. */
function sourceCheckout(folder: string): string {
  const checkout = syntheticSource(join(folder, 'source'), 2.1, 11);
  git(checkout, 'init', '--quiet');
  return commitAll(checkout, 'first');
}

function openInChild(t: TestContext, dataDirectory: string, path: string): ChildProcess {
  const child = fork(fileURLToPath(new URL('./open-in-child.ts', import.meta.url)), [dataDirectory, path]);
  t.after(() => child.kill('SIGKILL'));
  return child;
}

/** Kills the child at its n-th report of progress; false when it was done before. */
async function killAt(child: ChildProcess, report: number): Promise<boolean> {
  let reports = 0;
  child.on('message', (message: { progress?: unknown }) => {
    if (message.progress !== undefined) reports += 1;
    if (reports === report) child.kill('SIGKILL');
  });
  const [, killedBy] = await once(child, 'exit');
  return killedBy === 'SIGKILL';
}

test('killed at seeded moments and started again, the store holds the same as without a kill', {
  timeout: 120_000,
}, async (t) => {
  const folder = scratchFolder(t);
  const checkout = sourceCheckout(folder);
  const whole = await openPath(scratchRetrieval(t, join(folder, 'whole')), checkout);
  const dataDirectory = join(folder, 'killed');
  let kills = 0;
  for (const report of [1, 2, 2, 1]) kills += (await killAt(openInChild(t, dataDirectory, checkout), report)) ? 1 : 0;
  assert.equal(kills, 4, 'each child was killed while it worked');
  const resumed = await openPath(scratchRetrieval(t, dataDirectory), checkout);
  assert.deepEqual(resumed, whole);
  assert.deepEqual(storeContent(dataDirectory, resumed), storeContent(join(folder, 'whole'), whole));
});

test('two processes that open the same snapshot at once both succeed and index it once', {
  timeout: 120_000,
}, async (t) => {
  const folder = scratchFolder(t);
  const checkout = sourceCheckout(folder);
  const dataDirectory = join(folder, 'shared');
  const children = [openInChild(t, dataDirectory, checkout), openInChild(t, dataDirectory, checkout)];
  const snapshots = await Promise.all(children.map(snapshotOf));
  const whole = await openPath(scratchRetrieval(t, join(folder, 'whole')), checkout);
  assert.deepEqual(snapshots, [whole, whole]);
  assert.deepEqual(storeContent(dataDirectory, whole), storeContent(join(folder, 'whole'), whole));
});

/** What a child says at its end; rejects when it ends without. */
function snapshotOf(child: ChildProcess): Promise<Snapshot> {
  return new Promise((resolve, reject) => {
    child.on('message', ({ snapshot }: { snapshot?: unknown }) => {
      if (snapshot !== undefined) resolve(Snapshot.parse(snapshot));
    });
    child.once('disconnect', () => reject(new Error('the child ended and opened nothing')));
  });
}

test('an index of another version is made again from the stored text, without the repository', async (t) => {
  const folder = scratchFolder(t);
  const dataDirectory = join(folder, 'home');
  const root = syntheticSource(join(folder, 'source'), 1, 5);
  const snapshot = await openPath(scratchRetrieval(t, dataDirectory), root);
  const before = storeContent(dataDirectory, snapshot);
  const store = new DatabaseSync(join(dataDirectory, 'index', `${snapshot.repositoryKey}.sqlite`));
  store.exec('UPDATE state SET index_version = 0; DROP TABLE definition');
  store.close();
  const retrieval = scratchRetrieval(t, dataDirectory);
  assert.deepEqual(await retrieval.ensure(snapshot, never), snapshot);
  assert.deepEqual(storeContent(dataDirectory, snapshot), before);
  assert.equal((await runTool(retrieval, snapshot, 'search_code', { query: 'token' })).status, 'ok');
});

test('an aborted signal ends the opening with its reason, and opening again completes it', async (t) => {
  const folder = scratchFolder(t);
  const dataDirectory = join(folder, 'home');
  const checkout = sourceCheckout(folder);
  const retrieval = scratchRetrieval(t, dataDirectory);
  const cancel = new AbortController();
  const reason = new Error('the run was cancelled');
  const opening = retrieval.open(
    { kind: 'path', path: checkout },
    { signal: cancel.signal, onProgress: ({ stage }) => stage === 'indexing' && cancel.abort(reason) },
  );
  await assert.rejects(opening, (error) => error === reason);
  const snapshot = await openPath(retrieval, checkout);
  const whole = await openPath(scratchRetrieval(t, join(folder, 'whole')), checkout);
  assert.deepEqual(storeContent(dataDirectory, snapshot), storeContent(join(folder, 'whole'), whole));
  await assert.rejects(retrieval.ensure(snapshot, AbortSignal.abort(reason)), (error) => error === reason);
});
