/**
 * The run log of a benchmark as it grows: an SQLite file that several processes may write. `run-log.jsonl` beside it is an
 * export, or what an earlier version has recorded.
 *
 * 1. A question, variant and trial have one record: the first that was written. It is never changed or deleted.
 * 2. Positions are 1, 2, 3 … in the order of writing, so that the last one is the number of records.
 * 3. Once `append` has returned, the record survives a failure of the machine (in a store that `open` has opened).
 * 4. The export is replaced as a whole or not at all, and never by an older one.
 * 5. A store is made with what `run-log.jsonl` holds, in one transaction. A last line without a line end is left out.
 */
import { closeSync, existsSync, fsyncSync, openSync, readSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { z } from 'zod';
import { fieldsOf, isSealedLine } from '../../codecs/sealed-line.ts';
import type { RunLogRecord } from '../../contracts/run-log.ts';
import { runLogReader } from './run-log-reader.ts';
import { ownerOnly, ownFile, replaceFileLocked } from '../../lib/fs.ts';

/** What a record is found by: in the clear, also where the rest of it is encrypted. */
export const RecordKey = z.object({ question_id: z.string(), variant: z.string(), trial: z.number() });
export type RecordKey = Pick<RunLogRecord, 'question_id' | 'variant' | 'trial'>;
/** Records in the order in which they were written, one line of JSON each, perhaps encrypted. */
export type StoredLine = { position: number; text: string };
/** `text` is what the log now has under the key: an earlier record stays. `records` is their number. */
export type Appended = { added: boolean; text: string; records: number };

export const runLogStoreFile = (folder: string): string => join(folder, 'run-log.sqlite');
/** @param folder the benchmark's; @returns the path of its `run-log.jsonl`, which may be behind the store */
export const runLogExportFile = (folder: string): string => join(folder, 'run-log.jsonl');

/** How long one process waits for another; it blocks the thread that asks. */
const busyMilliseconds = 10_000;
/** Of the tables: the column `arm` is the record's `variant`. */
const version = 1;
const pieceBytes = 1_000_000;

/**
 * Opened for each use and closed after it: a folder that is deleted and made anew is never written behind its back. The
 * rollback journal needs no file but this one between uses, and the folder may be copied then.
 */
export class RunLogStore implements Disposable {
  readonly #database: DatabaseSync;
  readonly #folder: string;

  private constructor(folder: string) {
    this.#folder = folder;
    this.#database = new DatabaseSync(ownFile(runLogStoreFile(folder)), { timeout: busyMilliseconds });
  }

  /**
   * Made where there is none, with what `run-log.jsonl` holds.
   * @throws LineProblem for a line of it that has no one reading
   */
  static open(folder: string): RunLogStore {
    const store = new RunLogStore(folder);
    try {
      // EXTRA: a record that was acknowledged is there after a power failure, too.
      store.#database.exec('PRAGMA synchronous = EXTRA');
      if (!store.#isReady()) store.#inTransaction(() => store.#create());
      return store;
    } catch (error) {
      store[Symbol.dispose]();
      throw error;
    }
  }

  /** Null where no worker has made it yet: then `run-log.jsonl` is all there is. */
  static existing(folder: string): RunLogStore | null {
    if (!existsSync(runLogStoreFile(folder))) return null;
    const store = new RunLogStore(folder);
    try {
      if (store.#isReady()) return store;
    } catch (error) {
      store[Symbol.dispose]();
      throw error;
    }
    store[Symbol.dispose]();
    return null;
  }

  append(key: RecordKey, text: string): Appended {
    return this.#inTransaction(() => {
      const added = this.#insert(key, text);
      return { added, text: added ? text : this.#textOf(key), records: this.count() };
    });
  }

  /** None is ever deleted: the last one's position is their number. */
  count(): number {
    return Number(this.#database.prepare('SELECT max(position) AS records FROM record').get()?.records ?? 0);
  }

  /** Keys of all records behind `position`. */
  keysAfter(position: number): { position: number; keys: RecordKey[] } {
    const rows = this.#database
      .prepare('SELECT position, question_id, arm, trial FROM record WHERE position > ? ORDER BY position')
      .all(position);
    const keys = rows.map(({ question_id, arm, trial }) => ({
      question_id: String(question_id),
      variant: String(arm),
      trial: Number(trial),
    }));
    return { position: Number(rows.at(-1)?.position ?? position), keys };
  }

  /** At least one line behind `position` where there is one, then as many as fit into a megabyte. */
  linesAfter(position: number): StoredLine[] {
    const lines: StoredLine[] = [];
    let bytes = 0;
    for (const line of this.#lines(position)) {
      if (lines.length > 0 && bytes + line.text.length > pieceBytes) break;
      bytes += line.text.length;
      lines.push(line);
    }
    return lines;
  }

  /**
   * Brings `run-log.jsonl` up to date: replaced as a whole, or left alone where it is. Writers and other exports wait
   * meanwhile, so that an older export never replaces a newer one.
   */
  export(): void {
    if (this.#isExported()) return;
    this.#inTransaction(() => replaceFileLocked(runLogExportFile(this.#folder), (file) => this.#writeLines(file)));
  }

  [Symbol.dispose](): void {
    if (this.#database.isOpen) this.#database.close();
  }

  #isReady(): boolean {
    const found = Number(this.#database.prepare('PRAGMA user_version').get()?.user_version);
    if (found > version) throw new Error(`${runLogStoreFile(this.#folder)} was made by a later version`);
    return found === version;
  }

  #create(): void {
    // Another process may have made it while this one waited.
    if (this.#isReady()) return;
    this.#database.exec(`
      CREATE TABLE record (
        position INTEGER PRIMARY KEY, question_id TEXT NOT NULL, arm TEXT NOT NULL, trial INTEGER NOT NULL,
        text TEXT NOT NULL, UNIQUE (question_id, arm, trial)
      ) STRICT;
      PRAGMA user_version = ${version}`);
    const file = runLogExportFile(this.#folder);
    if (!existsSync(file)) return;
    const reader = runLogReader(file);
    let line = 0;
    for (const text of wholeLines(file)) {
      line += 1;
      const key = isSealedLine(text) ? RecordKey.parse(fieldsOf(text)) : reader.read(text, line);
      if (key !== null) this.#insert(key, text.trim());
    }
  }

  #insert({ question_id, variant, trial }: RecordKey, text: string): boolean {
    const { changes } = this.#database
      .prepare('INSERT INTO record (question_id, arm, trial, text) VALUES (?, ?, ?, ?) ON CONFLICT DO NOTHING')
      .run(question_id, variant, trial, text);
    return Number(changes) === 1;
  }

  #textOf({ question_id, variant, trial }: RecordKey): string {
    const row = this.#database
      .prepare('SELECT text FROM record WHERE question_id = ? AND arm = ? AND trial = ?')
      .get(question_id, variant, trial);
    return String(row?.text);
  }

  *#lines(position: number): Generator<StoredLine> {
    const rows = this.#database
      .prepare('SELECT position, text FROM record WHERE position > ? ORDER BY position')
      .iterate(position);
    for (const row of rows) yield { position: Number(row.position), text: String(row.text) };
  }

  #isExported(): boolean {
    const sum = this.#database.prepare('SELECT coalesce(sum(octet_length(text) + 1), 0) AS bytes FROM record').get();
    return statSync(runLogExportFile(this.#folder), { throwIfNoEntry: false })?.size === Number(sum?.bytes);
  }

  #writeLines(file: string): void {
    const handle = openSync(file, 'w', ownerOnly);
    try {
      let piece = '';
      for (const { text } of this.#lines(0)) {
        piece += `${text}\n`;
        if (piece.length < pieceBytes) continue;
        writeFileSync(handle, piece);
        piece = '';
      }
      writeFileSync(handle, piece);
      fsyncSync(handle);
    } finally {
      closeSync(handle);
    }
  }

  #inTransaction<Result>(work: () => Result): Result {
    this.#database.exec('BEGIN IMMEDIATE');
    try {
      const result = work();
      this.#database.exec('COMMIT');
      return result;
    } catch (error) {
      if (this.#database.isTransaction) this.#database.exec('ROLLBACK');
      throw error;
    }
  }
}

/** Without what follows the last line end: it was being written when its worker was killed. */
function* wholeLines(file: string): Generator<string> {
  const handle = openSync(file, 'r');
  try {
    const piece = Buffer.alloc(pieceBytes);
    let rest: Buffer[] = [];
    for (let bytes = readSync(handle, piece); bytes > 0; bytes = readSync(handle, piece)) {
      let from = 0;
      for (let end = piece.indexOf(10); end >= 0 && end < bytes; end = piece.indexOf(10, from)) {
        yield Buffer.concat([...rest, piece.subarray(from, end)]).toString();
        rest = [];
        from = end + 1;
      }
      rest.push(Buffer.from(piece.subarray(from, bytes)));
    }
  } finally {
    closeSync(handle);
  }
}
