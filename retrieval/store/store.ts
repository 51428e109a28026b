/** Opens the SQLite file of one repository, in the right version, for several threads and processes at once. */
import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { ownFile } from '../../lib/fs.ts';
import {
  createIndexTables,
  createStateTable,
  createTextTables,
  createUseTables,
  indexTables,
  indexVersion,
  textTables,
  textVersion,
  upgradeTextTables,
} from './store-schema.ts';

/** How long one writer waits for another; writers hold the lock for a fraction of a second at a time. */
const busyMilliseconds = 60_000;

export function storeFile(dataDirectory: string, repositoryKey: string): string {
  return join(dataDirectory, 'index', `${repositoryKey}.sqlite`);
}

/** Opens the store, making it, or making it anew where another version of the tables is found. */
export function openStore(dataDirectory: string, repositoryKey: string): DatabaseSync {
  mkdirSync(join(dataDirectory, 'index'), { recursive: true, mode: 0o700 });
  const store = new DatabaseSync(ownFile(storeFile(dataDirectory, repositoryKey)), { timeout: busyMilliseconds });
  try {
    useWriteAheadLog(store);
    store.exec('PRAGMA synchronous = NORMAL; PRAGMA temp_store = MEMORY; PRAGMA cache_size = -32000');
    bringUpToDate(store);
  } catch (error) {
    store.close();
    throw error;
  }
  return store;
}

/** Two processes that make the file at once may be told "locked" here in spite of the time limit. */
function useWriteAheadLog(store: DatabaseSync): void {
  for (let attempt = 1; ; attempt += 1) {
    try {
      store.exec('PRAGMA journal_mode = WAL');
      return;
    } catch (error) {
      if (attempt >= 200 || !/locked|busy/i.test(String(error))) throw error;
      Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 25);
    }
  }
}

/** Runs the work in one write transaction: all of it, or nothing. */
export function inTransaction<Result>(store: DatabaseSync, work: () => Result): Result {
  store.exec('BEGIN IMMEDIATE');
  try {
    const result = work();
    store.exec('COMMIT');
    return result;
  } catch (error) {
    if (store.isTransaction) store.exec('ROLLBACK');
    throw error;
  }
}

function bringUpToDate(store: DatabaseSync): void {
  if (isCurrent(store)) return;
  inTransaction(store, () => {
    store.exec(`${createStateTable}; ${createUseTables}`);
    const found = versions(store);
    const kept = found?.text === textVersion || found?.text === textVersion - 1;
    if (kept && found.text !== textVersion) store.exec(upgradeTextTables);
    if (!kept) {
      drop(store, textTables);
      store.exec('DELETE FROM snapshot_use');
      store.exec(createTextTables);
    }
    if (!kept || found.index !== indexVersion) {
      drop(store, indexTables);
      store.exec(createIndexTables);
      // What was searchable must be indexed again before it is called ready.
      store.exec(`UPDATE file SET indexed = 0; UPDATE snapshot SET state = 'building'`);
    }
    store.prepare('INSERT OR REPLACE INTO state VALUES (1, ?, ?)').run(textVersion, indexVersion);
  });
}

function isCurrent(store: DatabaseSync): boolean {
  const tables = store.prepare(`SELECT count(*) AS n FROM sqlite_schema WHERE name IN ('state', 'sweep')`).get();
  if (tables?.n !== 2) return false;
  const found = versions(store);
  return found?.text === textVersion && found.index === indexVersion;
}

function versions(store: DatabaseSync): { text: number; index: number } | null {
  const row = store.prepare('SELECT text_version, index_version FROM state').get();
  return row === undefined ? null : { text: Number(row.text_version), index: Number(row.index_version) };
}

function drop(store: DatabaseSync, tables: readonly string[]): void {
  for (const table of tables) store.exec(`DROP TABLE IF EXISTS ${table}`);
}
