/** Reads one file of a snapshot out of its store: what a person looks at who follows a citation. */
import { existsSync } from 'node:fs';
import { DatabaseSync } from 'node:sqlite';
import type { SnapshotRef } from '../../contracts/snapshot.ts';
import { storeFile } from '../store/store.ts';
import { linesOf } from './text-files.ts';

/** How long a reader waits for a writer, who holds the lock for a fraction of a second. */
const busyMs = 2_000;

/**
 * The lines of a file as the snapshot holds them, those of a notebook as its text.
 * @param dataDirectory the folder that retrieval keeps its indexes in
 * @returns null where this machine does not hold the snapshot, or the snapshot no such file
 */
export function storedLines(
  dataDirectory: string,
  { id, repositoryKey }: Pick<SnapshotRef, 'id' | 'repositoryKey'>,
  path: string,
): string[] | null {
  const name = storeFile(dataDirectory, repositoryKey);
  if (!existsSync(name)) return null;
  const store = new DatabaseSync(name, { readOnly: true, timeout: busyMs });
  try {
    const row = store
      .prepare(`
        SELECT blob.text FROM file JOIN snapshot_file ON snapshot_file.file = file.id
        JOIN snapshot ON snapshot.number = snapshot_file.snapshot JOIN blob ON blob.id = file.blob
        WHERE file.path = ? AND snapshot.id = ?`)
      .get(path, id);
    return typeof row?.text === 'string' ? linesOf(row.text) : null;
  } finally {
    store.close();
  }
}
