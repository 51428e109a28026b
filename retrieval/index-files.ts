/** Makes a snapshot's stored text searchable, file by file, in short transactions that a kill cannot tear. */
import type { DatabaseSync } from 'node:sqlite';
import { type Chunk, chunkLines } from './chunks.ts';
import { type Definition, findDefinitions } from './definitions.ts';
import { inTransaction } from './store.ts';
import { linesOf } from './text-files.ts';
import type { OnProgress } from './thread-tasks.ts';
import { camelCaseParts, nameWords } from './words.ts';

/** Characters of text indexed in one transaction: a fraction of a second of work. */
const batchCharacters = 500_000;

type Unindexed = { id: number; path: string; text: string };
type Indexed = {
  id: number;
  definitions: Definition[];
  chunks: (Chunk & { path: string; body: string; parts: string })[];
};

/** Indexes what is not indexed yet. Files that another process finishes meanwhile are left to it. */
export function indexSnapshot(store: DatabaseSync, snapshot: number, total: number, onProgress: OnProgress): void {
  const nextFiles = store.prepare(`
    SELECT file.id, file.path, blob.text FROM snapshot_file
    JOIN file ON file.id = snapshot_file.file JOIN blob ON blob.id = file.blob
    WHERE snapshot_file.snapshot = ? AND file.id > ? AND file.indexed = 0 ORDER BY file.id`);
  const write = fileWriter(store);
  let done = 0;
  for (let last = 0; ; ) {
    const batch: Indexed[] = [];
    let characters = 0;
    for (const row of nextFiles.iterate(snapshot, last)) {
      const file: Unindexed = { id: Number(row.id), path: String(row.path), text: String(row.text) };
      batch.push(readFile(file));
      last = file.id;
      characters += file.text.length;
      if (characters > batchCharacters || batch.length >= 500) break;
    }
    if (batch.length === 0) break;
    inTransaction(store, () => batch.forEach(write));
    done += batch.length;
    onProgress({ stage: 'indexing', done, total });
  }
  store.prepare(`UPDATE snapshot SET state = 'ready' WHERE number = ?`).run(snapshot);
}

/** What a file adds to the index; slow work that needs no lock. */
function readFile({ id, path, text }: Unindexed): Indexed {
  const lines = linesOf(text);
  const definitions = findDefinitions(path, lines);
  const pathWords = nameWords(path);
  const chunks = chunkLines(lines, definitions).map((chunk) => {
    const body = lines.slice(chunk.first - 1, chunk.last).join('\n');
    return { ...chunk, path: pathWords, body, parts: camelCaseParts(body) };
  });
  return { id, definitions, chunks };
}

function fileWriter(store: DatabaseSync): (file: Indexed) => void {
  const claim = store.prepare('UPDATE file SET indexed = 1 WHERE id = ? AND indexed = 0');
  const addChunk = store.prepare('INSERT INTO chunk (file, first, last, symbol, kind) VALUES (?, ?, ?, ?, ?)');
  const addWords = store.prepare(
    'INSERT INTO chunk_words (rowid, path, names, parts, body, comments) VALUES (?, ?, ?, ?, ?, ?)',
  );
  const addDefinition = store.prepare('INSERT OR IGNORE INTO definition VALUES (?, ?, ?, ?, ?, ?)');
  return ({ id, definitions, chunks }) => {
    if (claim.run(id).changes === 0) return;
    for (const { first, last, symbol, names, path, parts, body } of chunks) {
      const { lastInsertRowid } = addChunk.run(id, first, last, symbol?.name ?? null, symbol?.kind ?? null);
      addWords.run(lastInsertRowid, path, names.map(nameWords).join(' '), parts, body, '');
    }
    for (const { line, name, kind, last } of definitions) {
      addDefinition.run(id, line, name, kind, name.toLowerCase(), last);
    }
  };
}
