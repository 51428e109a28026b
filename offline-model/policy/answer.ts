/** Writes the answer: passages quoted with their places, or the plain statement that nothing supports one. */
import { type Assessment, contentWeight } from './assessment.ts';
import { openClauses } from './clauses.ts';
import { sufficientSupport, supportOf } from './confidence.ts';
import { isAboutPeopleOrPolicy, isProjectFile } from './project-questions.ts';
import { type Quotation, quote, type WireCitation } from './quotation.ts';
import { holdsNamedLine, isBesideCode, rarityWeights, type Scored } from './support.ts';
import { foreignLanguage } from '../words/languages.ts';
import type { QuestionTerms } from '../words/question-terms.ts';
import { contentStems } from '../words/words.ts';
import { joinItems, mostLines, mostPlaces } from './answer-list.ts';

/** The reply of a specialist, as JSON names its fields. */
export type WireDraft = {
  answer: string;
  citations: WireCitation[];
  confidence: number;
  insufficient: boolean;
  gaps: string[];
};

/** How good a passage must be beside the best; wider after a reviewer's refusal. */
const besideBest = { first: 0.45, again: 0.3 } as const;
/** The same for a passage from elsewhere beside one in which the project speaks of itself. */
const besideTopical = 0.8;
const mostInOneFile = 2;
const mostTests = 1;
/** Two quotations that share this much of their words say the same. */
const sameWords = 0.7;
const newsCounts = 0.5;
const mostWeighed = 60;
/** Another file tells more than more of the same. */
const sameFile = 0.8;

const overlaps = (one: Scored, other: Scored): boolean =>
  one.passage.path === other.passage.path &&
  Math.abs(one.passage.firstLine - other.passage.firstLine) < Math.max(12, other.passage.lines.length);

/** Whether a passage adds a place: not the same lines again, not one file or the tests alone. */
function addsPlace(one: Scored, chosen: readonly Scored[]): boolean {
  const { path } = one.passage;
  if (chosen.some((other) => overlaps(one, other))) return false;
  const most = isProjectFile(path) ? mostInOneFile + 1 : mostInOneFile;
  if (chosen.filter((other) => other.passage.path === path).length >= most) return false;
  return !isBesideCode(path) || chosen.filter((other) => isBesideCode(other.passage.path)).length < mostTests;
}

function saysTheSame(one: ReadonlySet<string>, other: ReadonlySet<string>): boolean {
  const shared = [...one].filter((stem) => other.has(stem)).length;
  return shared >= sameWords * Math.min(one.size, other.size);
}

/** Which passage says most beside those chosen: what it adds about the question counts besides its own score. */
function mostTelling(left: readonly Scored[], chosen: readonly Scored[], weights: readonly number[]): number {
  const total = weights.reduce((sum, weight) => sum + weight, 0) || 1;
  const known = weights.map((_, at) => chosen.reduce((most, { matches }) => Math.max(most, matches[at] ?? 0), 0));
  const worth = left.map(({ score, matches, passage }) => {
    const news = weights.reduce(
      (sum, weight, at) => sum + weight * Math.max(0, (matches[at] ?? 0) - (known[at] ?? 0)),
      0,
    );
    const again = chosen.some((other) => other.passage.path === passage.path) ? sameFile : 1;
    return again * (score + (chosen.length === 0 ? 0 : (newsCounts * news) / total));
  });
  return worth.indexOf(Math.max(...worth));
}

type Chosen = { scored: Scored; quotation: Quotation; words: ReadonlySet<string> };

const lengthOf = ({ citation }: Quotation): number => citation.last_line - citation.first_line + 1;

/** Quotes a passage beside those chosen; null where there is no room for it, or it says what another says. */
function quoteBeside(one: Scored, chosen: readonly Chosen[], { question }: Assessment, weights: readonly number[]) {
  const quotation = quote(one.passage, question, weights);
  if (quotation === null) return null;
  const room = mostLines - chosen.reduce((sum, { quotation: other }) => sum + lengthOf(other), 0);
  if (lengthOf(quotation) > room || chosen.length >= mostPlaces) return null;
  const words = new Set(contentStems(one.passage.lines.join('\n')));
  return chosen.some((other) => saysTheSame(words, other.words)) ? null : { scored: one, quotation, words };
}

/** A question that says nothing but a line is answered from there alone: words of a path tell of no other place. */
function quotable({ question, placeShown, scored }: Assessment): readonly Scored[] {
  const ofPlaces = new Set(question.places.flatMap(({ path, line }) => [...contentStems(path), String(line)]));
  const saysNoMore = placeShown && question.terms.every((term) => term.own || ofPlaces.has(term.stem));
  return saysNoMore ? scored.filter(({ passage }) => holdsNamedLine(question, passage)) : scored;
}

