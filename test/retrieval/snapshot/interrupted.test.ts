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
  writeFiles,
} from '../scratch.ts';

const folder = mkdtempSync(join(tmpdir(), 'switchyard-interrupted-'));
after(() => rmSync(folder, { recursive: true, force: true }));

/** 0.75 MB: four transactions. */
const checkout = syntheticSource(join(folder, 'source'), 0.75, 11);
git(checkout, 'init', '--quiet');
commitAll(checkout, 'first');

/** 0.3 MB: two transactions. */
const small = syntheticSource(join(folder, 'small'), 0.3, 5);

/** What opening them without interruption gives. */
let whole: { snapshot: Snapshot; content: unknown };
let wholeSmall: { snapshot: Snapshot; content: unknown };
const wholeHome = join(folder, 'whole');
before(async () => {
  const retrieval = createRetrieval({ dataDirectory: wholeHome, threads });
  const open = async (path: string) => {
    const snapshot = await openPath(retrieval, path);
    return { snapshot, content: storeContent(wholeHome, snapshot) };
  };
  [whole, wholeSmall] = [await open(checkout), await open(small)];
});

/** @param folders what it opens, and what it opens before it waits for a message */
function openInChild(t: TestContext, dataDirectory: string, ...folders: [path: string, warm?: string]): ChildProcess {
  const module = fileURLToPath(new URL('../open-in-child.ts', import.meta.url));
  const child = fork(module, [dataDirectory, ...folders.filter((one) => one !== undefined)]);
  t.after(() => child.kill('SIGKILL'));
  return child;
}

/** Kills the child at its first report of progress; false when it was done before. */
async function killAtReport(child: ChildProcess): Promise<boolean> {
  child.on('message', (message: { progress?: unknown }) => {
    if (message.progress !== undefined) child.kill('SIGKILL');
  });
  const [, killedBy] = await once(child, 'exit');
  return killedBy === 'SIGKILL';
}

test('killed while it indexes, and again while it goes on, the store holds the same as without a kill', {
  timeout: 120_000,
}, async (t) => {
  const dataDirectory = join(folder, 'killed');
  assert.ok(await killAtReport(openInChild(t, dataDirectory, checkout)), 'the first was killed while it worked');
  assert.ok(await killAtReport(openInChild(t, dataDirectory, checkout)), 'so was the second');
  const resumed = await openPath(scratchRetrieval(t, dataDirectory), checkout);
  assert.deepEqual(resumed, whole.snapshot);
  assert.deepEqual(storeContent(dataDirectory, resumed), whole.content);
});

test('two processes that open the same snapshot at once both succeed and index it once', {
  timeout: 120_000,
}, async (t) => {
  const dataDirectory = join(folder, 'shared');
  const warm = writeFiles(join(folder, 'warm'), { 'a.js': 'alpha()\n' });
  const child = openInChild(t, dataDirectory, small, warm);
  const theirs = snapshotOf(child);
  theirs.catch(() => {}); // met below
  await Promise.race([once(child, 'message'), theirs]);
  child.send('go');
  const ours = openPath(scratchRetrieval(t, dataDirectory), small);
  assert.deepEqual(await Promise.all([theirs, ours]), [wholeSmall.snapshot, wholeSmall.snapshot]);
  assert.deepEqual(storeContent(dataDirectory, wholeSmall.snapshot), wholeSmall.content);
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
  const { snapshot, content } = wholeSmall;
  const store = new DatabaseSync(join(wholeHome, 'index', `${snapshot.repositoryKey}.sqlite`));
  store.exec('UPDATE state SET index_version = 0; DROP TABLE definition');
  store.close();
  const retrieval = scratchRetrieval(t, wholeHome);
  assert.deepEqual(await retrieval.ensure(snapshot, never), snapshot);
  assert.deepEqual(storeContent(wholeHome, snapshot), content);
  assert.equal((await runTool(retrieval, snapshot, 'search_code', { query: 'token' })).status, 'ok');
});

test('an aborted signal ends the opening with its reason, and opening again completes it', async (t) => {
  const dataDirectory = join(folder, 'aborted');
  const retrieval = scratchRetrieval(t, dataDirectory);
  const cancel = new AbortController();
  const reason = new Error('the run was cancelled');
  const opening = retrieval.open(
    { kind: 'path', path: small },
    { signal: cancel.signal, onProgress: ({ stage }) => stage === 'indexing' && cancel.abort(reason) },
  );
  await assert.rejects(opening, (error) => error === reason);
  const snapshot = await openPath(retrieval, small);
  assert.deepEqual(storeContent(dataDirectory, snapshot), wholeSmall.content);
  await assert.rejects(retrieval.ensure(snapshot, AbortSignal.abort(reason)), (error) => error === reason);
});
