/** Cuts a place to what a query asks for: the line that names its symbol, and the lines that speak of the query most. */
import type { Place } from '../tools/rendering.ts';
import type { SnapshotView } from '../snapshot/snapshot-view.ts';
import { readQuery } from './query-reading.ts';
import { defaultWeights } from './weights.ts';

/** How many places count as best, and the lines that a place may have: of the best ones, and of those behind them. */
const bestPlaces = 3;
const bestLines = 40;
const otherLines = 16;
/** A place that is so much longer than it may be is left as it is: its rest would be asked for at once. */
const tolerance = 1.25;

/** Each place as long as its rank allows. */
export function focusPlaces(view: SnapshotView, places: readonly Place[], query: string): Place[] {
  const terms = [...readQuery(query, defaultWeights).terms].map(([term, weight]) => ({ form: formOf(term), weight }));
  return places.flatMap((place, rank) => focused(view, place, terms, rank < bestPlaces ? bestLines : otherLines));
}

type Term = { form: string; weight: number };

/** Most forms of a word share its beginning. */
const formOf = (term: string): string => (term.length > 6 ? term.slice(0, -2) : term).toLowerCase();

function focused(view: SnapshotView, place: Place, terms: readonly Term[], most: number): Place[] {
  const { firstLine, lastLine, symbol } = place;
  if (lastLine - firstLine < most * tolerance) return [place];
  const lines = view.linesOf(place.file).slice(firstLine - 1, lastLine);
  const from = bestWindow(lines, terms, most);
  const window = { ...place, firstLine: firstLine + from, lastLine: firstLine + from + most - 1 };
  const named = symbol ? lines.findIndex((line) => line.includes(symbol.name)) : -1;
  if (named < 0 || (named >= from && named < from + most)) return [window];
  return [{ ...place, firstLine: firstLine + named, lastLine: firstLine + named }, window];
}

/** Where the window begins that holds most of the terms, the first of a term counting most. */
function bestWindow(lines: readonly string[], terms: readonly Term[], most: number): number {
  const lower = lines.map((line) => line.toLowerCase());
  // Of each term the lines that hold it, counted from the first: a window's count is the difference of two.
  const counts = terms.map(({ form }) => {
    const sums = [0];
    for (const [at, line] of lower.entries()) sums.push((sums[at] ?? 0) + (line.includes(form) ? 1 : 0));
    return sums;
  });
  let [best, bestScore] = [0, -1];
  for (let from = 0; from + most <= lines.length; from += 1) {
    const score = terms.reduce((sum, { weight }, at) => {
      const count = (counts[at]?.[from + most] ?? 0) - (counts[at]?.[from] ?? 0);
      return sum + weight * (1 - 0.5 ** count);
    }, 0);
    if (score > bestScore) [best, bestScore] = [from, score];
  }
  return best;
}
