/** Full-text search over a snapshot: files ranked, then shown by their best places. */
import { type DenseQuery, fuseDense } from './dense-ranking.ts';
import { rankFiles } from './ranking.ts';
import { lineCharacters, type Place } from '../tools/rendering.ts';
import type { SnapshotView } from '../snapshot/snapshot-view.ts';
import { defaultWeights, type SearchKind, type Weights } from './weights.ts';
import type { PlaceId, SearchRow } from '../../contracts/tools.ts';
import type { SearchCandidate } from '../../contracts/agent.ts';

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

// Search results as rows for a program: one entry a file, best first.

export type RowsRequest = {
  query: string;
  kind: SearchKind;
  limit: number;
  /** No vectors, whatever is configured. */
  wordsAlone?: true;
};

/** @returns at most `limit` rows, each with the best place of its file */
export function searchRows(
  view: SnapshotView,
  { query, kind, limit }: RowsRequest,
  dense: DenseQuery | null,
): SearchRow[] {
  const request = { query, kind, accepts: () => true };
  return fuseDense(view, request, rankFiles(view, request), dense)
    .slice(0, limit)
    .flatMap((one): SearchRow[] => {
      const [best] = one.places(1);
      if (best === undefined) return [];
      const { firstLine, lastLine, symbol } = best;
      const score = Number(one.score.toFixed(4));
      return [{ path: one.file.path, firstLine, lastLine, symbol: symbol?.name ?? null, score }];
    });
}

// The best places of a search for a model that puts them in order, and that order put on a search's places.

/** How many places a model puts in order. */
export const candidatePlaces = 30;
const candidateLines = 15;
const candidateCharacters = 800;

export function toCandidates(view: SnapshotView, places: readonly Place[]): SearchCandidate[] {
  return places.map(({ file, firstLine, lastLine }) => {
    const lines = view.linesOf(file).slice(firstLine - 1, Math.min(lastLine, firstLine + candidateLines - 1));
    const text = lines
      .map((line) => line.slice(0, lineCharacters))
      .join('\n')
      .slice(0, candidateCharacters);
    return { path: file.path, firstLine, lastLine, text };
  });
}

/** Places that the order names come first; the others follow as they were. */
export function inOrder(places: readonly Place[], order: readonly PlaceId[]): Place[] {
  const ranks = new Map(order.map((one, at) => [idOf(one), at]));
  const rank = ({ file, firstLine, lastLine }: Place) =>
    ranks.get(idOf({ path: file.path, firstLine, lastLine })) ?? order.length;
  return places.toSorted((one, other) => rank(one) - rank(other));
}

const idOf = ({ path, firstLine, lastLine }: PlaceId): string => `${path}:${firstLine}-${lastLine}`;
