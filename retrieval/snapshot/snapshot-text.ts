/** Copies text into a repository's store: blobs first, then, all at once, the snapshot that is made of them. */
import type { DatabaseSync } from 'node:sqlite';
import type { Commit } from './git-history.ts';
import type { SnapshotSource } from './snapshot-source.ts';
import { inTransaction } from '../store/store.ts';
import { linesOf, type SkipReason, textOf } from './text-files.ts';
import type { Snapshot } from '../../contracts/snapshot.ts';
import { messageOf } from '../../lib/errors.ts';

const batchBytes = 4_000_000;

/** A file of the snapshot-to-be; its blob is in the store by the time the snapshot is written. */
export type SnapshotEntry = { path: string; blob: string };
export type Skipped = Partial<Record<SkipReason, number>>;

/** Collects blobs and writes them a few megabytes at a time. A blob that is there already is left as it is. */
export function blobWriter(store: DatabaseSync) {
  const insert = store.prepare('INSERT OR IGNORE INTO blob (oid, text, skip, lines, bytes) VALUES (?, ?, ?, ?, ?)');
  const find = store.prepare('SELECT 1 FROM blob WHERE oid = ?');
  let batch: { oid: string; bytes: Buffer }[] = [];
  let size = 0;
  const flush = () => {
    const rows = batch.map(({ oid, bytes }) => ({ oid, length: bytes.length, ...textOf(bytes) }));
    inTransaction(store, () => {
      for (const row of rows) {
        if ('text' in row) insert.run(row.oid, row.text, null, linesOf(row.text).length, row.length);
        else insert.run(row.oid, null, row.skip, 0, row.length);
      }
    });
    [batch, size] = [[], 0];
  };
  return {
    has: (oid: string) => find.get(oid) !== undefined,
    add(oid: string, bytes: Buffer) {
      batch.push({ oid, bytes });
      size += bytes.length;
      if (size > batchBytes || batch.length >= 1000) flush();
    },
    flush,
  };
}

/** Writes the snapshot, its files and its history in one transaction; another process may have done so already. */
export function writeSnapshot(
  store: DatabaseSync,
  source: SnapshotSource,
  snapshot: { id: string; entries: readonly SnapshotEntry[]; skipped: Skipped; history: readonly Commit[] },
): void {
  inTransaction(store, () => {
    const { changes, lastInsertRowid: number } = store
      .prepare(
        `INSERT OR IGNORE INTO snapshot (id, kind, label, url, state, skipped) VALUES (?, ?, ?, ?, 'building', ?)`,
      )
      .run(snapshot.id, source.kind, source.label.slice(0, 300), source.url, JSON.stringify(snapshot.skipped));
    if (changes === 0) return;
    store.prepare('INSERT OR REPLACE INTO snapshot_use VALUES (?, ?)').run(number, Date.now());
    writeFiles(store, number, snapshot.entries);
    writeHistory(store, number, snapshot.history);
  });
}

/** Entries whose blob holds no text are left out. */
function writeFiles(store: DatabaseSync, number: number | bigint, entries: readonly SnapshotEntry[]): void {
  const blobId = store.prepare('SELECT id FROM blob WHERE oid = ? AND text IS NOT NULL');
  const addFile = store.prepare('INSERT OR IGNORE INTO file (path, blob) VALUES (?, ?)');
  const fileId = store.prepare('SELECT id FROM file WHERE path = ? AND blob = ?');
  const link = store.prepare('INSERT INTO snapshot_file VALUES (?, ?)');
  for (const { path, blob } of entries) {
    const id = blobId.get(blob)?.id;
    if (id === undefined) continue;
    addFile.run(path, id);
    link.run(number, Number(fileId.get(path, id)?.id));
  }
}

function writeHistory(store: DatabaseSync, number: number | bigint, history: readonly Commit[]): void {
  const addCommit = store.prepare('INSERT INTO history VALUES (?, ?, ?, ?, ?, ?)');
  const addPath = store.prepare('INSERT OR IGNORE INTO commit_path VALUES (?, ?, ?)');
  history.forEach(({ id, date, author, subject, paths }, position) => {
    addCommit.run(number, position, id, date, author.slice(0, 200), subject.slice(0, 500));
    // A commit that touches thousands of files says little about any one of them.
    for (const path of paths.slice(0, 2000)) addPath.run(number, path, position);
  });
}

/** Counts the entries whose stored blob has no text, by reason. */
export function countSkippedBlobs(store: DatabaseSync, entries: readonly SnapshotEntry[], skipped: Skipped): number {
  const skipOf = store.prepare('SELECT skip FROM blob WHERE oid = ?');
  let kept = 0;
  for (const { blob } of entries) {
    const row = skipOf.get(blob);
    const reason = row === undefined ? 'missing from the repository' : (row.skip as SkipReason | null);
    if (reason === null) kept += 1;
    else skipped[reason] = (skipped[reason] ?? 0) + 1;
  }
  return kept;
}

// Reads and writes the row of a snapshot: what is known of it as a whole.

/** `ready`: all of it is searchable; `building`: its text is complete, its index is not yet, or could not be built and is tried again. */
type StoredSnapshot = { number: number; state: 'building' | 'ready'; snapshot: Snapshot };

/** Notes why an index could not be built, so that status says what searching would meet. */
export function noteFailure(store: DatabaseSync, number: number, error: unknown): void {
  const why = messageOf(error).slice(0, 500);
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
