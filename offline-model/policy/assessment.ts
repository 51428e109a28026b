/** Sums up what a conversation's tools have shown about the question: the passages, and which words stand nowhere. */
import type { Conversation, ToolRun } from './conversation.ts';
import { type Coherence, coherenceOf } from './coherence.ts';
import { fileRanks } from './file-ranks.ts';
import { passagesOf } from '../passages/passages.ts';
import { type QuestionTerms, readQuestion, type Term } from '../words/question-terms.ts';
import { isSpelledOut, nameReader } from '../words/names.ts';
import type { Place } from '../passages/source-text.ts';
import { type Scored, scorePassages } from './support.ts';
import { irregularForms, stemsOf } from '../words/words.ts';

export type Assessment = Coherence & {
  question: QuestionTerms;
  scored: readonly Scored[];
  /** Terms that no tool has shown. */
  unseen: readonly Term[];
  /** Unseen terms that a tool has looked for by name and not found. */
  absent: readonly Term[];
  /** Share of the question's weight that one passage covers, 0 to about 1. */
  best: number;
  /** The same for all passages of one file together. */
  file: number;
  /** The same for each sentence that asks, on average; `best` when none does. */
  asked: number;
  /** Share of the content words' weight that stands nowhere, 0 to 1. */
  absentShare: number;
  /** Definitions shown whose names the question spells out. */
  defined: number;
  /** Names in the question, as its subject, that the repository holds. */
  namesFound: number;
  /** Whether a line that the question names was shown. */
  placeShown: boolean;
  /** The best score less that of the best passage of another file. */
  lead: number;
  /** Whether a message quoted in the question stands in the repository. */
  messageFound: boolean;
};

const seenFrom = 0.6;
/** Terms of less weight are too common to tell anything by their absence. */
export const contentWeight = 0.7;
const maxRuns = 80;

const escapeRegex = (text: string): string => text.replace(/[.*+?^${}()|[\]\\]/g, '\\$&');

/** A word's beginning that its other forms share too. */
export function searchForm(term: Term): string {
  if (term.identifier) return term.text;
  const word = term.text.toLowerCase();
  let shared = 0;
  while (shared < word.length && word[shared] === term.stem[shared]) shared += 1;
  return shared >= 4 ? word.slice(0, shared) : word;
}

/** A search pattern that finds mentions of a term; plain enough for every regular-expression engine. */
export function mentionPattern(term: Term): string {
  const forms = term.identifier ? null : irregularForms(term.text);
  if (forms !== null) return `\\b(?:${forms.join('|')})`;
  const form = escapeRegex(searchForm(term));
  if (term.called) return `\\.${form}\\b|\\b${form}\\s*[(:=]`;
  return /^\w/.test(form) ? `\\b${form}` : form;
}

function mentioned(term: Term, places: readonly Place[]): boolean {
  if (!term.identifier) return false;
  const pattern = new RegExp(mentionPattern(term), 'i');
  return places.some((place) => place.lines.some((line) => pattern.test(line)));
}

/**
 * Whether a run settles that its words stand nowhere: a pattern whose matches were not cut, or a search for nothing but
 * words not met (a search for all words at once shows the best places, not every place).
 */
function settles(run: ToolRun, met: readonly Term[]): boolean {
  if (run.text.failed) return false;
  if (/"pattern":/.test(run.argumentsText)) return !run.text.more;
  const asked = new Set(stemsOf(run.argumentsText));
  return /"query":/.test(run.argumentsText) && !met.some((term) => asked.has(term.stem));
}

const holds = ({ firstLine, lines }: Place, line: number): boolean =>
  line >= firstLine && line < firstLine + lines.length;

const asksFor = (run: ToolRun, term: Term): boolean =>
  run.argumentsText.toLowerCase().includes(searchForm(term).toLowerCase());

/** The question with the words that a search took for slips as the search has mended them. */
function mendedText(question: string, runs: Conversation['runs']): string {
  const mended = runs.flatMap((run) => [...run.text.mended]);
  return mended.reduce(
    (text, [written, meant]) => text.replace(new RegExp(escapeRegex(written), 'gi'), () => meant),
    question,
  );
}

/** Assesses the runs given; text is read from at most the last 80 of them. */
export function assess(questionText: string, runs: Conversation['runs']): Assessment {
  const recent = runs.slice(-maxRuns);
  const question = readQuestion(mendedText(questionText, recent));
  const missing = new Set(recent.flatMap((run) => run.text.missing));
  const places = recent.flatMap((run) => run.text.places);
  const scored = scorePassages(question, passagesOf(places), fileRanks(recent));
  const unseen = question.terms.filter((term, at) =>
    term.identifier ? !mentioned(term, places) : !scored.some((one) => (one.matches[at] ?? 0) >= seenFrom),
  );
  const met = question.terms.filter((term) => !unseen.includes(term));
  const settling = recent.filter((run) => settles(run, met));
  const absent = unseen.filter(
    (term) => missing.has(term.text.toLowerCase()) || settling.some((run) => asksFor(run, term)),
  );
  const content = question.terms.filter((term) => term.weight >= contentWeight);
  const weight = content.reduce((sum, term) => sum + term.weight, 0) || 1;
  const lacking = absent.filter((term) => term.weight >= contentWeight).reduce((sum, term) => sum + term.weight, 0);
  const best = scored[0]?.score ?? 0;
  return {
    question,
    scored,
    unseen,
    absent,
    best,
    file: fileCoverage(question, scored),
    asked: askedCoverage(question, scored) ?? best,
    absentShare: lacking / weight,
    ...coherenceOf(question, places),
    defined: definedNames(question, scored),
    namesFound: met.filter((term) => term.decisive).length,
    placeShown: question.places.some(
      ({ path, line }) => line !== null && places.some((place) => place.path.endsWith(path) && holds(place, line)),
    ),
    lead: best - (scored.find(({ passage }) => passage.path !== scored[0]?.passage.path)?.score ?? 0),
    messageFound: messageShown(question, scored),
  };
}

function definedNames({ terms }: QuestionTerms, scored: readonly Scored[]): number {
  const read = nameReader(terms);
  const names = new Set(scored.flatMap(({ passage: { kind, name } }) => (kind === 'definition' && name ? [name] : [])));
  return [...names].filter((name) => isSpelledOut(read(name))).length;
}

// Measures how much of a question's weight is spoken of: by one file, and for each sentence that asks.

const maxSentences = 12;
/** A sentence of less weight asks for nothing by itself ("Any idea why?"). */
const leastSentence = 1;

function covered(weights: readonly number[], matches: readonly number[]): number {
  const total = weights.reduce((sum, weight) => sum + weight, 0) || 1;
  return weights.reduce((sum, weight, at) => sum + weight * (matches[at] ?? 0), 0) / total;
}

/** The largest share of the question's weight that the passages of one file cover together, 0 to 1. */
function fileCoverage({ terms }: QuestionTerms, scored: readonly Scored[]): number {
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
function askedCoverage({ text, terms }: QuestionTerms, scored: readonly Scored[]): number | null {
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
function messageShown({ messages }: QuestionTerms, scored: readonly Scored[]): boolean {
  const beginnings = messages.map((message) => message.slice(0, 40).toLowerCase());
  return scored.some(({ passage }) =>
    passage.lines.some((line) => {
      const lower = line.toLowerCase();
      return beginnings.some((beginning) => lower.includes(beginning));
    }),
  );
}
