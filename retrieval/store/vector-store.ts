/** Keeps vectors by what they were made of, so that no text is bought twice, whatever becomes of the index. */
import { createHash } from 'node:crypto';
import type { DatabaseSync } from 'node:sqlite';
import type { SnapshotView } from '../snapshot/snapshot-view.ts';
import { inTransaction } from './store.ts';

/**
 * embedding: \`key\` is the SHA-256 of identity and text, \`vector\` null where the endpoint refused the text.
 * chunk_embedding: which of them belongs to a chunk; dropped with the index.
 */
const createVectorTables = `
  CREATE TABLE IF NOT EXISTS embedding (
    id INTEGER PRIMARY KEY, key BLOB NOT NULL UNIQUE, vector BLOB
  ) STRICT;
  CREATE TABLE IF NOT EXISTS embedding_identity (number INTEGER PRIMARY KEY, identity TEXT NOT NULL UNIQUE) STRICT;
  CREATE TABLE IF NOT EXISTS chunk_embedding (
    chunk INTEGER NOT NULL, identity INTEGER NOT NULL, embedding INTEGER NOT NULL, PRIMARY KEY (chunk, identity)
  ) STRICT, WITHOUT ROWID;
  CREATE TRIGGER IF NOT EXISTS chunk_embedding_gone AFTER DELETE ON chunk BEGIN
    DELETE FROM chunk_embedding WHERE chunk = OLD.id;
  END`;

/** A text to be embedded, for the chunks that hold it; `key` is in hexadecimal. */
export type Unembedded = { key: string; chunks: number[]; text: string };
/** `last` is where to go on; null at the end. */
export type UnembeddedBatch = { texts: Unembedded[]; last: number | null };
export type Embedded = Omit<Unembedded, 'text'> & { vector: Float32Array | null };
/** Chunks of a snapshot; those refused count as embedded. `dimensions` is null while there is no vector. */
export type Coverage = { embedded: number; total: number; dimensions: number | null };

/** False in stores that no vector was ever put into. */
export function hasVectors(store: DatabaseSync): boolean {
  return store.prepare(`SELECT 1 FROM sqlite_schema WHERE name = 'chunk_embedding'`).get() !== undefined;
}

/** Chunks with a vector, by model: of all snapshots in the store. */
export function embeddedByModel(store: DatabaseSync): { model: string; chunks: number }[] {
  if (!hasVectors(store)) return [];
  return store
    .prepare(`
      SELECT embedding_identity.identity, count(*) AS n FROM chunk_embedding
      JOIN embedding_identity ON embedding_identity.number = chunk_embedding.identity GROUP BY 1 ORDER BY 1`)
    .all()
    .map(({ identity, n }) => ({ model: modelOf(String(identity)), chunks: Number(n) }));
}

/** The first part of what `identityOf` puts together. */
function modelOf(identity: string): string {
  const [model] = JSON.parse(identity) as [string];
  return model;
}

export function coverageOf(view: SnapshotView, identity: string): Coverage {
  const { store } = view;
  const total = Number(store.prepare(`SELECT count(*) AS n FROM (${chunksOfSnapshot})`).get(view.number)?.n);
  if (!hasVectors(store)) return { embedded: 0, total, dimensions: null };
  const row = store
    .prepare(`
      SELECT count(*) AS n, max(length(embedding.vector)) AS bytes FROM (${chunksOfSnapshot}) AS chunk
      JOIN chunk_embedding ON chunk_embedding.chunk = chunk.id JOIN embedding ON embedding.id = embedding
      WHERE identity = (SELECT number FROM embedding_identity WHERE identity = ?)`)
    .get(view.number, identity);
  const dimensions = row?.bytes == null ? null : Number(row.bytes) / 4;
  return { embedded: Number(row?.n), total, dimensions };
}

const chunksOfSnapshot = `
  SELECT chunk.id, chunk.file, chunk.first, chunk.last FROM snapshot_file
  JOIN chunk ON chunk.file = snapshot_file.file WHERE snapshot_file.snapshot = ?`;

