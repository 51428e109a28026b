/** Full-text search over a snapshot: files ranked, then shown by their best places. */
import { type DenseQuery, fuseDense } from './dense-ranking.ts';
import { rankFiles } from './ranking.ts';
import type { Place } from './rendering.ts';
import type { SnapshotView } from './snapshot-view.ts';
import { defaultWeights, type SearchKind, type Weights } from './weights.ts';

export type SearchRequest = {
  query: string;
  kind: SearchKind;
  accepts: (path: string) => boolean;
  /** Places wanted. */
  limit: number;
  /** Null: by words alone. */
  dense: DenseQuery | null;
};
/** Best first; `files` counts the files that matched at all. */
export type SearchResult = { places: Place[]; files: number };

const maxPerFile = 3;

/** Any text is a query; one without a known word finds nothing. */
export function search(view: SnapshotView, request: SearchRequest, weights: Weights = defaultWeights): SearchResult {
  const files = fuseDense(view, request, rankFiles(view, request, weights), request.dense);
  const places = files.slice(0, request.limit).flatMap((one) => one.places(1));
  // Fewer files than places wanted: the files' next best chunks fill up.
  for (let depth = 1; depth < maxPerFile && places.length < request.limit; depth += 1) {
    const more = files.flatMap((one) => one.places(depth + 1).slice(depth));
    places.push(...more.slice(0, request.limit - places.length));
  }
  return { places, files: files.length };
}
