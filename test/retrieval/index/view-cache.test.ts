import assert from 'node:assert/strict';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { test } from 'node:test';
import { MessageChannel } from 'node:worker_threads';
import type { Snapshot } from '../../../contracts/snapshot.ts';
import { runThreadTask } from '../../../retrieval/worker-threads/retrieval-thread.ts';
import { storeFile } from '../../../retrieval/store/store.ts';
import type { ThreadReply } from '../../../retrieval/worker-threads/thread-tasks.ts';
import { openPath, scratchFolder, scratchRetrieval } from '../scratch.ts';

/** In this thread, so that the test meets the views that it keeps. */
function find(dataDirectory: string, ref: Snapshot): Promise<ThreadReply> {
  const { port2: outbox } = new MessageChannel();
  return runThreadTask({ task: { kind: 'find', dataDirectory, ref }, outbox });
}

test('of the views that a thread keeps, the one unused for longest goes first', async (t) => {
  const [dataDirectory, folder] = [scratchFolder(t), scratchFolder(t)];
  const retrieval = scratchRetrieval(t, dataDirectory);
  const snapshots: Snapshot[] = [];
  for (let version = 1; version <= 7; version += 1) {
    writeFileSync(join(folder, 'a.js'), `export const version = ${version};\n`);
    snapshots.push(await openPath(retrieval, folder));
  }
  const [first, sixth, seventh] = [0, 5, 6].map((at) => snapshots[at]) as [Snapshot, Snapshot, Snapshot];
  for (const snapshot of snapshots.slice(0, 6)) await find(dataDirectory, snapshot);
  // Using one that is kept costs none of the others, and makes it the last to go.
  for (let again = 0; again < 8; again += 1) await find(dataDirectory, sixth);
  await find(dataDirectory, first);
  await find(dataDirectory, seventh);

  using store = new DatabaseSync(storeFile(dataDirectory, first.repositoryKey));
  // What is kept is not asked of the store again.
  store.exec(`UPDATE snapshot SET state = 'building'`);
  const held: boolean[] = [];
  for (const snapshot of snapshots) {
    const reply = await find(dataDirectory, snapshot);
    held.push(reply.kind === 'result' && reply.result !== null);
  }
  assert.deepEqual(held, [true, false, true, true, true, true, true]);
});
