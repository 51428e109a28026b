/**
 * Keeps immutable text outside of history, each piece in a file named by the SHA-256 of its bytes. A sweep
 * (content-sweep.ts) may remove pieces at any moment, by three rules:
 * 1. A piece that is put, also one that is there already, gets the time of now.
 * 2. A sweep sets a piece aside, looks at its time again, and puts it back where it is young.
 * 3. What is set aside can be read.
 */
import { createHash } from 'node:crypto';
import { mkdir, readFile, stat, utimes } from 'node:fs/promises';
import { hostname } from 'node:os';
import { dirname, join } from 'node:path';
import { ContentId } from '../../contracts/snapshot.ts';
import { ContentUnavailable } from '../failures.ts';
import { replaceFile } from '../../lib/fs.ts';

export type ContentStore = {
  /** Stores the text (as UTF-8) and returns its id; storing the same text again changes nothing. */
  put(text: string): Promise<ContentId>;
  /** @throws ContentUnavailable when the text is not here or its bytes no longer match the id. */
  get(id: ContentId): Promise<string>;
};

/** @param directory absolute; made with the first text that is stored */
export function createContentStore(directory: string): ContentStore {
  const fileOf = (id: ContentId) => contentFile(directory, id);
  return {
    async put(text) {
      const bytes = Buffer.from(text, 'utf8');
      const id = sha256(bytes);
      if (!(await isWhole(fileOf(id), bytes.length)) || !(await madeYoung(fileOf(id)))) await store(fileOf(id), bytes);
      return id;
    },
    async get(id) {
      if (!ContentId.safeParse(id).success) throw unavailable(String(id), directory, 'is not a content id');
      const bytes = await readPiece(fileOf(id)).catch((error: NodeJS.ErrnoException) => {
        throw unavailable(id, directory, error.code === 'ENOENT' ? 'is not stored' : `cannot be read (${error.code})`);
      });
      if (sha256(bytes) !== id) throw unavailable(id, directory, 'is damaged: its bytes do not match its id');
      return bytes.toString('utf8');
    },
  };
}

export function contentFile(directory: string, id: ContentId): string {
  return join(directory, id.slice(0, 2), id.slice(2, 4), id);
}

/** What a sweep is about to remove. */
export const setAside = '.gone';

/** A piece may be set aside or put back between two looks. */
async function readPiece(file: string): Promise<Buffer> {
  for (const place of [file, `${file}${setAside}`]) {
    const bytes = await readFile(place).catch(whenMissing(null));
    if (bytes !== null) return bytes;
  }
  return readFile(file);
}

/** False where it was set aside meanwhile. */
async function madeYoung(file: string): Promise<boolean> {
  const now = new Date();
  return utimes(file, now, now).then(() => true, whenMissing(false));
}

function whenMissing<Value>(value: Value): (error: NodeJS.ErrnoException) => Value {
  return (error) => {
    if (error.code === 'ENOENT') return value;
    throw error;
  };
}

function sha256(bytes: Buffer): ContentId {
  return createHash('sha256').update(bytes).digest('hex');
}

function unavailable(id: string, directory: string, what: string): ContentUnavailable {
  return new ContentUnavailable(`content ${id} ${what} in ${directory} on machine ${hostname()}`);
}

/** A file cut short by a full disk or a crash has another length and is written anew. */
async function isWhole(file: string, length: number): Promise<boolean> {
  return stat(file).then((stats) => stats.size === length, whenMissing(false));
}

async function store(file: string, bytes: Buffer): Promise<void> {
  await mkdir(dirname(file), { recursive: true });
  await replaceFile(file, bytes, { flush: true });
}
