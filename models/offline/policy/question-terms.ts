/** Reads a question: its words with their weights, its identifiers, its quoted messages, its pairs of words. */
import { isEveryday } from './everyday-words.ts';
import { lightWords, stopWords } from './lexicon.ts';
import { declaredNames, isAskersName, isIdentifier, isName, type Word, wordsOf } from './question-words.ts';
import { synonymsOf } from './synonyms.ts';
import { identifierParts, wordStem } from './words.ts';

/** One thing that an answer should speak of. */
export type Term = {
  /** As the question wrote it. */
  text: string;
  /** Lower-case identifier, or the stem of a word. */
  stem: string;
  weight: number;
  /** Written like a name in code: camelCase, snake_case, `quoted()`, a member after a dot. */
  identifier: boolean;
  /** An identifier that the question takes for granted: if the repository lacks it, the question has no answer there. */
  decisive: boolean;
  /** Written with a dot before or a bracket behind it, so that only such a place counts as its mention. */
  called: boolean;
  /** Capitalised inside a sentence that asks: most likely a proper name or an acronym. */
  proper: boolean;
  /** Stems that say nearly the same. */
  synonyms: readonly string[];
};

export type QuestionTerms = {
  text: string;
  terms: readonly Term[];
  /** Neighbouring content words, as stems. */
  pairs: readonly (readonly [string, string])[];
  /** Messages quoted in the question, without the parts that vary. */
  messages: readonly string[];
};

const maxCharacters = 16_000;
const maxTerms = 80;
const maxPairs = 60;
const everydayWeight = 0.5;

const errorCode = /^(?=[A-Z0-9_]+$)(?:[A-Z0-9]+_)*?ERR(?:OR)?_[A-Z0-9_]/;

const weightOf = (word: Word, identifier: boolean): number => {
  if (identifier) return word.own ? 1.2 : 2.5;
  if (/^\d/.test(word.text)) return 0.5;
  const light = lightWords.has(word.text.toLowerCase());
  return (light ? 0.3 : isEveryday(word.text) ? everydayWeight : 1) * (word.own ? 0.7 : 1);
};

function termOf(word: Word, text: string, declared: ReadonlySet<string>): Term | null {
  const lower = word.text.toLowerCase();
  const identifier = isIdentifier(word, text);
  if (!identifier && (stopWords.has(lower) || lower.length < 2)) return null;
  const parts = identifierParts(word.text);
  const form = identifier && parts.length > 1 ? lower : wordStem(parts[0] ?? lower);
  return {
    text: word.text,
    stem: form,
    weight: weightOf(word, identifier),
    identifier,
    decisive: identifier && (errorCode.test(word.text) || !isAskersName(word, declared)),
    called: identifier && parts.length === 1 && (text[word.at - 1] === '.' || text[word.at + word.text.length] === '('),
    proper: !word.own && isName(word, text),
    synonyms: identifier ? [] : synonymsOf(form),
  };
}

/** Quoted text and what follows `Error:`, cut where a value was filled in. */
function messagesIn(text: string): string[] {
  const quotes = [...text.matchAll(/"([^"\n]{12,300})"|`([^`\n]{12,300})`|“([^”\n]{12,300})”/g)];
  const errors = [...text.matchAll(/(?:Error|Exception|Warning)(?: \[[^\]\n]{0,100}\])?: ([^\n]{8,300})/g)];
  const found = [...quotes, ...errors].map((match) => match[1] ?? match[2] ?? match[3] ?? '');
  const fixed = found.flatMap((message) => message.split(/['"`{}[\]<>:()]|\d+/)).map((piece) => piece.trim());
  return [...new Set(fixed)].filter((piece) => piece.split(/\s+/).length >= 3).slice(0, 4);
}

/** Takes a question apart, its first 16,000 characters at most. Pure: the same text gives the same terms. */
export function readQuestion(whole: string): QuestionTerms {
  const text = whole.slice(0, maxCharacters);
  const terms = new Map<string, Term>();
  const pairs: [string, string][] = [];
  const declared = declaredNames(text);
  let last: { term: Term; end: number } | null = null;
  for (const word of wordsOf(text)) {
    const term = termOf(word, text, declared);
    if (term === null) continue;
    const known = terms.get(term.stem);
    if (known === undefined && terms.size < maxTerms) terms.set(term.stem, term);
    else if (known !== undefined) {
      const decisive = known.identifier && term.identifier ? known.decisive && term.decisive : known.decisive;
      terms.set(term.stem, { ...known, weight: Math.max(known.weight, term.weight), decisive });
    }
    const between = last === null ? '' : text.slice(last.end, word.at);
    if (pairs.length < maxPairs && last !== null && /^[\s-]{1,3}$/.test(between) && last.term.stem !== term.stem)
      pairs.push([last.term.stem, term.stem]);
    last = { term, end: word.at + word.text.length };
  }
  return { text, terms: [...terms.values()], pairs, messages: messagesIn(text) };
}
