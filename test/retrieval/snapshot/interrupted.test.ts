import assert from 'node:assert/strict';
import { type ChildProcess, fork } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { after, before, type TestContext, test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { Snapshot } from '../../../contracts/snapshot.ts';
import { createRetrieval } from '../../../retrieval/repository.ts';
import { retrievalThreads as threads } from '../../support/retrieval-threads.ts';
import {
  commitAll,
  git,
  never,
  openPath,
  runTool,
  scratchRetrieval,
  storeContent,
  syntheticSource,
} from '../scratch.ts';

const folder = mkdtempSync(join(tmpdir(), 'switchyard-interrupted-'));
after(() => rmSync(folder, { recursive: true, force: true }));

/** 1.5 MB: six transactions. */
const checkout = syntheticSource(join(folder, 'source'), 1.5, 11);
git(checkout, 'init', '--quiet');
commitAll(checkout, 'first');

/** What opening the checkout without interruption gives. */
let whole: { snapshot: Snapshot; content: unknown };
before(async () => {
  const dataDirectory = join(folder, 'whole');
  const snapshot = await openPath(createRetrieval({ dataDirectory, threads }), checkout);
  whole = { snapshot, content: storeContent(dataDirectory, snapshot) };
});

function openInChild(t: TestContext, dataDirectory: string, path: string): ChildProcess {
  const child = fork(fileURLToPath(new URL('../open-in-child.ts', import.meta.url)), [dataDirectory, path]);
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
  const dataDirectory = join(folder, 'killed');
  let kills = 0;
  for (const report of [1, 2, 1]) kills += (await killAt(openInChild(t, dataDirectory, checkout), report)) ? 1 : 0;
  assert.equal(kills, 3, 'each child was killed while it worked');
  const resumed = await openPath(scratchRetrieval(t, dataDirectory), checkout);
  assert.deepEqual(resumed, whole.snapshot);
  assert.deepEqual(storeContent(dataDirectory, resumed), whole.content);
});

test('two processes that open the same snapshot at once both succeed and index it once', {
  timeout: 120_000,
}, async (t) => {
  const dataDirectory = join(folder, 'shared');
  const children = [openInChild(t, dataDirectory, checkout), openInChild(t, dataDirectory, checkout)];
  const snapshots = await Promise.all(children.map(snapshotOf));
  assert.deepEqual(snapshots, [whole.snapshot, whole.snapshot]);
  assert.deepEqual(storeContent(dataDirectory, whole.snapshot), whole.content);
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
  const dataDirectory = join(folder, 'other-version');
  const root = syntheticSource(join(folder, 'small'), 0.3, 5);
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
  const dataDirectory = join(folder, 'aborted');
  const retrieval = scratchRetrieval(t, dataDirectory);
  const cancel = new AbortController();
  const reason = new Error('the run was cancelled');
  const opening = retrieval.open(
    { kind: 'path', path: checkout },
    { signal: cancel.signal, onProgress: ({ stage }) => stage === 'indexing' && cancel.abort(reason) },
  );
  await assert.rejects(opening, (error) => error === reason);
  const snapshot = await openPath(retrieval, checkout);
  assert.deepEqual(storeContent(dataDirectory, snapshot), whole.content);
  await assert.rejects(retrieval.ensure(snapshot, AbortSignal.abort(reason)), (error) => error === reason);
});
