/** Ranks files by how near their chunks' vectors are to a query's, and puts that ranking and the one by words together. */
import type { RankedFile, RankRequest } from './ranking.ts';
import type { Place } from '../tools/rendering.ts';
import type { SnapshotView, ViewFile } from '../snapshot/snapshot-view.ts';
import { defaultWeights } from './weights.ts';
import { coverageOf, hasVectors } from '../store/vector-store.ts';

/** A query as a vector, comparable with the passages of the same identity. */
export type DenseQuery = {
  identity: string;
  vector: Float32Array;
  /** Of the ranking by vectors, where the one by words has 1. */
  weight: number;
};

/** Reciprocal rank fusion (Cormack et al., 2009): a file's share is its ranking's weight / (k + rank). */
const k = 20;
/** Files of the ranking by vectors that take part. */
const deepest = 200;

type DenseFile = { file: ViewFile; chunk: number; cosine: number };

/** The ranking by words as it is where there is no vector for the query. */
export function fuseDense(
  view: SnapshotView,
  request: Pick<RankRequest, 'kind' | 'accepts'>,
  ranked: RankedFile[],
  query: DenseQuery | null,
): RankedFile[] {
  if (query === null || query.weight === 0) return ranked;
  const dense = denseFiles(view, request, query);
  const fused = new Map<number, RankedFile>();
  for (const [at, one] of ranked.entries()) fused.set(one.file.id, { ...one, score: 1 / (k + at + 1) });
  for (const [at, one] of dense.entries()) {
    const share = query.weight / (k + at + 1);
    const known = fused.get(one.file.id);
    if (known !== undefined) known.score += share;
    else fused.set(one.file.id, { file: one.file, score: share, places: () => [placeOf(view, one, share)] });
  }
  return [...fused.values()].sort(
    (one, other) => other.score - one.score || (one.file.path < other.file.path ? -1 : 1),
  );
}

/** Files by their nearest chunk, best first. Classes that count less for this kind of search stand back. */
function denseFiles(
  view: SnapshotView,
  { kind, accepts }: Pick<RankRequest, 'kind' | 'accepts'>,
  query: DenseQuery,
): DenseFile[] {
  const vectors = vectorsOf(view, query.identity);
  if (vectors.dimensions !== query.vector.length) return [];
  const priors = defaultWeights.priors[kind];
  const best = new Map<number, DenseFile>();
  for (const [at, cosine] of cosines(vectors, query.vector).entries()) {
    const id = vectors.files[at] ?? 0;
    const file = view.byId.get(id);
    const known = best.get(id);
    if (file === undefined || (known !== undefined && known.cosine >= cosine)) continue;
    best.set(id, { file, chunk: vectors.chunks[at] ?? 0, cosine });
  }
  const wanted = [...best.values()].filter(({ file }) => priors[file.class] > 0 && accepts(file.path));
  wanted.sort((one, other) => other.cosine - one.cosine);
  const ranks = wanted.map((one, at) => ({ one, rank: (k + at + 1) / priors[one.file.class] }));
  return ranks
    .sort((one, other) => one.rank - other.rank)
    .slice(0, deepest)
    .map(({ one }) => one);
}

function cosines({ matrix, dimensions, chunks }: Vectors, query: Float32Array): Float32Array {
  const found = new Float32Array(chunks.length);
  for (let row = 0, start = 0; row < chunks.length; row += 1, start += dimensions) {
    let sum = 0;
    for (let at = 0; at < dimensions; at += 1) sum += (matrix[start + at] ?? 0) * (query[at] ?? 0);
    found[row] = sum;
  }
  return found;
}

function placeOf(view: SnapshotView, { file, chunk, cosine: _ }: DenseFile, score: number): Place {
  const row = view.store.prepare('SELECT first, last, symbol, kind FROM chunk WHERE id = ?').get(chunk);
  const symbol = row?.symbol == null ? null : { kind: String(row.kind), name: String(row.symbol) };
  return { file, firstLine: Number(row?.first ?? 1), lastLine: Number(row?.last ?? file.lines), symbol, score };
}

// A snapshot's vectors side by side in memory, for comparing a query with all of them.

/** Row n of `matrix` is the vector of chunk n. */
type Vectors = { chunks: Int32Array; files: Int32Array; matrix: Float32Array; dimensions: number };

/** Kept as long as the view is, and read again while chunks are being embedded. */
const kept = new WeakMap<SnapshotView, { identity: string; embedded: number; total: number; vectors: Vectors }>();

function vectorsOf(view: SnapshotView, identity: string): Vectors {
  const known = kept.get(view);
  if (known?.identity === identity && known.embedded === known.total) return known.vectors;
  const { embedded, total } = coverageOf(view, identity);
  if (known?.identity === identity && known.embedded === embedded) return known.vectors;
  const vectors = readVectors(view, identity);
  kept.set(view, { identity, embedded, total, vectors });
  return vectors;
}

function readVectors(view: SnapshotView, identity: string): Vectors {
  if (!hasVectors(view.store)) return gather([]);
  const statement = view.store.prepare(`
    SELECT chunk.id, chunk.file, embedding.vector FROM snapshot_file JOIN chunk ON chunk.file = snapshot_file.file
    JOIN chunk_embedding ON chunk_embedding.chunk = chunk.id JOIN embedding ON embedding.id = embedding
    WHERE snapshot_file.snapshot = ? AND embedding.vector IS NOT NULL
    AND identity = (SELECT number FROM embedding_identity WHERE identity = ?)`);
  statement.setReturnArrays(true);
  return gather(statement.all(view.number, identity) as unknown as Row[]);
}

type Row = [chunk: number, file: number, vector: Uint8Array];

function gather(rows: readonly Row[]): Vectors {
  const dimensions = (rows[0]?.[2].byteLength ?? 0) / 4;
  const matrix = new Float32Array(rows.length * dimensions);
  const bytes = new Uint8Array(matrix.buffer);
  for (const [at, [, , vector]] of rows.entries()) bytes.set(vector.subarray(0, dimensions * 4), at * dimensions * 4);
  return {
    chunks: Int32Array.from(rows, ([chunk]) => chunk),
    files: Int32Array.from(rows, ([, file]) => file),
    matrix,
    dimensions,
  };
}
