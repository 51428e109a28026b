/** Writes the answer: passages quoted with their places, or the plain statement that nothing supports one. */
import { type Assessment, contentWeight, sufficientSupport, supportOf } from './assessment.ts';
import { type Quotation, quote, type WireCitation } from './quotation.ts';
import { rarityWeights, type Scored } from './support.ts';

/** The reply of a specialist, as JSON names its fields. */
export type WireDraft = {
  answer: string;
  citations: WireCitation[];
  confidence: number;
  insufficient: boolean;
  gaps: string[];
};

/** How many passages to quote, and how good each must be beside the best; wider after a reviewer's refusal. */
const firstChoice = { most: 4, besideBest: 0.55 } as const;
const widerChoice = { most: 6, besideBest: 0.4 } as const;

const overlaps = (one: Scored, other: Scored): boolean =>
  one.passage.path === other.passage.path &&
  Math.abs(one.passage.firstLine - other.passage.firstLine) < Math.max(12, other.passage.lines.length);

/** The best passage, then those that are nearly as good or speak of what is missing so far; no place twice. */
function choose(assessment: Assessment, { most, besideBest }: { most: number; besideBest: number }): Scored[] {
  const chosen: Scored[] = [];
  const from = assessment.best * besideBest;
  for (const one of assessment.scored) {
    if (chosen.length >= most || one.score < from) break;
    const sameFile = chosen.filter((other) => other.passage.path === one.passage.path).length;
    if (sameFile < 2 && !chosen.some((other) => overlaps(one, other))) chosen.push(one);
  }
  return chosen;
}

const lines = ({ path, first_line, last_line }: WireCitation): string =>
  `${path}:${first_line === last_line ? first_line : `${first_line}-${last_line}`}`;

function sentence({ citation, shown }: Quotation, at: number): string {
  const place = `\`${lines(citation)}\``;
  return at === 0 ? `According to ${place}: "${shown}"` : `See also ${place}: "${shown}"`;
}

const list = (words: readonly string[]): string => words.slice(0, 8).join(', ');

function abstention(assessment: Assessment): WireDraft {
  const names = assessment.absent.filter((term) => term.weight >= contentWeight).map((term) => term.text);
  const looked = assessment.question.terms.filter((term) => term.weight >= contentWeight).map((term) => term.text);
  const missing = names.length > 0 ? names : looked;
  const found = names.length > 0 ? `Not found anywhere: ${list(names)}.` : 'No passage speaks of these together.';
  return {
    answer: `The repository's text does not hold enough to answer this. Looked for: ${list(looked)}. ${found}`,
    citations: [],
    confidence: 0.1,
    insufficient: true,
    gaps: missing.slice(0, 8).map((word) => `Nothing found about "${word.slice(0, 100)}".`),
  };
}

/**
 * A draft for the question from what the tools have shown.
 * @param again true after a reviewer has sent a draft back: more passages are quoted.
 */
export function draftAnswer(assessment: Assessment, again: boolean): WireDraft {
  const support = supportOf(assessment);
  if (support < sufficientSupport) return abstention(assessment);
  const weights = rarityWeights(
    assessment.question.terms,
    assessment.scored.map((one) => one.matches),
  );
  const quotations = choose(assessment, again ? widerChoice : firstChoice)
    .map((one) => quote(one.passage, assessment.question, weights))
    .filter((one) => one !== null);
  if (quotations.length === 0) return abstention(assessment);
  return {
    answer: quotations.map(sentence).join('\n'),
    citations: quotations.map((one) => one.citation),
    confidence: Math.round(Math.min(0.95, support) * 100) / 100,
    insufficient: false,
    gaps: assessment.absent
      .filter((term) => term.weight >= contentWeight)
      .slice(0, 5)
      .map((term) => `Nothing found about "${term.text.slice(0, 100)}".`),
  };
}
