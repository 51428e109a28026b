/** Makes a snapshot's stored text searchable, file by file, in short transactions that a kill cannot tear. */
import type { DatabaseSync } from 'node:sqlite';
import { Piscina } from 'piscina';
import { type FileIndex, readFileIndex, type UnindexedFile } from './file-index.ts';
import { readBatch } from '../worker-threads/reading-thread.ts';
import { inTransaction } from '../store/store.ts';
import type { OnProgress } from '../worker-threads/thread-tasks.ts';
import { nameWords } from './words.ts';
import { moduleUrl } from '../../lib/own-files.ts';

/** Characters of text read and written at once: a fraction of a second of work. */
const batchCharacters = 250_000;
const batchFiles = 500;
/** Less text than this is read here: two threads and their grammars would cost more than they save. */
const worthThreads = 3_000_000;
const readers = 2;
/** Batches under way: one in each reader, one waiting for each, so that neither they nor the writer idle. */
const underWay = 2 * readers;

type Pending = { id: number; characters: number };
type ReadBatch = (files: UnindexedFile[]) => Promise<FileIndex[]>;

/** Indexes what is not indexed yet. Files that another process finishes meanwhile are left to it. */
export async function indexSnapshot(
  store: DatabaseSync,
  snapshot: number,
  total: number,
  onProgress: OnProgress,
): Promise<void> {
  const pending = pendingFiles(store, snapshot);
  const batches = batchesOf(pending);
  const text = store.prepare('SELECT path, text FROM file JOIN blob ON blob.id = file.blob WHERE file.id = ?');
  const open = (ids: number[]) =>
    ids.flatMap((id): UnindexedFile[] => {
      const row = text.get(id);
      return row === undefined ? [] : [{ id, path: String(row.path), text: String(row.text) }];
    });
  const write = fileWriter(store);
  let done = total - pending.length;
  await using reading = readerFor(batches);
  const queue: Promise<FileIndex[]>[] = [];
  for (const batch of [...batches.map(({ ids }) => ids), ...Array<null>(underWay).fill(null)]) {
    if (batch !== null) {
      const read = reading.read(open(batch));
      read.catch(() => {}); // met when its turn comes
      queue.push(read);
    }
    if (batch !== null && queue.length < underWay) continue;
    const read = (await queue.shift()) ?? [];
    inTransaction(store, () => read.forEach(write));
    done += read.length;
    if (read.length > 0) onProgress({ stage: 'indexing', done, total });
  }
  store.prepare(`UPDATE snapshot SET state = 'ready', failure = NULL WHERE number = ?`).run(snapshot);
}

function pendingFiles(store: DatabaseSync, snapshot: number): Pending[] {
  return store
    .prepare(`
      SELECT file.id, blob.bytes FROM snapshot_file
      JOIN file ON file.id = snapshot_file.file JOIN blob ON blob.id = file.blob
      WHERE snapshot_file.snapshot = ? AND file.indexed = 0 ORDER BY file.id`)
    .all(snapshot)
    .map((row) => ({ id: Number(row.id), characters: Number(row.bytes) }));
}

function batchesOf(pending: readonly Pending[]): { ids: number[]; characters: number }[] {
  const batches: { ids: number[]; characters: number }[] = [];
  for (const { id, characters } of pending) {
    const last = batches.at(-1);
    if (last !== undefined && last.ids.length < batchFiles && last.characters + characters <= batchCharacters) {
      last.ids.push(id);
      last.characters += characters;
    } else batches.push({ ids: [id], characters });
  }
  return batches;
}

function readerFor(batches: readonly { characters: number }[]): AsyncDisposable & { read: ReadBatch } {
  const characters = batches.reduce((sum, batch) => sum + batch.characters, 0);
  if (characters < worthThreads) return { read: readBatch, [Symbol.asyncDispose]: async () => {} };
  const pool = new Piscina<UnindexedFile[], FileIndex[]>({
    filename: moduleUrl('retrieval/worker-threads/reading-thread'),
    name: 'readBatch',
    maxThreads: readers,
    atomics: 'disabled',
    // Two young generations of the usual size would be a quarter of all memory.
    resourceLimits: { maxYoungGenerationSizeMb: 8 },
  });
  // A thread that dies takes its batch with it: the files are read again one by one, and the bad one without its syntax.
  const readAlone = (file: UnindexedFile) => pool.run([file]).catch(async () => [await readFileIndex(file, null)]);
  const read = async (files: UnindexedFile[]) => {
    try {
      return await pool.run(files);
    } catch {
      return (await Promise.all(files.map(readAlone))).flat();
    }
  };
  return { read, [Symbol.asyncDispose]: () => pool.destroy() };
}

function fileWriter(store: DatabaseSync): (file: FileIndex) => void {
  const claim = store.prepare('UPDATE file SET indexed = ? WHERE id = ? AND indexed = 0');
  const addChunk = store.prepare('INSERT INTO chunk (file, first, last, symbol, kind) VALUES (?, ?, ?, ?, ?)');
  const addWords = store.prepare(
    'INSERT INTO chunk_words (rowid, path, names, parts, body, comments) VALUES (?, ?, ?, ?, ?, ?)',
  );
  const addDefinition = store.prepare('INSERT OR IGNORE INTO definition VALUES (?, ?, ?, ?, ?, ?)');
  const addReference = store.prepare('INSERT OR IGNORE INTO reference VALUES (?, ?, ?, ?, ?)');
  const addImport = store.prepare('INSERT OR IGNORE INTO import VALUES (?, ?)');
  return ({ id, parsed, definitions, references, imports, chunks }) => {
    if (claim.run(parsed ? 1 : 2, id).changes === 0) return;
    for (const { first, last, symbol, names, path, parts, body, comments } of chunks) {
      const { lastInsertRowid } = addChunk.run(id, first, last, symbol?.name ?? null, symbol?.kind ?? null);
      addWords.run(lastInsertRowid, path, names.map(nameWords).join(' '), parts, body, comments);
    }
    for (const { line, name, kind, last } of definitions) {
      addDefinition.run(id, line, name, kind, name.toLowerCase(), last);
    }
    for (const { name, kind, count, line } of references) addReference.run(name, id, kind, count, line);
    for (const specifier of imports) addImport.run(id, specifier);
  };
}
