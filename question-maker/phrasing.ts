/** Holds what a model has made of a candidate against the candidate: which facts it adds, and whether it asks the same. */
import type { Fact } from '../contracts/dataset.ts';
import type { Candidate, Phrasing } from '../contracts/evaluation/question-making.ts';
import { mentions, said } from '../harness/graders/wording.ts';
import { stopWords } from '../lib/words.ts';
import { contentWords } from './leak.ts';

/** Words of programming languages: they stand in the lines of any code. */
const keywords = `
abstract and any args array arr as assert async auto await base begin bool boolean break byte case catch chan char class
cls const constructor continue crate declare def default defer del delete double dyn elif else elsif end enum err error
except export exports extends extern false final finally float fmt fn for foreach from func function global goto if impl
implements import in include init inline instanceof int interface is kwargs lambda len let list long loop map match mod
module move mut namespace new nil none not null number obj object of operator or override package params pass private
protected protocol pub public raise range readonly ref require return self short signed sizeof static str string struct
super switch template then this throw throws trait true try type typedef typeof undefined union unless unsafe unsigned use
using val value values var virtual void volatile when where while with yield
`
  .trim()
  .split(/\s+/);
const untelling = new Set([...stopWords, ...keywords]);
const mostFacts = 6;

/** Whether a text holds more than stop words, keywords, single characters and signs. */
function tells(text: string): boolean {
  const words = text.match(/[\p{L}\p{N}_$]+/gu) ?? [];
  return words.some((word) => [...word].length > 1 && !untelling.has(word.toLowerCase()));
}

/**
 * The facts of the candidate, as they are, and behind them those that the model proposes: what says something, what no
 * fact says already, and what the model's own answer states.
 */
export function factsOf({ facts: own }: Candidate, { facts: proposed, reference }: Phrasing): Fact[] {
  const facts = [...own];
  for (const text of proposed) {
    const fact: Fact = [{ text, match: 'words' }];
    const isStated = reference === null || mentions(said(reference), fact);
    const isNew = !facts.some(
      (other) => mentions(said(text), other) || other.some((wording) => mentions(said(wording.text), fact)),
    );
    if (facts.length < mostFacts && tells(text) && isStated && isNew) facts.push(fact);
  }
  return facts;
}

/** The first of the answers that states all facts: the model's, the candidate's, or both in a row. */
export function referenceOf(candidate: Candidate, phrasing: Phrasing | null, facts: readonly Fact[]): string | null {
  const answers = [phrasing?.reference ?? null, candidate.reference].filter((answer) => answer !== null);
  return (
    [...answers, answers.join(' ')]
      .find((answer) => facts.every((fact) => mentions(said(answer), fact)))
      ?.slice(0, 2000) ?? null
  );
}

/** Words of the templates themselves. */
const ofTemplates = new Set(
  contentWords(
    'function method class type file code error raise documentation docs question project version release name call option default return',
  ),
);
/** Of the words of a phrasing that say something, so many must be the candidate's. */
const sharedWords = 2;
const sharedPart = 0.25;

/**
 * Whether a phrasing still asks for what its template asks for: it keeps the names in backticks and the messages in
 * quotation marks; where the template has neither, it shares words with the template or with the expected lines.
 */
export function asksTheSame(question: string, candidate: Candidate, text: string): boolean {
  const names = [...candidate.question.matchAll(/`([^`]+)`/g)].map(([, name = '']) => name);
  const messages = [...candidate.question.matchAll(/"([^"]+)"/g)].map(([, message = '']) => message);
  const kept: Fact[] = [
    ...names.map((name): Fact => [{ text: name, match: 'code' }]),
    ...messages.map((message): Fact => [{ text: message, match: 'words' }]),
  ];
  const telling = kept.filter(([wording]) => /[\p{L}\p{N}]/u.test(wording?.text ?? ''));
  if (telling.length > 0) return telling.every((fact) => mentions(said(question), fact));
  const template = own(candidate.question);
  const there = new Set([...template, ...own(text)]);
  const asked = [...own(question)];
  const shared = asked.filter((word) => there.has(word)).length;
  return shared >= Math.min(sharedWords, Math.max(1, template.size)) && shared >= sharedPart * asked.length;
}

const own = (text: string): Set<string> => new Set(contentWords(text).filter((word) => !ofTemplates.has(word)));