/** Chooses the best passages; what stands in several files alike (a source and its build) is quoted once. */
function choose(assessment: Assessment, share: number, weights: readonly number[]): Chosen[] {
  const chosen: Chosen[] = [];
  const ofProject = isAboutPeopleOrPolicy(assessment.question) && assessment.scored.some((one) => one.topical);
  const least = (one: Scored) => (ofProject && !one.topical ? Math.max(share, besideTopical) : share) * assessment.best;
  const left = quotable(assessment)
    .filter((one) => one.score >= least(one))
    .slice(0, mostWeighed);
  const passages = () => chosen.map(({ scored }) => scored);
  while (left.length > 0 && chosen.length < mostPlaces) {
    const [one] = left.splice(mostTelling(left, passages(), weights), 1);
    if (one === undefined || !addsPlace(one, passages())) continue;
    const quoted = quoteBeside(one, chosen, assessment, weights);
    if (quoted !== null) chosen.push(quoted);
  }
  return chosen;
}

type Quoted = { quotations: Quotation[]; open: string[] };

/** The best passages, one for each part of the question where there is one; the parts without are named. */
function quotations(assessment: Assessment, share: number): Quoted {
  const { question, scored } = assessment;
  const weights = rarityWeights(
    question.terms,
    scored.map((one) => one.matches),
  );
  let chosen = choose(assessment, share, weights);
  const open: string[] = [];
  for (const { clause, best } of chosen.length === 0
    ? []
    : openClauses(
        question,
        chosen.map(({ scored: one }) => one),
        scored,
      )) {
    const kept = chosen.slice(0, mostPlaces - 1);
    const added = best === null ? null : quoteBeside(best, kept, assessment, weights);
    if (added === null) open.push(clause.text);
    else chosen = [...kept, added];
  }
  const inOrder = chosen.map(({ quotation }) => quotation);
  const isBeside = ({ citation }: Quotation): boolean => isBesideCode(citation.path);
  return { quotations: [...inOrder.filter((one) => !isBeside(one)), ...inOrder.filter(isBeside)], open };
}

const list = (words: readonly string[]): string => words.slice(0, 8).join(', ');

const gaps = (words: readonly string[]): string[] =>
  words.slice(0, 8).map((word) => `Nothing found about "${word.slice(0, 100)}".`);

/** What is asked in a language that the lists of words do not cover can be looked for by its names alone. */
function unread(language: string, question: QuestionTerms): WireDraft {
  const names = question.terms.filter((term) => term.identifier).map((term) => term.text);
  const looked = names.length > 0 ? ` Looked for the names in it: ${list(names)}.` : '';
  return {
    answer: `The question seems to be in ${language}, and the offline model reads English only: ask in English, or name the symbol or file.${looked}`,
    citations: [],
    confidence: 0.1,
    insufficient: true,
    gaps: [`The question was not read: it seems to be in ${language}.`],
  };
}

function abstention(assessment: Assessment): WireDraft {
  const missing = assessment.absent.filter((term) => term.weight >= contentWeight).map((term) => term.text);
  const sought = assessment.question.terms.filter((term) => term.weight >= contentWeight).map((term) => term.text);
  const found = missing.length > 0 ? `Not found anywhere: ${list(missing)}.` : 'No passage speaks of these together.';
  return {
    answer: `The repository's text does not hold enough to answer this.${sought.length > 0 ? ` Looked for: ${list(sought)}.` : ''} ${found}`,
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
  const language = foreignLanguage(assessment.question.text);
  if (language !== null && assessment.namesFound === 0 && !assessment.placeShown)
    return unread(language, assessment.question);
  const support = supportOf(assessment);
  if (support < sufficientSupport) return abstention(assessment);
  const { quotations: found, open } = quotations(assessment, besideBest[again ? 'again' : 'first']);
  if (found.length === 0) return abstention(assessment);
  return {
    answer: joinItems(found.map(({ text }) => text)),
    citations: found.map((one) => one.citation),
    confidence: Math.round(Math.min(0.95, support) * 100) / 100,
    insufficient: false,
    gaps: [
      ...open.map((clause) => `No place found that answers "${clause.slice(0, 200)}".`),
      ...gaps(assessment.absent.filter((term) => term.weight >= contentWeight).map((term) => term.text)),
    ],
  };
}
