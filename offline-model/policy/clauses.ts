/** Takes a question apart into what it asks: "what does X do, and which error does it raise" asks for two things. */
import type { QuestionTerms } from '../words/question-terms.ts';
import { identifierParts, stemsOf, wordStem } from '../words/words.ts';
import { contentWeight } from './assessment.ts';
import { isBesideCode, type Scored } from './support.ts';

export type Clause = {
  text: string;
  /** Weight of each term of the question in this clause; 0 where it says nothing of it. */
  weights: readonly number[];
  /** Asks for an error, of what the question speaks of elsewhere. */
  forError: boolean;
};

const mostClauses = 4;
const asking = 'which|what|how|why|where|when|who|is|are|does|do|can|could|should|will';
const starts = new RegExp(`[,;]? (?:and|or|but) (?:also |then )?(?=(?:${asking})\\b)`, 'i');
const sentences = /(?<=[?;])\s+|(?<=[.!])\s+(?=\p{Lu})|\n+/u;

const asksForError = /^(?:\S+ ){0,2}(?:error|exception)s?\b|\b(?:error|exception)s? (?:is|are|does|do|will|gets?)\b/i;

/** The parts of a question that ask; one alone is the whole question. */
export function clausesOf({ text, terms }: QuestionTerms): Clause[] {
  const parts = text
    .split(sentences)
    .filter((sentence) => /\?\s*$/.test(sentence))
    .flatMap((sentence) => sentence.replace(/\s+/g, ' ').split(starts))
    .map((part) => part.replace(/^\W+|(?<![\s?.,;])[\s?.,;]+$/g, ''));
  return parts
    .filter((part) => part !== '')
    .slice(0, mostClauses)
    .map((part) => {
      const said = new Set(stemsOf(part));
      return {
        text: part,
        weights: terms.map((term) => (said.has(term.stem) ? term.weight : 0)),
        forError: asksForError.test(part),
      };
    });
}

const raises = /\b(?:throw|raise|reject)\w{0,3}\b|(?:Errorf?|Exception) ?\(|\berrors?\.\w{1,60}\(/;

/** What a question that also asks for an error is about: the words of its other clauses, names taken apart. */
export function subjectOf({ terms }: QuestionTerms, clauses: readonly Clause[]): string[] {
  const others = clauses.filter(({ forError }) => !forError);
  const about = terms.filter(
    ({ weight, own }, at) => weight >= contentWeight && !own && others.some(({ weights }) => (weights[at] ?? 0) > 0),
  );
  return about.flatMap(({ text, identifier }) => (identifier ? identifierParts(text) : [text.toLowerCase()]));
}

/** How far a passage answers a clause, 0 to 1. */
function answers({ weights, forError }: Clause, { passage, matches }: Scored, subject: readonly string[]): number {
  if (forError) {
    if (!passage.lines.some((line) => raises.test(line))) return 0;
    if (isBesideCode(passage.path)) return 0;
    const stems = subject.map(wordStem);
    const said = stems.filter((stem) => passage.body.all.has(stem) || passage.context.all.has(stem)).length;
    return said / Math.max(1, stems.length);
  }
  const content = weights.map((weight) => (weight >= contentWeight ? weight : 0));
  const total = content.reduce((sum, weight) => sum + weight, 0);
  // What asks in pronouns and light words alone cannot be told to be left open.
  return total === 0 ? 1 : content.reduce((sum, weight, at) => sum + weight * (matches[at] ?? 0), 0) / total;
}

const enough = 0.3;
const enoughForMore = 0.6;

export type Open = { clause: Clause; best: Scored | null };

/**
 * The clauses that the passages chosen do not answer, each with the passage that answers it best, where one does. A
 * question of one clause is answered by what was chosen for it.
 */
export function openClauses(question: QuestionTerms, chosen: readonly Scored[], all: readonly Scored[]): Open[] {
  const clauses = clausesOf(question);
  if (clauses.length < 2) return [];
  const subject = subjectOf(question, clauses);
  return clauses.flatMap((clause): Open[] => {
    if (chosen.some((one) => answers(clause, one, subject) >= enough)) return [];
    const rated = all.map((one) => ({ one, rate: answers(clause, one, subject) }));
    const good = rated.filter(({ rate }) => rate >= enoughForMore);
    const [best] = good.toSorted((a, b) => b.rate * (0.5 + b.one.score) - a.rate * (0.5 + a.one.score));
    return [{ clause, best: best?.one ?? null }];
  });
}
