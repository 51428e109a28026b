/**
 * Keeps sweeps away from a store while a snapshot is being built into it: a build counts on blobs that no snapshot names
 * yet. Any number of builds share the lock, a sweep has it alone. The system releases it when its holder dies.
 */
import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { ownFile } from '../../lib/fs.ts';

/** A sweep holds the lock for some seconds at a time. */
const waitMs = 120_000;
/** SQLITE_BUSY in SQLite's list of result codes. */
const busy = 5;

/** Waits while a sweep has it. SQLite's read transaction is a shared lock on the file; nothing is ever written to it. */
export function shareBuildLock(dataDirectory: string, repositoryKey: string): Disposable {
  const database = new DatabaseSync(lockFile(dataDirectory, repositoryKey), { timeout: waitMs });
  try {
    database.exec('BEGIN; SELECT count(*) FROM sqlite_schema');
  } catch (error) {
    database.close();
    throw error;
  }
  return { [Symbol.dispose]: () => database.close() };
}

/** Null while anybody builds or sweeps. */
export function takeBuildLock(dataDirectory: string, repositoryKey: string): Disposable | null {
  const database = new DatabaseSync(lockFile(dataDirectory, repositoryKey), { timeout: 0 });
  try {
    database.exec('BEGIN EXCLUSIVE');
    return { [Symbol.dispose]: () => database.close() };
  } catch (error) {
    database.close();
    if (error instanceof Error && 'errcode' in error && error.errcode === busy) return null;
    throw error;
  }
}

function lockFile(dataDirectory: string, repositoryKey: string): string {
  mkdirSync(join(dataDirectory, 'index'), { recursive: true, mode: 0o700 });
  return ownFile(join(dataDirectory, 'index', `${repositoryKey}.lock`));
}
