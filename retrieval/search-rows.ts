/** Search results as rows for a program: one entry a file, best first. */
import type { SearchRow } from '../contracts/search-row.ts';
import { type DenseQuery, fuseDense } from './dense-ranking.ts';
import { rankFiles } from './ranking.ts';
import type { SnapshotView } from './snapshot-view.ts';
import type { SearchKind } from './weights.ts';

export type RowsRequest = { query: string; kind: SearchKind; limit: number };

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
