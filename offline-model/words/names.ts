/** Reads a name of several words, as code spells it, against the words of a question: in full, abbreviated, or by a synonym. */
import { stopWords } from './lexicon.ts';
import type { Term } from './question-terms.ts';
import { identifierParts, wordStem } from './words.ts';

export type NameReading = {
  /** Terms of the question that the name says. */
  said: ReadonlySet<Term>;
  /** Words of the name that the question does not say. */
  others: number;
  words: number;
};

/** The shortest beginning of a word that abbreviates it. */
const shortestAbbreviation = 3;

/** A reader of names for one question; what it has read it keeps. */
export function nameReader(terms: readonly Term[]): (name: string) => NameReading {
  const direct = new Map(terms.map((term) => [term.stem, term]));
  const others = new Map(terms.flatMap((term) => term.synonyms.map((stem) => [stem, term] as const)));
  const plain = terms.filter((term) => !term.identifier);
  const abbreviated = (part: string): Term | undefined =>
    part.length < shortestAbbreviation
      ? undefined
      : plain.find(({ text }) => text.length >= part.length + 2 && text.toLowerCase().startsWith(part));
  const termOf = (part: string): Term | undefined => {
    const stem = wordStem(part);
    return direct.get(stem) ?? others.get(stem) ?? abbreviated(part);
  };
  const known = new Map<string, NameReading>();
  return (name) => {
    const before = known.get(name);
    if (before !== undefined) return before;
    const parts = identifierParts(name).filter((part) => part.length > 1 && !stopWords.has(part));
    const found = parts.map(termOf);
    const said = new Set(found.filter((term) => term !== undefined));
    const reading = { said, others: found.filter((term) => term === undefined).length, words: parts.length };
    known.set(name, reading);
    return reading;
  };
}

/** Whether the question spells the name out: two of its words or more, and none besides; of a long one, one besides. */
export const isSpelledOut = ({ said, others, words }: NameReading): boolean =>
  said.size >= 2 && others <= (words >= 4 ? 1 : 0) && [...said].some(({ weight }) => weight >= 0.7);
