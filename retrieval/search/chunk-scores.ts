/** Scores the chunks of a snapshot by BM25, term groups of different weights added up. */
import { prepared } from '../store/prepared.ts';
import type { SnapshotView, ViewFile } from '../snapshot/snapshot-view.ts';
import type { Weights } from './weights.ts';
import type { ReadQuery } from './query-reading.ts';

/** Scores by chunk id, and the ids of the chunks that have one: those of wanted files that hold any of the words. */
export type ChunkScores = { of: Float64Array; scored: number[] };

export const noScores = (view: SnapshotView): ChunkScores => ({
  of: new Float64Array(filesOfChunks(view).length),
  scored: [],
});

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

/** Adds, to each chunk that holds a term, the term's BM25 times its weight. */
export function addScores(
  { of, scored }: ChunkScores,
  view: SnapshotView,
  terms: ReadonlyMap<string, number>,
  wanted: ReadonlySet<number>,
  weights: Weights,
): void {
  if (terms.size === 0) return;
  const files = filesOfChunks(view);
  const { path, names, parts, body, comments } = weights.columns;
  const columns = [path, names, parts, body, comments].join(', ');
  const statement = prepared(
    view.store,
    `SELECT rowid, bm25(chunk_words, ${columns}) FROM chunk_words WHERE chunk_words MATCH ?`,
  );
  statement.setReturnArrays(true);
  // BM25 is a sum over terms: terms of one weight share a pass over the index.
  for (const [weight, group] of Map.groupBy(terms.keys(), (term) => terms.get(term) ?? 1)) {
    const expression = group.map((term) => `"${term.replaceAll('"', '')}"`).join(' OR ');
    // All at once: a step of an iterator costs more than the row.
    for (const [chunk = 0, rank = 0] of statement.all(expression) as unknown as number[][]) {
      if (!wanted.has(files[chunk] ?? 0)) continue;
      if (of[chunk] === 0) scored.push(chunk);
      of[chunk] = (of[chunk] ?? 0) - rank * weight;
    }
  }
}

// Finds the files that define a symbol which a query spells, exactly or as words in a row.

/** A name that more files define is too common to point anywhere. */
const maxDefiningFiles = 8;
const maxNames = 60;

type Find = (name: string) => ViewFile[];

/** Each file with its best symbol's weight, divided among the files that define the symbol. */
export function definingFiles(view: SnapshotView, query: ReadQuery, weights: Weights): Map<ViewFile, number> {
  const shares = new Map<ViewFile, number>();
  const raise = (files: readonly ViewFile[], weight: number) => {
    for (const file of files) shares.set(file, Math.max(shares.get(file) ?? 0, weight / files.length));
  };
  if (weights.symbol > 0) {
    const find = finder(view, "lower = lower(?1) AND name = ?1 AND kind <> 'key'");
    for (const [name, weight] of namesSpelled(query)) raise(find(name), weight * weights.symbol);
  }
  if (weights.composedSymbol > 0) {
    const find = finder(view, "lower = ?1 AND kind NOT IN ('heading', 'key', 'cell')");
    for (const name of query.composed) raise(find(name), weights.composedSymbol);
  }
  return shares;
}

/** Of dotted names the last part is what is defined somewhere. */
function namesSpelled({ identifiers }: ReadQuery): [name: string, weight: number][] {
  const names = new Map<string, number>();
  for (const [identifier, weight] of identifiers) {
    const last = identifier.split(/\.|::|#/).at(-1) ?? identifier;
    if (last.length >= 3) names.set(last, Math.max(names.get(last) ?? 0, Math.min(weight, 1)));
  }
  return [...names].slice(0, maxNames);
}

/** The files outside tests; none where there are too many. */
function finder(view: SnapshotView, condition: string): Find {
  const find = prepared(view.store, `SELECT DISTINCT file FROM definition WHERE ${condition} LIMIT 500`);
  return (name) => {
    const files = find.all(name).flatMap(({ file }) => view.byId.get(Number(file)) ?? []);
    const outsideTests = files.filter((file) => file.class !== 'test');
    return outsideTests.length > maxDefiningFiles ? [] : outsideTests;
  };
}
