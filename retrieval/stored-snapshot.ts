/** Reads and writes the row of a snapshot: what is known of it as a whole. */
import type { DatabaseSync } from 'node:sqlite';
import type { Snapshot } from '../contracts/snapshot.ts';

/** `ready`: all of it is searchable; `building`: its text is complete, its index is not yet, or could not be built and is tried again. */
export type StoredSnapshot = { number: number; state: 'building' | 'ready'; snapshot: Snapshot };

/** Notes why an index could not be built, so that status says what searching would meet. */
export function noteFailure(store: DatabaseSync, number: number, error: unknown): void {
  const why = (error instanceof Error ? error.message : String(error)).slice(0, 500);
  store.prepare(`UPDATE snapshot SET state = 'failed', failure = ? WHERE number = ?`).run(why, number);
}

/** Null when the snapshot's text has not been stored completely. */
export function findStored(store: DatabaseSync, repositoryKey: string, id: string): StoredSnapshot | null {
  const row = store
    .prepare(`
      SELECT number, kind, label, url, state, count(*) AS files, coalesce(sum(blob.bytes), 0) AS bytes FROM snapshot
      JOIN snapshot_file ON snapshot_file.snapshot = snapshot.number
      JOIN file ON file.id = snapshot_file.file JOIN blob ON blob.id = file.blob
      WHERE snapshot.id = ? GROUP BY number`)
    .get(id);
  if (row === undefined) return null;
  return {
    number: Number(row.number),
    state: row.state === 'ready' ? 'ready' : 'building',
    snapshot: {
      id,
      repositoryKey,
      kind: row.kind === 'commit' ? 'commit' : 'folder',
      label: String(row.label),
      url: row.url === null ? null : String(row.url),
      files: Number(row.files),
      bytes: Number(row.bytes),
    },
  };
}
