/** Copies text into a repository's store: blobs first, then, all at once, the snapshot that is made of them. */
import type { DatabaseSync } from 'node:sqlite';
import { keyOfText, keysOf, readFileText, readingVersion, secretKey } from '../reading/file-text.ts';
import type { Commit } from './git-history.ts';
import type { LeftOutList } from './left-out.ts';
import type { SnapshotSource } from './snapshot-source.ts';
import { inTransaction } from '../store/store.ts';
import { linesOf, type SkipReason } from './text-files.ts';
import { LeftOut, type Snapshot } from '../../contracts/snapshot.ts';
import { messageOf } from '../../lib/errors.ts';

const batchBytes = 4_000_000;

/** A file of the snapshot-to-be by git's id of its bytes, which are read into the store before the snapshot is written. */
export type SnapshotEntry = { path: string; blob: string };
/** A file whose text is in the store under `key`. */
export type KeptEntry = { path: string; key: string };

/** What the store knows of a blob under a path; null where it has not been read yet. */
export function blobFinder(store: DatabaseSync, withSecrets: boolean) {
  const find = store.prepare('SELECT skip, text IS NOT NULL AS kept FROM blob WHERE oid = ? AND reading = ?');
  return ({ path, blob }: SnapshotEntry): { key: string; kept: boolean; skip: SkipReason | null } | null => {
    for (const key of keysOf(path, blob)) {
      const row = find.get(key, readingVersion);
      if (row === undefined) continue;
      if (row.skip !== 'secret' || !withSecrets) return found(key, row);
      const shown = secretKey(blob);
      const shownRow = find.get(shown, readingVersion);
      return shownRow === undefined ? null : found(shown, shownRow);
    }
    return null;
  };
}

function found(key: string, { skip, kept }: Record<string, unknown>) {
  return { key, kept: kept === 1, skip: skip as SkipReason | null };
}

/** Collects blobs and writes them a few megabytes at a time. A blob that is there already is left as it is. */
export function blobWriter(store: DatabaseSync, withSecrets: boolean) {
  const insert = store.prepare(`
    INSERT INTO blob (oid, text, skip, lines, bytes, reading) VALUES (?, ?, ?, ?, ?, ${readingVersion})
    ON CONFLICT (oid) DO UPDATE SET reading = excluded.reading WHERE reading < excluded.reading`);
  const find = blobFinder(store, withSecrets);
  let batch: (SnapshotEntry & { bytes: Buffer })[] = [];
  let size = 0;
  const flush = () => {
    const rows = batch.flatMap(({ path, blob, bytes }) => {
      const read = readFileText(path, bytes, false);
      const row = { ...read, key: keyOfText(path, blob, read), bytes: bytes.length };
      if (read.skip !== 'secret' || !withSecrets) return [row];
      return [row, { ...row, ...readFileText(path, bytes, true), key: secretKey(blob) }];
    });
    inTransaction(store, () => {
      for (const { key, text, skip, bytes } of rows)
        insert.run(key, text, skip, text === null ? 0 : linesOf(text).length, bytes);
    });
    [batch, size] = [[], 0];
  };
  return {
    has: (entry: SnapshotEntry) => find(entry) !== null,
    add(entry: SnapshotEntry, bytes: Buffer) {
      batch.push({ path: entry.path, blob: entry.blob, bytes });
      size += bytes.length;
      if (size > batchBytes || batch.length >= 1000) flush();
    },
    flush,
  };
}

/** The entries that have a text; the others, and those that were read in part, are named as left out. */
export function keptEntries(
  store: DatabaseSync,
  entries: readonly SnapshotEntry[],
  { withSecrets, leftOut }: { withSecrets: boolean; leftOut: LeftOutList },
): KeptEntry[] {
  const find = blobFinder(store, withSecrets);
  return entries.flatMap((entry) => {
    const row = find(entry);
    const skip = row === null ? 'missing from the repository' : row.skip;
    if (skip !== null) leftOut.add(skip, entry.path);
    return row?.kept === true ? [{ path: entry.path, key: row.key }] : [];
  });
}

/** Writes the snapshot, its files and its history in one transaction; another process may have done so already. */
export function writeSnapshot(
  store: DatabaseSync,
  source: SnapshotSource,
  snapshot: { id: string; entries: readonly KeptEntry[]; leftOut: LeftOutList; history: readonly Commit[] },
): void {
  inTransaction(store, () => {
    const { changes, lastInsertRowid: number } = store
      .prepare(
        `INSERT OR IGNORE INTO snapshot (id, kind, label, url, state, skipped) VALUES (?, ?, ?, ?, 'building', ?)`,
      )
      .run(snapshot.id, source.kind, source.label.slice(0, 300), source.url, JSON.stringify(snapshot.leftOut.all()));
    if (changes === 0) return;
    store.prepare('INSERT OR REPLACE INTO snapshot_use VALUES (?, ?)').run(number, Date.now());
    writeFiles(store, number, snapshot.entries);
    writeHistory(store, number, snapshot.history);
  });
}

function writeFiles(store: DatabaseSync, number: number | bigint, entries: readonly KeptEntry[]): void {
  const blobId = store.prepare('SELECT id FROM blob WHERE oid = ? AND text IS NOT NULL');
  const addFile = store.prepare('INSERT OR IGNORE INTO file (path, blob) VALUES (?, ?)');
  const fileId = store.prepare('SELECT id FROM file WHERE path = ? AND blob = ?');
  const link = store.prepare('INSERT INTO snapshot_file VALUES (?, ?)');
  for (const { path, key } of entries) {
    const id = blobId.get(key)?.id;
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
      SELECT number, kind, label, url, state, skipped, count(*) AS files, coalesce(sum(blob.bytes), 0) AS bytes FROM snapshot
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
      ...leftOutOf(String(row.skipped)),
    },
  };
}

/** Earlier versions kept the counts alone. */
function leftOutOf(stored: string): Pick<Snapshot, 'leftOut'> {
  const read = LeftOut.array().safeParse(JSON.parse(stored));
  return read.success ? { leftOut: read.data } : {};
}
