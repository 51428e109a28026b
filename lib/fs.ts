/** Writes files so that readers see the whole of the old one or the whole of the new one, even after a kill. */
import { randomUUID } from 'node:crypto';
import { chmodSync, existsSync, linkSync, renameSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { mkdir, rename, rm, writeFile } from 'node:fs/promises';
import { systemErrorCode } from './errors.ts';

export type ReplaceOptions = {
  /** Flushed to the disk before it takes its place: it survives a power failure, not just a kill. */
  flush?: boolean;
  /** As `chmod` takes it; by default only the owner may read it. */
  mode?: number;
};

/** For files that nobody but their owner is to read. */
export const ownerOnly = 0o600;

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
    await writeFile(temporary, content, { flag: 'wx', mode: ownerOnly, ...options });
    await rename(temporary, file);
  } catch (error) {
    await rm(temporary, { force: true });
    throw error;
  }
}

/** Writes into a folder, which is made where it is missing: looking for it each time would cost as much as a small file. */
export async function inFolder<Result>(folder: string, write: () => Promise<Result>): Promise<Result> {
  try {
    return await write();
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ENOENT') throw error;
    await mkdir(folder, { recursive: true, mode: 0o700 });
    return write();
  }
}

/**
 * Makes an empty file that only its owner may read, where there is none. SQLite gives the files beside it the same
 * rights. It is linked into place: to close a file that another thread has opened meanwhile would end SQLite's locks on it.
 * @returns the path
 */
export function ownFile(path: string): string {
  if (existsSync(path)) return path;
  const temporary = `${path}.${randomUUID()}.tmp`;
  writeFileSync(temporary, '', { mode: ownerOnly });
  try {
    linkSync(temporary, path);
  } catch {
    // Somebody was faster, or the file system has no links: then SQLite makes it.
    if (!existsSync(path)) writeFileSync(path, '', { flag: 'a', mode: ownerOnly });
  } finally {
    rmSync(temporary, { force: true });
  }
  return path;
}

/** Takes away what others may do with a folder of ours; one of another user is left as it is. */
export function closeToOthers(folder: string): void {
  const found = statSync(folder);
  if ((found.mode & 0o077) !== 0 && found.uid === process.getuid?.()) chmodSync(folder, 0o700);
}

let usualMask = 0o022;

/** Everything that this process makes is for its owner alone from now on, except what `usualMode` is given to. */
export function keepFilesPrivate(): void {
  usualMask = process.umask(0o077);
}

/** The rights that a file has which a person had us write. */
export function usualMode(): number {
  return 0o666 & ~usualMask;
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

/** @returns whether there was such a file */
export async function removeFile(file: string): Promise<boolean> {
  try {
    await rm(file);
    return true;
  } catch (error) {
    if (systemErrorCode(error) === 'ENOENT') return false;
    throw error;
  }
}
