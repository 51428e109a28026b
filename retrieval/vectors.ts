/** A snapshot's vectors side by side in memory, for comparing a query with all of them. */
import type { SnapshotView } from './snapshot-view.ts';
import { coverageOf, hasVectors } from './vector-store.ts';

/** Row n of `matrix` is the vector of chunk n. */
export type Vectors = { chunks: Int32Array; files: Int32Array; matrix: Float32Array; dimensions: number };

/** Kept as long as the view is, and read again while chunks are being embedded. */
const kept = new WeakMap<SnapshotView, { identity: string; embedded: number; total: number; vectors: Vectors }>();

export function vectorsOf(view: SnapshotView, identity: string): Vectors {
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
