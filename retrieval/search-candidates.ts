/** The best places of a search for a model that puts them in order, and that order put on a search's places. */
import type { SearchCandidate } from '../contracts/search-candidate.ts';
import type { PlaceId } from '../contracts/tool.ts';
import type { Place } from './rendering.ts';
import type { SnapshotView } from './snapshot-view.ts';
import { lineCharacters } from './tool-limits.ts';

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
