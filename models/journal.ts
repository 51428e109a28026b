/**
 * Keeps paid replies on disk until their activity is known to have completed, so that a crash does not pay twice.
 *
 * 1. A value is found only by the kind, the run, the call and the request that it was stored for. An entry that is
 *    damaged, or in the file of another run, is no entry.
 * 2. An entry is there as a whole or not at all. It is one line, appended by one write, and carries a checksum. What a
 *    kill cuts short is no entry, and hides none: the next one begins on a line of its own.
 * 3. Once `write` has returned, the entry survives a kill of the process, though not a failure of the machine.
 * 4. Under one key the last write stands; two processes may write at once.
 * 5. A run's file is read and written without leaving the thread: it is small, and in the system's cache. Each of these steps
 *    on its own way through the thread pool takes ten times as long.
 * 6. The entries of a run are kept for 91 days after its last one, longer than any run is open. No file is removed that
 *    is not the journal's.
 */
import { createHash } from 'node:crypto';
import { closeSync, mkdirSync, openSync, readFileSync, writeSync } from 'node:fs';
import { readdir, rm, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { constants, zstdCompressSync, zstdDecompressSync } from 'node:zlib';
import { z } from 'zod';
import { type Cipher, noCipher } from '../codecs/cipher.ts';
import { EncryptionKeyUnknown } from '../codecs/failures.ts';
import { JournalKey, journalFileName, journalFiles } from '../contracts/model/journal-key.ts';
import { ChatReply, type ChatRequest } from '../contracts/chat.ts';
import { ownerOnly } from '../lib/fs.ts';

export interface ReplyJournal {
  /** Null when there is no whole entry under exactly this key. */
  read(key: JournalKey): Promise<ChatReply | null>;
  /** On return the reply survives a kill of the process. */
  write(key: JournalKey, reply: ChatReply): Promise<void>;
}

/** What is kept under a call's key beside its reply: values of another kind never meet under one key. */
export type EntryKind<Value> = { name: string; schema: z.ZodType<Value> };

export interface Journal extends ReplyJournal {
  /** As `read`, of another kind than replies. */
  readEntry<Value>(kind: EntryKind<Value>, key: JournalKey): Promise<Value | null>;
  /** As `write`, of another kind than replies. */
  writeEntry<Value>(kind: EntryKind<Value>, key: JournalKey, value: Value): Promise<void>;
  /** Removes the files of runs whose last entry is older than 91 days; returns how many. */
  prune(): Promise<number>;
}

const replies: EntryKind<ChatReply> = { name: 'reply', schema: ChatReply };

const Entry = z.object({
  version: z.literal(2),
  kind: z.string(),
  key: JournalKey,
  /** When it was written. */
  atMs: z.number(),
  value: z.unknown(),
});
export type Entry = z.infer<typeof Entry>;

const dayMs = 24 * 60 * 60 * 1000;
/** Longer than any run can be open (`backstop` in contracts/names.ts): until then an entry may be asked for. */
export const journalDays = 91;
const keepMs = journalDays * dayMs;

/**
 * A journal of one file a run. Entries hold what models said about private code: only the owner may read them.
 * @param directory on a disk of this machine; made when it is missing
 * @param cipher encrypts each entry
 */
export function createFileJournal(directory: string, cipher: Cipher = noCipher): Journal {
  async function readEntry<Value>({ name, schema }: EntryKind<Value>, key: JournalKey): Promise<Value | null> {
    const mark = fullMarkOf(name, key).slice(0, markCharacters);
    const entries = entriesOfFile(join(directory, journalFileName(key.runId)), { mark, cipher });
    return valueAmong(entries, { name, schema }, key);
  }
  async function writeEntry<Value>({ name }: EntryKind<Value>, key: JournalKey, value: Value): Promise<void> {
    const entry = packedEntry(name, key, value, cipher).toString('base64');
    const line = `${fullMarkOf(name, key).slice(0, markCharacters)} ${entry}`;
    append(directory, journalFileName(key.runId), line);
  }
  return {
    ...ofAllKinds({ readEntry, writeEntry }),
    prune: () => pruneFolder(directory, Date.now()),
  };
}

/** With the methods for replies. */
export function ofAllKinds(entries: Pick<Journal, 'readEntry' | 'writeEntry'>): Omit<Journal, 'prune'> {
  return {
    ...entries,
    read: (key) => entries.readEntry(replies, key),
    write: (key, reply) => entries.writeEntry(replies, key, reply),
  };
}

/** The last value of that kind under exactly that key; null where there is none of its shape. */
export function valueAmong<Value>(
  entries: readonly Entry[],
  { name, schema }: EntryKind<Value>,
  key: JournalKey,
): Value | null {
  const wanted = canonical(keyParts(key));
  const found = entries.findLast((entry) => entry.kind === name && canonical(entry.key) === wanted);
  const value = schema.safeParse(found?.value);
  return value.success ? value.data : null;
}

/**
 * The whole entries of a file, in the order in which they were written.
 * @param mark of one key; all unless given
 * @throws EncryptionKeyUnknown: what is there is then not known, and must not be paid again
 */
export function entriesOfFile(
  file: string,
  { mark, cipher = noCipher }: { mark?: string; cipher?: Cipher } = {},
): Entry[] {
  const text = textOf(file);
  const lines = text.split('\n').filter((line) => line !== '' && (mark === undefined || line.startsWith(`${mark} `)));
  return lines.flatMap((line) => unpackedEntry(Buffer.from(line.slice(line.indexOf(' ') + 1), 'base64'), cipher) ?? []);
}

function textOf(file: string): string {
  try {
    return readFileSync(file, 'latin1');
  } catch (error) {
    return whenMissing('')(error as NodeJS.ErrnoException);
  }
}

/**
 * Appends a line by one write, which other writers of the file do not cut apart. It is not flushed: what is written
 * survives a kill of the process as it is, and waiting for the disk would widen the time in which a kill loses a paid reply.
 */
function append(directory: string, name: string, line: string): void {
  const file = join(directory, name);
  const bytes = Buffer.from(`\n${line}\n`, 'latin1');
  const descriptor = openToAppend(directory, file);
  try {
    const written = writeSync(descriptor, bytes);
    if (written !== bytes.length) throw new Error(`${file}: only ${written} of ${bytes.length} bytes were written`);
  } finally {
    closeSync(descriptor);
  }
}

function openToAppend(directory: string, file: string): number {
  try {
    return openSync(file, 'a', ownerOnly);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ENOENT') throw error;
    mkdirSync(directory, { recursive: true, mode: 0o700 });
    return openSync(file, 'a', ownerOnly);
  }
}

const withChecksum = { params: { [constants.ZSTD_c_checksumFlag]: 1 } };

/** An entry as it is kept: compressed, and encrypted where the cipher is on. */
export function packedEntry(kind: string, key: JournalKey, value: unknown, cipher: Cipher): Buffer {
  const entry = { version: 2, kind, key: keyParts(key), atMs: Date.now(), value } satisfies Entry;
  return Buffer.from(cipher.seal(zstdCompressSync(JSON.stringify(entry), withChecksum), true));
}

/** Null for what is no whole entry. @throws EncryptionKeyUnknown */
export function unpackedEntry(packed: Uint8Array, cipher: Cipher): Entry | null {
  try {
    const bytes = cipher.open(packed);
    return Entry.parse(JSON.parse(zstdDecompressSync(bytes).toString('utf8')));
  } catch (error) {
    if (error instanceof EncryptionKeyUnknown) throw error;
    return null;
  }
}

/**
 * SHA-256 (hex) of a request to an endpoint as canonical JSON: equal requests have one hash, whatever the order of their
 * keys.
 * @param request before a budget has lowered its limit, with the model's name as it is sent
 * @param endpoint what else decides which model answers, see `ActivityDependencies`
 */
export function requestHash(request: ChatRequest & { model: string }, endpoint: string): string {
  return digest({ endpoint, request });
}

async function pruneFolder(directory: string, nowMs: number): Promise<number> {
  let removed = 0;
  for (const name of await readdir(directory).catch(whenMissing<string[]>([]))) {
    if (!journalFiles.test(name)) continue;
    const path = join(directory, name);
    const found = await stat(path).catch(whenMissing(null));
    if (found === null || nowMs - found.mtimeMs <= keepMs) continue;
    await rm(path, { force: true });
    removed += 1;
  }
  return removed;
}

/** The four parts alone, so that a wider object names the same entry. */
function keyParts({ workflowId, runId, callKey, requestHash: hash }: JournalKey): JournalKey {
  return { workflowId, runId, callKey, requestHash: hash };
}

/** Of an entry's mark, these begin its line, so that others need not be unpacked. */
const markCharacters = 16;

/** SHA-256 (hex) of kind and key, by which an entry is found. */
export function fullMarkOf(kind: string, key: JournalKey): string {
  return digest({ kind, key: keyParts(key) });
}

/** SHA-256 (hex) of a value as canonical JSON. */
export function digest(value: unknown): string {
  return createHash('sha256').update(canonical(value)).digest('hex');
}

function canonical(value: unknown): string {
  return JSON.stringify(value, (_name, part: unknown) =>
    typeof part === 'object' && part !== null && !Array.isArray(part)
      ? Object.fromEntries(Object.entries(part).sort(([left], [right]) => (left < right ? -1 : 1)))
      : part,
  );
}

function whenMissing<Value>(value: Value): (error: NodeJS.ErrnoException) => Value {
  return (error) => {
    if (error.code === 'ENOENT') return value;
    throw error;
  };
}
