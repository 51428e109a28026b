/** Writes files so that readers see the whole of the old one or the whole of the new one, even after a kill. */
import { randomUUID } from 'node:crypto';
import { renameSync, rmSync } from 'node:fs';
import { rename, rm, writeFile } from 'node:fs/promises';

export type ReplaceOptions = {
  /** Flushed to the disk before it takes its place: it survives a power failure, not just a kill. */
  flush?: boolean;
  /** As `chmod` takes it; by default what the process gives new files. */
  mode?: number;
};

/** The names of what a kill leaves of `replaceFile`. */
export const unfinishedFile = /\.[0-9a-f-]{36}\.tmp$/;

/** Any number of processes may replace one file at a time: the last one counts. */
export async function replaceFile(
  file: string,
  content: string | Uint8Array,
  options: ReplaceOptions = {},
): Promise<void> {
  const temporary = `${file}.${randomUUID()}.tmp`;
  try {
    await writeFile(temporary, content, { flag: 'wx', ...options });
    await rename(temporary, file);
  } catch (error) {
    await rm(temporary, { force: true });
    throw error;
  }
}

/**
 * For a file that one process at a time replaces, under a lock of the caller: what a kill left of it (`FILE.new`) is
 * written over by the next one.
 * @param write writes the whole content to the path that it is given
 */
export function replaceFileLocked(file: string, write: (temporary: string) => void): void {
  const temporary = `${file}.new`;
  try {
    write(temporary);
    renameSync(temporary, file);
  } catch (error) {
    rmSync(temporary, { force: true });
    throw error;
  }
}
