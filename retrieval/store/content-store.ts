/**
 * Keeps immutable text outside of history, in an SQLite file that several processes may write: each piece compressed,
 * under the SHA-256 of its bytes. A sweep (content-sweep.ts) may remove pieces at any moment, by two rules:
 * 1. A piece that is put, also one that is there already, gets the time of now, give or take `markEveryMs`.
 * 2. A sweep removes only what got its time far longer ago, and looks at it in the statement that removes it.
 */
import { createHash } from 'node:crypto';
import { closeSync, fdatasync, mkdirSync, openSync, statSync } from 'node:fs';
import { hostname } from 'node:os';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { setTimeout as sleep } from 'node:timers/promises';
import { promisify } from 'node:util';
import { zstdCompressSync, zstdDecompressSync } from 'node:zlib';
import { type Cipher, noCipher } from '../../codecs/cipher.ts';
import { ContentId } from '../../contracts/snapshot.ts';
import { ownFile } from '../../lib/fs.ts';
import { ContentUnavailable } from '../failures.ts';
import { prepared } from './prepared.ts';

export type ContentStore = {
  /**
   * Stores the text (as UTF-8) and returns its id; storing the same text again changes nothing. On return it survives a
   * failure of the machine.
   */
  put(text: string): Promise<ContentId>;
  /** @throws ContentUnavailable when the text is not here or its bytes no longer match the id. */
  get(id: ContentId): Promise<string>;
};

const flushToDisk = promisify(fdatasync);

/** A mark is not renewed more often, so that text which many runs store costs no writing. */
const markEveryMs = 5 * 60_000;
/** Writers hold the lock for less than a millisecond at a time, sweeps for some. */
const busyMs = 60_000;
/** SQLITE_BUSY in SQLite's list of result codes, of which the upper bits say more. */
const busy = 5;

/**
 * @param directory absolute; made with the first text that is stored
 * @param cipher encrypts each piece; its id stays the hash of its clear bytes
 */
export function createContentStore(directory: string, cipher: Cipher = noCipher): ContentStore {
  let held: { database: DatabaseSync; inode: number | null } | null = null;
  const database = () => {
    // A person may have removed the folder: then what was opened is no longer the file of that name.
    if (held !== null && held.inode === inodeOf(directory)) return held.database;
    held?.database.close();
    held = null;
    const opened = openContent(directory);
    held = { database: opened, inode: inodeOf(directory) };
    return opened;
  };
  const flush = sharedFlush(`${contentFile(directory)}-wal`);
  return {
    async put(text) {
      const bytes = Buffer.from(text, 'utf8');
      const hash = sha256(bytes);
      await patiently(() => putPiece(database(), hash, () => cipher.seal(zstdCompressSync(bytes), true)));
      await flush();
      return hash.toString('hex');
    },
    async get(id) {
      if (!ContentId.safeParse(id).success) throw unavailable(String(id), directory, 'is not a content id');
      if (inodeOf(directory) === null) throw unavailable(id, directory, 'is not stored');
      const packed = await patiently(() => pieceOf(database(), id));
      if (packed === null) throw unavailable(id, directory, 'is not stored');
      const bytes = unpackedPiece(packed, cipher);
      if (bytes === null || sha256(bytes).toString('hex') !== id)
        throw unavailable(id, directory, 'is damaged: its bytes do not match its id');
      return bytes.toString('utf8');
    },
  };
}

export function contentFile(directory: string): string {
  return join(directory, 'content.sqlite');
}

function inodeOf(directory: string): number | null {
  return statSync(contentFile(directory), { throwIfNoEntry: false })?.ino ?? null;
}

/**
 * Opens the file, making it where there is none. It never waits for a lock: that would block the event loop.
 * @param timeout milliseconds that a statement waits, for those who may block
 */
export function openContent(directory: string, timeout = 0): DatabaseSync {
  mkdirSync(directory, { recursive: true, mode: 0o700 });
  const database = new DatabaseSync(ownFile(contentFile(directory)), { timeout });
  try {
    // A commit is not flushed by SQLite: see `sharedFlush`. A small log is a short checkpoint, and half a megabyte on disk.
    database.exec('PRAGMA auto_vacuum = INCREMENTAL; PRAGMA journal_mode = WAL');
    database.exec('PRAGMA synchronous = NORMAL; PRAGMA wal_autocheckpoint = 128');
    database.exec(
      'CREATE TABLE IF NOT EXISTS piece (id BLOB NOT NULL UNIQUE, stored_ms INTEGER NOT NULL, packed BLOB NOT NULL) STRICT',
    );
    return database;
  } catch (error) {
    database.close();
    throw error;
  }
}

function putPiece(database: DatabaseSync, hash: Buffer, pack: () => Uint8Array): void {
  const nowMs = Date.now();
  const known = prepared(database, 'SELECT stored_ms FROM piece WHERE id = ?').get(hash)?.stored_ms;
  if (known !== undefined && Math.abs(nowMs - Number(known)) < markEveryMs) return;
  prepared(
    database,
    'INSERT INTO piece VALUES (?, ?, ?) ON CONFLICT (id) DO UPDATE SET (stored_ms, packed) = (excluded.stored_ms, excluded.packed)',
  ).run(hash, nowMs, pack());
}

/** Compressed, perhaps encrypted; null where there is no such piece. */
export function pieceOf(database: DatabaseSync, id: string): Uint8Array | null {
  const row = prepared(database, 'SELECT packed FROM piece WHERE id = ?').get(Buffer.from(id, 'hex'));
  return row === undefined ? null : (row.packed as Uint8Array);
}

/**
 * Null for what cannot be unpacked.
 * @throws EncryptionKeyUnknown, EncryptedDataDamaged
 */
export function unpackedPiece(packed: Uint8Array, cipher: Cipher = noCipher): Buffer | null {
  const opened = cipher.open(packed);
  try {
    return zstdDecompressSync(opened);
  } catch {
    return null;
  }
}

/** Acts again while another process writes, and leaves the event loop free meanwhile. */
async function patiently<Result>(act: () => Result): Promise<Result> {
  for (const endMs = Date.now() + busyMs; ; ) {
    try {
      return act();
    } catch (error) {
      const isBusy = error instanceof Error && 'errcode' in error && (Number(error.errcode) & 0xff) === busy;
      if (!isBusy || Date.now() > endMs) throw error;
      await sleep(5);
    }
  }
}

/**
 * Flushes the log of the database to the disk, off the event loop, once for all who wait. Where a checkpoint has emptied
 * it meanwhile, SQLite has flushed what was in it first.
 */
function sharedFlush(file: string): () => Promise<void> {
  let running = Promise.resolve();
  let next: Promise<void> | null = null;
  const run = async () => {
    const descriptor = openSync(file, 'r+');
    try {
      await flushToDisk(descriptor);
    } finally {
      closeSync(descriptor);
    }
  };
  return () => {
    if (next === null) {
      next = running
        .catch(() => {})
        .then(() => {
          next = null;
          return run();
        });
      running = next;
    }
    return next;
  };
}

function sha256(bytes: Buffer): Buffer {
  return createHash('sha256').update(bytes).digest();
}

function unavailable(id: string, directory: string, what: string): ContentUnavailable {
  return new ContentUnavailable(`content ${id} ${what} in ${directory} on machine ${hostname()}`);
}
