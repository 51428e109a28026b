/**
 * Removes snapshots that nothing needs from a repository's store, with all that no other snapshot of it shares. It works
 * in slices, each under the build lock and in short transactions, so that a build or a reader never waits for long; a
 * kill between two of them leaves a store that is whole, and work for the next sweep.
 */
import { readdirSync, rmSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { takeBuildLock } from './build-lock.ts';
import { raiseGeneration } from './snapshot-use.ts';
import { inTransaction, openStore, storeFile } from './store.ts';
import { indexVersion, textVersion } from './store-schema.ts';
import { hasVectors } from './vector-store.ts';

export type StoreSweepOptions = {
  dataDirectory: string;
  isNeeded: (snapshotId: string) => boolean;
  /** Snapshots opened at or after this moment stay. */
  unusedSinceMs: number;
  nowMs: number;
  dryRun: boolean;
  /** Called between slices; may throw to end the sweep. */
  pause: () => Promise<void>;
};

/**
 * `bytes`: by which the store's files have become smaller; of a dry run about so many, by the share of the text that goes.
 * `busy`: a snapshot was being built into it, so that it was left as it is.
 */
export type StoreSweep = { before: number; removed: number; bytes: number; busy: boolean };

const untouched: StoreSweep = { before: 0, removed: 0, bytes: 0, busy: false };

const sliceMs = 1500;
const filesAtOnce = 100;

/** The names of a data directory's stores. */
export function storedRepositories(dataDirectory: string): string[] {
  try {
    const names = readdirSync(join(dataDirectory, 'index')).filter((name) => name.endsWith('.sqlite'));
    return names.map((name) => name.replace(/\.sqlite$/, ''));
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return [];
    throw error;
  }
}

/** Ids of the snapshots that a store holds; none of one in which another version keeps its text. */
export function storedSnapshots(dataDirectory: string, repositoryKey: string): string[] {
  using store = readerOf(dataDirectory, repositoryKey);
  if (store === null) return [];
  return store
    .prepare('SELECT id FROM snapshot')
    .all()
    .map(({ id }) => String(id));
}

/** @param repositoryKey as `storedRepositories` names it. @throws what `pause` throws; what was removed by then is gone for good */
export async function sweepStore(repositoryKey: string, options: StoreSweepOptions): Promise<StoreSweep> {
  const { dataDirectory, unusedSinceMs, dryRun, pause } = options;
  if (!isCurrent(dataDirectory, repositoryKey) && !isUnused(dataDirectory, repositoryKey, unusedSinceMs))
    return untouched;
  if (dryRun) return wouldRemove(repositoryKey, options);
  const bytesBefore = bytesOf(dataDirectory, repositoryKey);
  const sweep: StoreSweep = { ...untouched, before: storedSnapshots(dataDirectory, repositoryKey).length };
  for (let isDone = false; !isDone; ) {
    await pause();
    {
      using lock = takeBuildLock(dataDirectory, repositoryKey);
      if (lock === null) return { ...sweep, busy: true };
      const slice = sweepSlice(repositoryKey, options);
      sweep.removed += slice.snapshots;
      isDone = slice.isDone;
    }
    // Who waits for the lock looks at it every tenth of a second.
    if (!isDone) await new Promise((resolve) => setTimeout(resolve, 250));
  }
  return { ...sweep, bytes: Math.max(0, bytesBefore - bytesOf(dataDirectory, repositoryKey)) };
}

const fileEnds = ['', '-wal', '-shm'];

function bytesOf(dataDirectory: string, repositoryKey: string): number {
  const files = fileEnds.map((end) => `${storeFile(dataDirectory, repositoryKey)}${end}`);
  return files.reduce((sum, file) => sum + (statSync(file, { throwIfNoEntry: false })?.size ?? 0), 0);
}

function sweepSlice(repositoryKey: string, options: StoreSweepOptions): { snapshots: number; isDone: boolean } {
  const { dataDirectory } = options;
  const store = openStore(dataDirectory, repositoryKey);
  let snapshots = 0;
  try {
    snapshots = removeSnapshots(store, options);
    if (!removeOrphans(store, Date.now() + sliceMs)) return { snapshots, isDone: false };
    shrink(store);
    const isEmpty = ['snapshot', 'blob'].every((table) => store.prepare(`SELECT 1 FROM ${table}`).get() === undefined);
    if (!isEmpty) return { snapshots, isDone: true };
  } finally {
    store.close();
  }
  // Whoever has it open finds out by the file's inode: see retrieval-thread.ts.
  for (const end of fileEnds) rmSync(`${storeFile(dataDirectory, repositoryKey)}${end}`, { force: true });
  return { snapshots, isDone: true };
}

/** @returns how many; a snapshot whose last use is not known is marked as used now. */
function removeSnapshots(store: DatabaseSync, { isNeeded, unusedSinceMs, nowMs }: StoreSweepOptions): number {
  return inTransaction(store, () => {
    store.prepare('INSERT OR IGNORE INTO snapshot_use SELECT number, ? FROM snapshot').run(nowMs);
    const rows = store
      .prepare('SELECT number, id FROM snapshot JOIN snapshot_use ON snapshot = number WHERE used_ms < ?')
      .all(unusedSinceMs)
      .filter(({ id }) => !isNeeded(String(id)));
    for (const table of ['snapshot_file', 'history', 'commit_path', 'snapshot_use']) {
      const remove = store.prepare(`DELETE FROM ${table} WHERE snapshot = ?`);
      for (const { number } of rows) remove.run(Number(number));
    }
    const remove = store.prepare('DELETE FROM snapshot WHERE number = ?');
    for (const { number } of rows) remove.run(Number(number));
    if (rows.length > 0) raiseGeneration(store);
    return rows.length;
  });
}

/**
 * Files that no snapshot has, with their index, and text that no file has.
 * @returns false where the time was over before all were gone
 */
function removeOrphans(store: DatabaseSync, endMs: number): boolean {
  const orphans = store
    .prepare('SELECT id FROM file WHERE id NOT IN (SELECT file FROM snapshot_file)')
    .all()
    .map(({ id }) => Number(id));
  const remove = fileRemover(store);
  for (let at = 0; at < orphans.length; at += filesAtOnce) {
    if (at > 0 && Date.now() > endMs) return false;
    inTransaction(store, () => {
      remove(orphans.slice(at, at + filesAtOnce));
      raiseGeneration(store);
    });
  }
  inTransaction(store, () => {
    // Of blobs without text, only that is known: worth keeping while snapshots of the repository are.
    const kept = store.prepare('SELECT 1 FROM snapshot').get() === undefined ? '' : 'text IS NOT NULL AND';
    store.exec(`DELETE FROM blob WHERE ${kept} id NOT IN (SELECT blob FROM file)`);
  });
  return true;
}

/** Removes the files of one transaction. Vectors go with the last chunk that has them; the others were bought, and wait. */
function fileRemover(store: DatabaseSync): (files: readonly number[]) => void {
  const words = store.prepare('DELETE FROM chunk_words WHERE rowid IN (SELECT id FROM chunk WHERE file = ?)');
  const tables = ['chunk', 'definition', 'reference', 'import'];
  const rows = tables.map((table) => store.prepare(`DELETE FROM ${table} WHERE file = ?`));
  const itself = store.prepare('DELETE FROM file WHERE id = ?');
  const vectors = vectorRemover(store);
  return (files) => {
    for (const file of files) {
      vectors?.note(file);
      words.run(file);
      for (const each of rows) each.run(file);
      itself.run(file);
    }
    vectors?.remove();
  };
}

function vectorRemover(store: DatabaseSync): { note(file: number): void; remove(): void } | null {
  if (!hasVectors(store)) return null;
  store.exec('CREATE TEMP TABLE IF NOT EXISTS unlinked (embedding INTEGER PRIMARY KEY)');
  const note = store.prepare(`
    INSERT OR IGNORE INTO unlinked SELECT embedding FROM chunk
    JOIN chunk_embedding ON chunk_embedding.chunk = chunk.id WHERE chunk.file = ?`);
  const remove = `
    DELETE FROM embedding WHERE id IN (SELECT embedding FROM unlinked EXCEPT SELECT embedding FROM chunk_embedding);
    DELETE FROM unlinked`;
  return { note: (file) => void note.run(file), remove: () => store.exec(remove) };
}

/** Gives the space back where there is enough of it to be worth a copy of the file; readers go on meanwhile. */
function shrink(store: DatabaseSync): void {
  const pages = Number(store.prepare('PRAGMA page_count').get()?.page_count);
  const free = Number(store.prepare('PRAGMA freelist_count').get()?.freelist_count);
  if (free > pages / 10) store.exec('PRAGMA temp_store = FILE; VACUUM');
  store.exec('PRAGMA wal_checkpoint(TRUNCATE)');
}

function wouldRemove(repositoryKey: string, options: StoreSweepOptions): StoreSweep {
  const { dataDirectory, isNeeded, unusedSinceMs } = options;
  using store = readerOf(dataDirectory, repositoryKey);
  if (store === null) return untouched;
  const ids = store.prepare('SELECT id FROM snapshot').all();
  const known = store.prepare(`SELECT 1 FROM sqlite_schema WHERE name = 'snapshot_use'`).get() !== undefined;
  const unused = known
    ? store
        .prepare('SELECT number, id FROM snapshot JOIN snapshot_use ON snapshot = number WHERE used_ms < ?')
        .all(unusedSinceMs)
    : [];
  const going = unused.filter(({ id }) => !isNeeded(String(id))).map(({ number }) => Number(number));
  const share = going.length === ids.length ? 1 : shareOfText(store, going);
  const bytes = Math.round(share * bytesOf(dataDirectory, repositoryKey));
  return { before: ids.length, removed: going.length, bytes, busy: false };
}

/** How much of the store's text no snapshot has but these. */
function shareOfText(store: DatabaseSync, snapshots: readonly number[]): number {
  const { alone, all } = { alone: 0, all: 0, ...store.prepare(sharesQuery).get(JSON.stringify(snapshots)) };
  return Number(all) === 0 ? 0 : Number(alone) / Number(all);
}

const sharesQuery = `
  WITH kept AS (
    SELECT blob FROM file JOIN snapshot_file ON file.id = snapshot_file.file
    WHERE snapshot NOT IN (SELECT value FROM json_each(?))
  )
  SELECT total(octet_length(text)) AS "all",
         total(octet_length(text)) FILTER (WHERE id NOT IN (SELECT blob FROM kept)) AS alone
  FROM blob`;

/** Null for a store in which another version keeps its text. */
function readerOf(dataDirectory: string, repositoryKey: string): DatabaseSync | null {
  const store = new DatabaseSync(storeFile(dataDirectory, repositoryKey), { readOnly: true, timeout: 5_000 });
  const isState = store.prepare(`SELECT 1 FROM sqlite_schema WHERE name = 'state'`).get() !== undefined;
  const versions = isState ? store.prepare('SELECT text_version, index_version FROM state').get() : undefined;
  if (versions?.text_version === textVersion) return store;
  store.close();
  return null;
}

function isCurrent(dataDirectory: string, repositoryKey: string): boolean {
  using store = readerOf(dataDirectory, repositoryKey);
  return store?.prepare('SELECT index_version FROM state').get()?.index_version === indexVersion;
}

/** A store of another version may be in use by that version; one that was not written for so long is opened by this one. */
function isUnused(dataDirectory: string, repositoryKey: string, unusedSinceMs: number): boolean {
  const file = storeFile(dataDirectory, repositoryKey);
  const times = [file, `${file}-wal`].map((one) => statSync(one, { throwIfNoEntry: false })?.mtimeMs ?? 0);
  return Math.max(...times) < unusedSinceMs;
}
