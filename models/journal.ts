/**
 * Keeps paid replies on disk until their activity is known to have completed, so that a crash does not pay twice.
 *
 * 1. A value is found only by the kind, the run, the call and the request that it was stored for. An entry that is
 *    damaged, or in the file of another run, is no entry.
 * 2. An entry is there as a whole or not at all. It is one line, appended by one write, and carries a checksum. What a
 *    kill cuts short is no entry, and hides none: the next one begins on a line of its own. Line feeds within it are escaped;
 *    lines in base64 are of versions before.
 * 3. Once `write` has returned, the entry survives a kill of the process, though not a failure of the machine.
 * 4. Under one key the last write stands; two processes may write at once.
 * 5. A run's file is read and written without leaving the thread: it is small, and in the system's cache. Each of these steps
 *    on its own way through the thread pool takes ten times as long.
 * 6. The entries of a run are kept for 91 days after its last one, longer than any run is open. No file is removed that
 *    is not the journal's.
 */
import { closeSync, mkdirSync, openSync, readFileSync, writeSync } from 'node:fs';
import { readdir, rm, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { type Cipher, noCipher } from '../codecs/cipher.ts';
import type { ChatReply } from '../contracts/chat.ts';
import { type CallAbout, type JournalKey, journalFileName, journalFiles } from '../contracts/model/journal-key.ts';
import type { RunRef } from '../contracts/trace.ts';
import { ownerOnly } from '../lib/fs.ts';
import {
  type Entry,
  type EntryKind,
  fullMarkOf,
  packedEntry,
  replyKind,
  type RunEntry,
  runEntriesAmong,
  unpackedEntry,
  valueAmong,
} from './journal-entry.ts';

export interface ReplyJournal {
  /** Null when there is no whole entry under exactly this key. */
  read(key: JournalKey): Promise<ChatReply | null>;
  /** On return the reply survives a kill of the process. `about`: what else is told to who looks for it in a run. */
  write(key: JournalKey, reply: ChatReply, about?: CallAbout): Promise<void>;
}

export interface Journal extends ReplyJournal {
  /** As `read`, of another kind than replies. */
  readEntry<Value>(kind: EntryKind<Value>, key: JournalKey): Promise<Value | null>;
  /** As `write`, of another kind than replies. */
  writeEntry<Value>(kind: EntryKind<Value>, key: JournalKey, value: Value, about?: CallAbout): Promise<void>;
  /** All that the run has of that kind, each key once with its last value, in the order in which they came. */
  ofRun<Value>(kind: EntryKind<Value>, run: RunRef): Promise<RunEntry<Value>[]>;
  /** All that the run has, of every kind, in the order in which it was written: what `ofRun` is taken from. */
  entriesOf(run: RunRef): Promise<Entry[]>;
  /** Removes the files of runs whose last entry is older than 91 days; returns how many. */
  prune(): Promise<number>;
}

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
  const writeEntry: Journal['writeEntry'] = async ({ name }, key, value, about) => {
    const entry = packedEntry({ kind: name, key, value, ...(about === undefined ? {} : { about }) }, cipher);
    const line = `${fullMarkOf(name, key).slice(0, markCharacters)}${asBytes}${escaped(entry)}`;
    append(directory, journalFileName(key.runId), line);
  };
  const entriesOf = async ({ runId }: RunRef) => entriesOfFile(join(directory, journalFileName(runId)), { cipher });
  return {
    ...ofAllKinds({ readEntry, writeEntry, entriesOf }),
    prune: () => pruneFolder(directory, Date.now()),
  };
}

/** With the methods for one kind. */
export function ofAllKinds(entries: Pick<Journal, 'readEntry' | 'writeEntry' | 'entriesOf'>): Omit<Journal, 'prune'> {
  return {
    ...entries,
    ofRun: async (kind, run) => runEntriesAmong(await entries.entriesOf(run), kind, run),
    read: (key) => entries.readEntry(replyKind, key),
    write: (key, reply, about) => entries.writeEntry(replyKind, key, reply, about),
  };
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
  const lines = text.split('\n').filter((line) => line !== '' && (mark === undefined || line.startsWith(mark)));
  return lines.flatMap((line) => unpackedEntry(packedIn(line), cipher) ?? []);
}

/** Of an entry's mark, these begin its line, so that others need not be unpacked. */
const markCharacters = 16;
/** Follows the mark of an entry as it is; base64 follows a space. */
const asBytes = ':';

function escaped(entry: Buffer): string {
  return entry.toString('latin1').replace(/[\n\\]/g, (character) => (character === '\n' ? '\\n' : '\\\\'));
}

function packedIn(line: string): Buffer {
  const text = line.slice(markCharacters + 1);
  if (line[markCharacters] !== asBytes) return Buffer.from(text, 'base64');
  return Buffer.from(
    text.replace(/\\(.?)/g, (_pair, character: string) => (character === 'n' ? '\n' : character)),
    'latin1',
  );
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

function whenMissing<Value>(value: Value): (error: NodeJS.ErrnoException) => Value {
  return (error) => {
    if (error.code === 'ENOENT') return value;
    throw error;
  };
}
