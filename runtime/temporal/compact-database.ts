/**
 * Gives the free space of the server's SQLite file back to the disk. To be called under the data directory's lock, while
 * no server runs. The file is copied, then replaced whole: a kill leaves the one or the other.
 */
import { closeSync, existsSync, fsyncSync, openSync, renameSync, rmSync } from 'node:fs';
import { DatabaseSync } from 'node:sqlite';

/** The server's schema writes string literals in double quotes. */
export const databaseOptions = { enableDoubleQuotedStringLiterals: true };

/** @returns false where there is no file, or too little to gain */
export function compactDatabase(file: string): boolean {
  const copy = `${file}.compact`;
  rmSync(copy, { force: true });
  if (!existsSync(file) || !emptyLog(file)) return false;
  try {
    using database = new DatabaseSync(file, { ...databaseOptions, readOnly: true });
    database.prepare('VACUUM INTO ?').run(copy);
    rebuildTextIndexes(copy);
    flush(copy);
    renameSync(copy, file);
    return true;
  } catch (error) {
    rmSync(copy, { force: true });
    throw error;
  }
}

/** Puts what is in the log into the file and leaves no log beside it. @returns whether a tenth of the file is free */
function emptyLog(file: string): boolean {
  using database = new DatabaseSync(file, { ...databaseOptions, timeout: 5000 });
  const { journal_mode: mode } = database.prepare('PRAGMA journal_mode = DELETE').get() ?? {};
  if (mode !== 'delete') throw new Error(`${file} is in use`);
  const pages = Number(database.prepare('PRAGMA page_count').get()?.page_count);
  const free = Number(database.prepare('PRAGMA freelist_count').get()?.freelist_count);
  return free > pages / 10;
}

/** The visibility tables have no integer key, so that a copy may give their rows other numbers, by which these find them. */
function rebuildTextIndexes(file: string): void {
  using database = new DatabaseSync(file, databaseOptions);
  const indexes = database
    .prepare(`SELECT name FROM sqlite_schema WHERE sql LIKE '%USING fts5%' AND sql LIKE '%content=%'`)
    .all();
  for (const { name } of indexes) database.exec(`INSERT INTO "${String(name)}" ("${String(name)}") VALUES ('rebuild')`);
}

function flush(file: string): void {
  const handle = openSync(file, 'r+');
  try {
    fsyncSync(handle);
  } finally {
    closeSync(handle);
  }
}
