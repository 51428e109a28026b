/** A ready snapshot as the tools see it: its files by path, and their text. */
import type { DatabaseSync } from 'node:sqlite';
import type { Snapshot } from '../../contracts/snapshot.ts';
import { type FileClass, fileClass } from './file-class.ts';
import { findStored } from './snapshot-text.ts';
import { LruMap } from '../../lib/lru.ts';
import { linesOf } from './text-files.ts';

export type ViewFile = { id: number; path: string; blob: string; lines: number; bytes: number; class: FileClass };

export type SnapshotView = {
  store: DatabaseSync;
  number: number;
  snapshot: Snapshot;
  /** In the order of their paths. */
  files: readonly ViewFile[];
  byPath: ReadonlyMap<string, ViewFile>;
  byId: ReadonlyMap<number, ViewFile>;
  textOf(file: ViewFile): string;
  linesOf(file: ViewFile): readonly string[];
};

/** A search, its rendering and the reading after it look at the same few files. */
const filesRemembered = 12;
/** Bytes of a file whose lines are remembered. */
const longestRemembered = 100_000;

/** Null when the snapshot is not held or not ready. */
export function openView(store: DatabaseSync, repositoryKey: string, id: string): SnapshotView | null {
  const stored = findStored(store, repositoryKey, id);
  if (stored?.state !== 'ready') return null;
  const rows = store
    .prepare(`
      SELECT file.id, file.path, blob.oid, blob.lines, blob.bytes FROM snapshot_file
      JOIN file ON file.id = snapshot_file.file JOIN blob ON blob.id = file.blob
      WHERE snapshot_file.snapshot = ? ORDER BY file.path`)
    .all(stored.number);
  const files = rows.map((row) => ({
    id: Number(row.id),
    path: String(row.path),
    blob: String(row.oid),
    lines: Number(row.lines),
    bytes: Number(row.bytes),
    class: fileClass(String(row.path)),
  }));
  const text = store.prepare('SELECT text FROM blob WHERE oid = ?');
  const textOf = (file: ViewFile) => String(text.get(file.blob)?.text ?? '');
  const recent = new LruMap<string, readonly string[]>(filesRemembered);
  return {
    store,
    number: stored.number,
    snapshot: stored.snapshot,
    files,
    byPath: new Map(files.map((file) => [file.path, file])),
    byId: new Map(files.map((file) => [file.id, file])),
    textOf,
    linesOf: (file) => {
      const known = recent.get(file.blob);
      if (known !== undefined) return known;
      const lines = linesOf(textOf(file));
      if (file.bytes <= longestRemembered) recent.set(file.blob, lines);
      return lines;
    },
  };
}
