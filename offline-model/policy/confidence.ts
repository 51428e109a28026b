/** How likely what the tools have shown holds an answer: a few figures of the evidence, weighed by what was seen before. */
import type { Assessment } from './assessment.ts';
import { isAboutPeopleOrPolicy } from './project-questions.ts';
import { rarityOf } from '../words/rarity.ts';
import { stemsOf } from '../words/words.ts';

export type Evidence = Readonly<Record<keyof typeof weights, number>>;

/**
 * Coefficients of a logistic regression over questions about nineteen Python repositories, each asked about its own
 * repository and about others, and over questions, answerable or not, about three npm packages. Rare words of the question
 * within a few lines speak for an answer, as do one file and passages that speak of many of its words. Probabilities are
 * for as many questions with an answer as without.
 */
const weights = {
  file: 3.6,
  asked: 4.15,
  absentShare: -0.93,
  absentNames: -0.87,
  pairs: 1.91,
  composed: 0.55,
  defined: 0.65,
  lead: 3.14,
  messageFound: 0.59,
  namesFound: 0.59,
  project: 1.18,
  nearby: 2.69,
  rareWords: 0.14,
} as const;
const constant = -12.03;

/** Of a stem that fewer than one file in 40 holds. */
const rare = 3;

/** The figures that the probability is made of. */
export function evidenceOf(assessment: Assessment): Evidence {
  const { question, absent } = assessment;
  return {
    file: assessment.file,
    asked: assessment.asked,
    absentShare: assessment.absentShare,
    absentNames: Math.min(2, absent.filter((term) => term.proper).length),
    pairs: assessment.pairs,
    composed: Math.log(1 + assessment.composed),
    defined: Math.log(1 + assessment.defined),
    lead: assessment.lead,
    messageFound: Number(assessment.messageFound),
    namesFound: Math.min(2, assessment.namesFound),
    project: Number(assessment.project),
    nearby: Math.log(1 + assessment.nearby),
    rareWords: question.terms.filter((term) => rarityOf(term.stem) > rare).length,
  };
}

/**
 * The probability that the passages hold an answer, 0 to 1. An identifier that the repository does not hold decides
 * alone: what the question takes for granted is not there.
 */
export function supportOf(assessment: Assessment): number {
  if (assessment.scored.length === 0 || assessment.absent.some((term) => term.decisive)) return 0;
  if (assessment.placeShown) return supportOfNamedPlace;
  if (isAboutPeopleOrPolicy(assessment.question) && !assessment.scored.some((one) => one.topical)) return 0;
  if (saidOfItself(assessment)) return supportOfOwnFiles;
  if (isOneWord(assessment) && !isTitled(assessment)) return 0;
  const evidence = evidenceOf(assessment);
  const names = Object.keys(weights) as (keyof Evidence)[];
  return 1 / (1 + Math.exp(-names.reduce((sum, name) => sum + weights[name] * evidence[name], constant)));
}

/** One plain word says too little of what is asked, unless something is called so. */
const isOneWord = ({ question }: Assessment): boolean =>
  question.terms.length === 1 && !question.terms.some((term) => term.identifier);

const isTitled = ({ question, scored }: Assessment): boolean =>
  scored.some(({ passage }) =>
    stemsOf(`${passage.name ?? ''} ${passage.heading}`).includes(question.terms[0]?.stem ?? ''),
  );

/** A line that the question names is what it asks about, whatever its other words are. */
const supportOfNamedPlace = 0.7;

/** What is asked of a project as a whole, its own files at the top say, in words that every project has. */
const supportOfOwnFiles = 0.7;
/** Of people, licence and policy they say all that there is; of the rest nothing where so much of it stands nowhere. */
const mostAbsent = 0.2;

const saidOfItself = ({ question, scored, absentShare }: Assessment): boolean =>
  scored[0]?.topical === true && (isAboutPeopleOrPolicy(question) || absentShare < mostAbsent);

/** Below this the honest answer is that the evidence does not suffice. */
export const sufficientSupport = 0.32;
