/** Counts of the making of questions: candidates that were dropped, and phrasings of a model that were refused, which cost no candidate. */
import type { DropCounts } from './question-making.ts';

const refusal = 'phrasing refused, template asked: ';

/** The name under which a refused phrasing is counted. */
export const refusedPhrasing = (why: string): string => `${refusal}${why}`;

/** Tells both kinds apart in counts that hold both. */
export function apart(counts: DropCounts): { dropped: DropCounts; refused: DropCounts } {
  const [refused, dropped] = [true, false].map((wanted) =>
    Object.entries(counts).filter(([why]) => why.startsWith(refusal) === wanted),
  );
  return {
    dropped: Object.fromEntries(dropped ?? []),
    refused: Object.fromEntries((refused ?? []).map(([why, count]) => [why.slice(refusal.length), count])),
  };
}
