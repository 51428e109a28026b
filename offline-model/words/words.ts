/** Cuts text into comparable words: identifiers also into their parts, everything stemmed. */
import { stopWords } from './lexicon.ts';
import { stem } from './stem.ts';
import { splitCase } from '../../lib/words.ts';

const wordPattern = /[\p{L}_$][\p{L}\p{M}\p{N}_$]{0,199}|\d+(?:\.\d+)*/gu;

/** `requestIdHeader`, `FST_ERR_X` and `HTTP2Stream` as their lower-case parts. */
export function identifierParts(identifier: string): string[] {
  return splitCase(identifier)
    .split(/[^\p{L}\p{M}\p{N}]+/u)
    .filter((part) => part.length > 0)
    .map((part) => part.toLowerCase());
}

const americanSpelling = (word: string): string => {
  if (word.length >= 8) return word.replace(/([^aeiou])is(e|ed|es|er|ing|ation)$/, '$1iz$2');
  return word.length >= 6 ? word.replace(/our(s|ed|ing|al)?$/, 'or$1') : word;
};

/** Verbs and nouns whose forms no rule brings together, the plain form first. */
const irregular = `
hide hid hidden, write wrote written, throw threw thrown, send sent, build built, choose chose chosen, break broke broken,
take took taken, begin began begun, keep kept, hold held, lose lost, bind bound, catch caught, draw drew drawn, drive drove
driven, fall fell fallen, freeze froze frozen, grow grew grown, hang hung, override overrode overridden, overwrite overwrote
overwritten, rewrite rewrote rewritten, rebuild rebuilt, seek sought, sleep slept, spin spun, steal stole stolen, tear tore
torn, wake woke woken, shake shook shaken, index indices, vertex vertices, matrix matrices, child children,
parenthesis parentheses, run ran
`;
const rows = irregular.split(',').map((row) => row.trim().split(/\s+/));
const plainForms = new Map(rows.flatMap(([plain = '', ...others]) => others.map((other) => [other, plain] as const)));
const otherForms = new Map(rows.map(([plain = '', ...others]) => [plain, others]));

/** One word's stem, in one spelling. */
export function wordStem(word: string): string {
  const lower = word.toLowerCase();
  return stem(americanSpelling(plainForms.get(lower) ?? lower));
}

/** Every form of a word that has irregular ones, itself included; null for any other. */
export function irregularForms(word: string): readonly string[] | null {
  const plain = plainForms.get(word.toLowerCase()) ?? word.toLowerCase();
  const others = otherForms.get(plain);
  return others === undefined ? null : [plain, ...others];
}

/** Every stem of a text in order: an identifier gives itself (lower case) and, when it has several, its parts. */
export function stemsOf(text: string): string[] {
  const stems: string[] = [];
  for (const [word] of text.matchAll(wordPattern)) {
    const parts = identifierParts(word);
    if (parts.length > 1) {
      stems.push(word.toLowerCase());
      for (const part of parts) stems.push(wordStem(part));
    } else if (parts[0] !== undefined) {
      stems.push(wordStem(parts[0]));
    }
  }
  return stems;
}

/** The stems of a text that carry meaning. */
export function contentStems(text: string): string[] {
  const stems: string[] = [];
  for (const [word] of text.matchAll(wordPattern)) {
    for (const part of identifierParts(word)) if (part.length > 1 && !stopWords.has(part)) stems.push(wordStem(part));
  }
  return stems;
}

/** A text's stems, ready for lookups: exact, or by the first letters. */
export type StemIndex = { all: ReadonlySet<string>; byPrefix: ReadonlyMap<string, readonly string[]> };

const prefixLength = 5;

export function indexStems(text: string): StemIndex {
  const all = new Set(stemsOf(text));
  const byPrefix = new Map<string, string[]>();
  for (const one of all) {
    if (one.length < prefixLength) continue;
    const prefix = one.slice(0, prefixLength);
    const known = byPrefix.get(prefix);
    if (known === undefined) byPrefix.set(prefix, [one]);
    else known.push(one);
  }
  return { all, byPrefix };
}

/** How far the index holds a stem: 1 itself, 0.8 a longer or shorter form of it, 0 not at all. */
export function stemMatch(index: StemIndex, wanted: string): number {
  if (index.all.has(wanted)) return 1;
  if (wanted.length < prefixLength) return 0;
  const near = index.byPrefix.get(wanted.slice(0, prefixLength)) ?? [];
  const related = near.some(
    (other) => Math.abs(other.length - wanted.length) <= 5 && (other.startsWith(wanted) || wanted.startsWith(other)),
  );
  return related ? 0.8 : 0;
}