/**
 * The next texts of a snapshot that are not embedded yet, at most `limit`, each once. Chunks whose text is known from
 * elsewhere get their vector on the way.
 * @param after the `last` of the batch before; 0 begins
 */
export function nextUnembedded(view: SnapshotView, identity: string, after: number, limit: number): UnembeddedBatch {
  const { store } = view;
  if (!hasVectors(store)) store.exec(createVectorTables);
  const number = numberOf(store, identity);
  const rows = store
    .prepare(`
      SELECT chunk.id, chunk.file, chunk.first, chunk.last FROM (${chunksOfSnapshot}) AS chunk WHERE chunk.id > ?
      AND NOT EXISTS (SELECT 1 FROM chunk_embedding WHERE chunk = chunk.id AND identity = ?)
      ORDER BY chunk.id LIMIT ?`)
    .all(view.number, after, number, limit * 8);
  const find = store.prepare('SELECT id FROM embedding WHERE key = ?');
  const textOf = chunkTexts(view);
  const texts = new Map<string, Unembedded>();
  const known: Link[] = [];
  let last = after;
  for (const row of rows) {
    const [chunk, text] = [Number(row.id), textOf(Number(row.file), Number(row.first), Number(row.last))];
    const key = createHash('sha256').update(`${identity}\0${text}`).digest('hex');
    const embedding = find.get(Buffer.from(key, 'hex'))?.id;
    const waiting = texts.get(key);
    if (embedding !== undefined) known.push({ chunk, embedding: Number(embedding) });
    else if (waiting !== undefined) waiting.chunks.push(chunk);
    else if (texts.size === limit) break;
    else texts.set(key, { key, chunks: [chunk], text });
    last = chunk;
  }
  if (known.length > 0) inTransaction(store, () => linkChunks(store, number, known));
  return { texts: [...texts.values()], last: rows.length === 0 ? null : last };
}

/** Keeps what was bought, in one transaction. */
export function storeVectors(store: DatabaseSync, identity: string, bought: readonly Embedded[]): void {
  const number = numberOf(store, identity);
  const add = store.prepare('INSERT OR IGNORE INTO embedding (key, vector) VALUES (?, ?)');
  const find = store.prepare('SELECT id FROM embedding WHERE key = ?');
  inTransaction(store, () => {
    for (const { key, chunks, vector } of bought) {
      const bytes = Buffer.from(key, 'hex');
      add.run(bytes, vector && Buffer.from(vector.buffer, vector.byteOffset, vector.byteLength));
      const embedding = Number(find.get(bytes)?.id);
      linkChunks(
        store,
        number,
        chunks.map((chunk) => ({ chunk, embedding })),
      );
    }
  });
}

type Link = { chunk: number; embedding: number };

function linkChunks(store: DatabaseSync, identity: number, links: readonly Link[]): void {
  // A chunk that is gone by now is left out.
  const link = store.prepare('INSERT OR IGNORE INTO chunk_embedding SELECT id, ?, ? FROM chunk WHERE id = ?');
  for (const { chunk, embedding } of links) link.run(identity, embedding, chunk);
}

function numberOf(store: DatabaseSync, identity: string): number {
  const find = store.prepare('SELECT number FROM embedding_identity WHERE identity = ?');
  if (find.get(identity) === undefined)
    store.prepare('INSERT OR IGNORE INTO embedding_identity (identity) VALUES (?)').run(identity);
  return Number(find.get(identity)?.number);
}

/** A chunk's text under its path, which says much of what it is about. */
function chunkTexts(view: SnapshotView): (file: number, first: number, last: number) => string {
  let open: { file: number; lines: readonly string[] } | null = null;
  return (id, first, last) => {
    const file = view.byId.get(id);
    if (open?.file !== id) open = { file: id, lines: file === undefined ? [] : view.linesOf(file) };
    return [file?.path ?? '', ...open.lines.slice(first - 1, last)].join('\n');
  };
}
