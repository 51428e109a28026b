/** Writes the answer: passages quoted with their places, or the plain statement that nothing supports one. */
import { type Assessment, contentWeight, sufficientSupport, supportOf } from './assessment.ts';
import { type Quotation, quote, type WireCitation } from './quotation.ts';
import { isTestPath, rarityWeights, type Scored } from './support.ts';

/** The reply of a specialist, as JSON names its fields. */
export type WireDraft = {
  answer: string;
  citations: WireCitation[];
  confidence: number;
  insufficient: boolean;
  gaps: string[];
};

/** How many passages to quote, and how good each must be beside the best; wider after a reviewer's refusal. */
const firstChoice = { most: 5, besideBest: 0.5 } as const;
const widerChoice = { most: 8, besideBest: 0.35 } as const;
const mostInOneFile = 2;
const mostTests = 2;

const overlaps = (one: Scored, other: Scored): boolean =>
  one.passage.path === other.passage.path &&
  Math.abs(one.passage.firstLine - other.passage.firstLine) < Math.max(12, other.passage.lines.length);

/** Whether a passage adds a place: not the same lines again, not one file or the tests alone. */
function addsPlace(one: Scored, chosen: readonly Scored[]): boolean {
  const { path } = one.passage;
  if (chosen.some((other) => overlaps(one, other))) return false;
  if (chosen.filter((other) => other.passage.path === path).length >= mostInOneFile) return false;
  return !isTestPath(path) || chosen.filter((other) => isTestPath(other.passage.path)).length < mostTests;
}

/** Quotes the best passages; a line that stands in several files alike (a source and its build) is quoted once. */
function quotations(assessment: Assessment, { most, besideBest }: { most: number; besideBest: number }): Quotation[] {
  const rows = assessment.scored.map((one) => one.matches);
  const weights = rarityWeights(assessment.question.terms, rows);
  const chosen: Scored[] = [];
  const quoted = new Map<string, Quotation>();
  for (const one of assessment.scored) {
    if (quoted.size >= most || one.score < assessment.best * besideBest) break;
    if (!addsPlace(one, chosen)) continue;
    const found = quote(one.passage, assessment.question, weights);
    if (found === null || quoted.has(found.citation.quote)) continue;
    chosen.push(one);
    quoted.set(found.citation.quote, found);
  }
  return [...quoted.values()];
}

const place = ({ path, first_line, last_line }: WireCitation): string =>
  `${path}:${first_line === last_line ? first_line : `${first_line}-${last_line}`}`;

const sentence = ({ citation, shown }: Quotation, at: number): string =>
  `${at === 0 ? 'According to' : 'See also'} \`${place(citation)}\`: "${shown}"`;

const list = (words: readonly string[]): string => words.slice(0, 8).join(', ');

const gaps = (words: readonly string[]): string[] =>
  words.slice(0, 8).map((word) => `Nothing found about "${word.slice(0, 100)}".`);

function abstention(assessment: Assessment): WireDraft {
  const missing = assessment.absent.filter((term) => term.weight >= contentWeight).map((term) => term.text);
  const sought = assessment.question.terms.filter((term) => term.weight >= contentWeight).map((term) => term.text);
  const found = missing.length > 0 ? `Not found anywhere: ${list(missing)}.` : 'No passage speaks of these together.';
  return {
    answer: `The repository's text does not hold enough to answer this. Looked for: ${list(sought)}. ${found}`,
    citations: [],
    confidence: 0.1,
    insufficient: true,
    gaps: gaps(missing.length > 0 ? missing : sought),
  };
}

/**
 * A draft for the question from what the tools have shown.
 * @param again true after a reviewer has sent a draft back: more passages are quoted.
 */
export function draftAnswer(assessment: Assessment, again: boolean): WireDraft {
  const support = supportOf(assessment);
  const found = support < sufficientSupport ? [] : quotations(assessment, again ? widerChoice : firstChoice);
  if (found.length === 0) return abstention(assessment);
  return {
    answer: found.map(sentence).join('\n'),
    citations: found.map((one) => one.citation),
    confidence: Math.round(Math.min(0.95, support) * 100) / 100,
    insufficient: false,
    gaps: gaps(assessment.absent.filter((term) => term.weight >= contentWeight).map((term) => term.text)),
  };
}
