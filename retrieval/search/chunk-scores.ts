/** Scores the chunks of a snapshot by BM25, term groups of different weights added up. */
import type { SnapshotView } from '../snapshot/snapshot-view.ts';
import type { Weights } from './weights.ts';

/** Chunk id to score; only chunks of wanted files that hold any of the words. */
export type ChunkScores = Map<number, number>;

/** The file of each chunk, by chunk id; 0 where the chunk is of another snapshot. */
const chunkFiles = new WeakMap<SnapshotView, Int32Array>();

export function filesOfChunks(view: SnapshotView): Int32Array {
  const known = chunkFiles.get(view);
  if (known !== undefined) return known;
  const largest = Number(view.store.prepare('SELECT coalesce(max(id), 0) AS id FROM chunk').get()?.id);
  const files = new Int32Array(largest + 1);
  const statement = view.store.prepare(`
    SELECT chunk.id, chunk.file FROM snapshot_file JOIN chunk ON chunk.file = snapshot_file.file
    WHERE snapshot_file.snapshot = ?`);
  statement.setReturnArrays(true);
  for (const row of statement.iterate(view.number)) {
    const [id, file] = row as unknown as [number, number];
    files[id] = file;
  }
  chunkFiles.set(view, files);
  return files;
}

/** Adds, to each chunk that holds any of the terms, the terms' BM25 times their weight. */
export function addScores(
  scores: ChunkScores,
  view: SnapshotView,
  terms: ReadonlyMap<string, number>,
  wanted: ReadonlySet<number>,
  weights: Weights,
): void {
  const files = filesOfChunks(view);
  const { path, names, parts, body, comments } = weights.columns;
  const statement = view.store.prepare(`
    SELECT rowid, bm25(chunk_words, ${path}, ${names}, ${parts}, ${body}, ${comments}) FROM chunk_words
    WHERE chunk_words MATCH ?`);
  statement.setReturnArrays(true);
  for (const [weight, group] of groupsByWeight(terms)) {
    const expression = group.map((term) => `"${term.replaceAll('"', '')}"`).join(' OR ');
    for (const row of statement.iterate(expression)) {
      const [chunk, rank] = row as unknown as [number, number];
      if (wanted.has(files[chunk] ?? 0)) scores.set(chunk, (scores.get(chunk) ?? 0) - rank * weight);
    }
  }
}

/** BM25 is a sum over terms: terms of about the same weight share one pass over the index. */
function groupsByWeight(terms: ReadonlyMap<string, number>): Map<number, string[]> {
  const step = (weight: number) => 2 ** Math.round(Math.log2(weight));
  return Map.groupBy(terms.keys(), (term) => step(terms.get(term) ?? 1));
}
