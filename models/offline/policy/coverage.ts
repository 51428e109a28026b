/** Measures how much of a question's weight is spoken of: by one file, and for each sentence that asks. */
import type { QuestionTerms } from './question-terms.ts';
import type { Scored } from './support.ts';
import { stemsOf } from './words.ts';

const maxSentences = 12;
/** A sentence of less weight asks for nothing by itself ("Any idea why?"). */
const leastSentence = 1;

function covered(weights: readonly number[], matches: readonly number[]): number {
  const total = weights.reduce((sum, weight) => sum + weight, 0) || 1;
  return weights.reduce((sum, weight, at) => sum + weight * (matches[at] ?? 0), 0) / total;
}

/** The largest share of the question's weight that the passages of one file cover together, 0 to 1. */
export function fileCoverage({ terms }: QuestionTerms, scored: readonly Scored[]): number {
  const files = new Map<string, number[]>();
  for (const { passage, matches } of scored) {
    const most = files.get(passage.path);
    if (most === undefined) files.set(passage.path, [...matches]);
    else for (const [at, match] of matches.entries()) most[at] = Math.max(most[at] ?? 0, match);
  }
  const weights = terms.map((term) => term.weight);
  return [...files.values()].reduce((best, matches) => Math.max(best, covered(weights, matches)), 0);
}

/**
 * The mean, over the sentences that end in a question mark, of how far the best passage for each covers it; what is
 * told around them (the asker's situation) need not stand in the repository.
 * @returns null when no sentence asks
 */
export function askedCoverage({ text, terms }: QuestionTerms, scored: readonly Scored[]): number | null {
  const sentences = text.split(/(?<=[.?!])\s+|\n+/).filter((sentence) => /\?\s*$/.test(sentence));
  const weighed = sentences.slice(0, maxSentences).map((sentence) => {
    const said = new Set(stemsOf(sentence));
    return terms.map((term) => (said.has(term.stem) ? term.weight : 0));
  });
  const asking = weighed.filter((weights) => weights.reduce((sum, weight) => sum + weight, 0) >= leastSentence);
  if (asking.length === 0) return null;
  const best = (weights: readonly number[]) =>
    scored.reduce((most, { matches }) => Math.max(most, covered(weights, matches)), 0);
  return asking.reduce((sum, weights) => sum + best(weights), 0) / asking.length;
}

/** Whether a message that the question quotes stands in a passage. */
export function messageShown({ messages }: QuestionTerms, scored: readonly Scored[]): boolean {
  const beginnings = messages.map((message) => message.slice(0, 40).toLowerCase());
  return scored.some(({ passage }) =>
    passage.lines.some((line) => {
      const lower = line.toLowerCase();
      return beginnings.some((beginning) => lower.includes(beginning));
    }),
  );
}
