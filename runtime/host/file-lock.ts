/** An exclusive lock on a file, which the system releases when its holder dies, however it dies. */
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { setTimeout as delay } from 'node:timers/promises';
import { ownFile } from '../../lib/fs.ts';
import { ensureOwnFolder } from '../../config/data-paths.ts';

/** To be kept: a lock that nobody refers to any more would be released by the garbage collector. */
export type FileLock = { release: () => void };

/** SQLITE_BUSY in SQLite's list of result codes. */
const busy = 5;

/**
 * Takes the lock, or gives null when somebody else has it. SQLite's exclusive transaction is a lock of the operating
 * system on the file; nothing is ever written to it.
 */
export function takeLock(file: string): FileLock | null {
  const database = new DatabaseSync(ownFile(file), { timeout: 0 });
  try {
    database.exec('BEGIN EXCLUSIVE');
    return {
      release: () => {
        if (database.isOpen) database.close();
      },
    };
  } catch (error) {
    database.close();
    if (error instanceof Error && 'errcode' in error && error.errcode === busy) return null;
    throw error;
  }
}

/** Waits for the lock, and holds it while `act` runs. */
export async function whileLocked<Result>(
  file: string,
  act: () => Promise<Result>,
  signal?: AbortSignal,
): Promise<Result> {
  let lock = takeLock(file);
  for (; lock === null; lock = takeLock(file)) await delay(25, undefined, { signal });
  try {
    return await act();
  } finally {
    lock.release();
  }
}

/**
 * Runs `act` while no other data directory of this user chooses ports: between finding a port free and the server's listening
 * there, another data directory's server could take it, and would then be mistaken for ours.
 */
export function whilePortsAreOurs<Result>(act: () => Promise<Result>): Promise<Result> {
  const folder = join('/tmp', `switchyard-ports-${process.getuid?.() ?? 'user'}`);
  ensureOwnFolder(folder);
  return whileLocked(join(folder, 'lock.sqlite'), act);
}
