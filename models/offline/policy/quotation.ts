/** Picks the words of a passage that say most about the question, exactly as they stand there. */
import type { Passage } from './passages.ts';
import type { QuestionTerms } from './question-terms.ts';
import { termMatch } from './support.ts';
import { indexStems } from './words.ts';

/** A citation as it goes over the wire. */
export type WireCitation = { path: string; first_line: number; last_line: number; quote: string };

export type Quotation = { citation: WireCitation; shown: string };

const maxQuote = 200;
/** The renderer cuts lines at 300 characters: the tail of such a line is never quoted. */
const cutLine = 298;

function lineScore(line: string, question: QuestionTerms, weights: readonly number[], prose: boolean): number {
  const trimmed = line.trim();
  if (trimmed.length < 8 || /^[\W\d_]*$/.test(trimmed)) return -1;
  const index = indexStems(trimmed);
  const covered = question.terms.reduce((sum, term, at) => sum + (weights[at] ?? 0) * termMatch(index, term), 0);
  const comment = /^(\/\/|\/?\*|#(?!#| )|--)/.test(trimmed);
  const heading = prose && /^#{1,6} /.test(trimmed);
  const bare = /^(import|export \*|const \w+ = require|['"]use strict)/.test(trimmed);
  return (
    covered * (heading ? 0.5 : 1) * (bare ? 0.5 : 1) * (comment && !prose ? 1.2 : 1) +
    Math.min(trimmed.length, 80) / 4000
  );
}

/** At most 200 characters of one line, cut between words, around the sentence that fits best. */
function exactPart(line: string, question: QuestionTerms, weights: readonly number[]): string {
  const whole = line.trim();
  if (whole.length <= maxQuote) return whole;
  const usable = whole.slice(0, cutLine - 1);
  const sentences = usable.split(/(?<=[.!?:;]) (?=\S)/);
  const ranked = sentences.map((text, at) => ({ text, at, score: lineScore(text, question, weights, true) }));
  const best = ranked.toSorted((a, b) => b.score - a.score || a.at - b.at)[0]?.text ?? usable;
  const part = best.length >= 30 ? best : usable;
  return part.length <= maxQuote
    ? part.trim()
    : part
        .slice(0, maxQuote)
        .replace(/\s+\S*$/, '')
        .trim();
}

/** The best line of the passage as a citation, with up to two neighbours shown in the answer. */
export function quote(passage: Passage, question: QuestionTerms, weights: readonly number[]): Quotation | null {
  const scores = passage.lines.map((line) => lineScore(line, question, weights, passage.prose));
  const top = Math.max(...scores);
  const at = scores.indexOf(top);
  const line = passage.lines[at];
  if (line === undefined || top < 0) return null;
  const exact = exactPart(line, question, weights);
  if (exact.length < 8) return null;
  const lineNumber = passage.firstLine + at;
  const after = passage.lines[at + 1]?.trim() ?? '';
  const goesOn = !/[.!?;{}]$/.test(exact) && after.length > 3 && exact.length < maxQuote && exact === line.trim();
  return {
    citation: { path: passage.path, first_line: lineNumber, last_line: lineNumber, quote: exact },
    shown: goesOn ? `${exact} ${after}`.slice(0, 360) : exact,
  };
}
