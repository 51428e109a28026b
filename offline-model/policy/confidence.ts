/** How likely what the tools have shown holds an answer: a few figures of the evidence, weighed by what was seen before. */
import { type Assessment, contentWeight } from './assessment.ts';
import { isAboutPeopleOrPolicy } from './project-questions.ts';
import { stemsOf } from '../words/words.ts';

export type Evidence = Readonly<Record<keyof typeof weights, number>>;

/**
 * Coefficients of a logistic regression over questions about six Python repositories, each asked about its own
 * repository and about the others, and over questions, answerable or not, about three npm packages. Passages that speak
 * of the question's words together speak for an answer, and so does one file that stands out; words that stand nowhere
 * speak against it, names among them more. Probabilities are for as many questions with an answer as without.
 */
const weights = {
  best: 1.87,
  file: 3.1,
  asked: 2.17,
  absentShare: -0.84,
  absentNames: -0.79,
  pairs: 0.24,
  composed: 0.58,
  defined: 0.26,
  lead: 1.41,
  messageFound: 1.21,
  namesFound: 0.77,
  inBest: 0.22,
  inOneLine: 1.35,
  project: 1.32,
  length: -0.55,
} as const;
const constant = -5.08;

/** The figures that the probability is made of. */
export function evidenceOf(assessment: Assessment): Evidence {
  const { question, scored, absent } = assessment;
  const content = [...question.terms.keys()].filter((at) => (question.terms[at]?.weight ?? 0) >= contentWeight);
  const inBest = content.filter((at) => (scored[0]?.matches[at] ?? 0) >= 0.6).length;
  return {
    best: assessment.best,
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
    inBest: Math.log(1 + inBest),
    inOneLine: Math.log(1 + assessment.inOneLine),
    project: Number(assessment.project),
    length: Math.log(1 + content.length),
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

/** Below this the honest answer is that the evidence does not suffice. */
export const sufficientSupport = 0.32;
