/**
 * Compares what an answer says with what it should say, word by word: no model takes part. The rules are written down in
 * docs/evaluation.md, under "Facts".
 */
import type { Fact, Wording } from '../../contracts/dataset.ts';
import { compilePattern, foundIn, type Pattern } from './linear-pattern.ts';

/** A text, as the ways of matching read it. */
export type Said = {
  /** For `words`: see `plainWording`. */
  plain: string;
  /** For `code` and `regex`: its case and its markup are kept. */
  written: string;
};

/** Reads a text once for all facts that are looked for in it. */
export function said(text: string): Said {
  return { plain: plainWording(text), written: writtenWording(text) };
}

/** Folded case, without markup of code and emphasis, straight quotes and hyphens, single spaces. */
export function plainWording(text: string): string {
  // Upper case first: "ß" and "SS", and the two small sigmas, become one.
  const folded = writtenWording(text).toUpperCase().toLowerCase().replaceAll('ς', 'σ');
  return folded.normalize('NFKC').replace(/[`*]/g, '').replace(/\s+/g, ' ').trim();
}

/** Characters that look alike are one (NFKC), those that show nothing are dropped; straight quotes and hyphens, single spaces. */
function writtenWording(text: string): string {
  return text
    .normalize('NFKC')
    .replace(/\p{Default_Ignorable_Code_Point}/gu, '')
    .replace(/[\u2018\u2019\u201b\u02bc]/g, "'")
    .replace(/[“”]/g, '"')
    .replace(/[\u2010\u2212]/g, '-')
    .replace(/\s+/g, ' ')
    .trim();
}

/** Whether a text says a fact in one of its wordings. */
export function mentions(text: Said, fact: Fact): boolean {
  return fact.some((wording) => holds(text, wording));
}

function holds({ plain, written }: Said, wording: Wording): boolean {
  switch (wording.match) {
    case 'words':
      return standsIn(plain, plainWording(wording.text), wordGoesOn);
    case 'code':
      return standsIn(written, writtenWording(wording.text), nameGoesOn);
    case 'regex':
      return foundIn(patternOf(wording), written);
    default:
      return wording.match satisfies never;
  }
}

const patterns = new WeakMap<Wording, Pattern>();

/** The dataset's reader has compiled it once already: it cannot be refused here. */
function patternOf(wording: Wording): Pattern {
  const pattern = patterns.get(wording) ?? compilePattern(wording.text);
  patterns.set(wording, pattern);
  return pattern;
}

/** Tells whether what stands at the edge of a wording goes on outside of it. */
type GoesOn = (edge: Edge) => boolean;
type Edge = {
  /** The last (or first) character of the wording. */
  inside: string;
  /** The text before the wording, or after it. */
  outside: Outside;
  wording: string;
};
/** Reads away from the wording: `at(0)` is its neighbour, '' is none. */
type Outside = { side: 'before' | 'after'; at(distance: number): string };

function standsIn(text: string, wording: string, goesOn: GoesOn): boolean {
  if (wording === '') return false;
  const [first = '', last = ''] = [[...wording.slice(0, 2)][0], [...wording.slice(-2)].at(-1)];
  for (let start = text.indexOf(wording); start !== -1; start = text.indexOf(wording, start + 1)) {
    const before = { inside: first, outside: charactersBefore(text, start), wording };
    const after = { inside: last, outside: charactersAfter(text, start + wording.length), wording };
    if (!goesOn(before) && !goesOn(after)) return true;
  }
  return false;
}

const charactersAfter = (text: string, end: number): Outside => ({
  side: 'after',
  at: (distance) => text.slice(end + distance, end + distance + 2).match(/^./su)?.[0] ?? '',
});

const charactersBefore = (text: string, start: number): Outside => ({
  side: 'before',
  at: (distance) => text.slice(Math.max(0, start - distance - 2), start - distance).match(/.$/su)?.[0] ?? '',
});

const wordCharacter = /[\p{L}\p{N}\p{M}]/u;
const mark = /\p{M}/u;
/** Scripts that put no spaces between words, or hang particles on them: any place between two characters will do. */
const unspaced =
  /[\p{scx=Han}\p{scx=Hira}\p{scx=Kana}\p{scx=Bopo}\p{scx=Hang}\p{scx=Thai}\p{scx=Laoo}\p{scx=Khmr}\p{scx=Mymr}\p{scx=Tibt}]/u;

function wordGoesOn({ inside, outside }: Edge): boolean {
  const next = outside.at(0);
  if (next === '' || !wordCharacter.test(inside)) return false;
  if (numberGoesOn(inside, outside)) return true;
  if (outside.side === 'after' && mark.test(next)) return true;
  if (unspaced.test(inside) || unspaced.test(next)) return false;
  if (next === '_') return wordCharacter.test(outside.at(runOf('_', outside)));
  if (next === "'" && outside.side === 'after') return contractionFollows(outside);
  return wordCharacter.test(next);
}

/** 30 is not in 1.30, nor in 30,000. */
function numberGoesOn(inside: string, { at }: Outside): boolean {
  return /\p{Nd}/u.test(inside) && /[.,]/.test(at(0)) && /\p{Nd}/u.test(at(1));
}

/** "can" is not in "can't"; "Fastify" is in "Fastify's". */
function contractionFollows({ at }: Outside): boolean {
  return wordCharacter.test(at(1)) && !(at(1) === 's' && !wordCharacter.test(at(2)));
}

function runOf(character: string, { at }: Outside): number {
  let length = 0;
  while (at(length) === character) length += 1;
  return length;
}

const nameCharacter = /[\p{L}\p{N}\p{M}_$]/u;

/** A name of code goes on with letters, digits, `_` and `$`; one with a hyphen, such as a flag or a header, with hyphens too. */
function nameGoesOn({ inside, outside, wording }: Edge): boolean {
  const next = outside.at(0);
  if (next === '' || !nameCharacter.test(inside)) return false;
  if (numberGoesOn(inside, outside)) return true;
  if (next === '-' && wording.includes('-')) return nameCharacter.test(outside.at(1));
  return nameCharacter.test(next);
}

/**
 * Overlap of words, as F1: 1 for the same words in the same numbers, 0 for none in common.
 * Source: the F1 of P. Rajpurkar et al., SQuAD, EMNLP 2016, without its removal of articles.
 */
export function wordOverlap(answer: string, reference: string): number {
  const [mine, theirs] = [wordsOf(answer), wordsOf(reference)];
  if (mine.length === 0 || theirs.length === 0) return mine.length === theirs.length ? 1 : 0;
  const left = new Map<string, number>();
  for (const word of theirs) left.set(word, (left.get(word) ?? 0) + 1);
  let shared = 0;
  for (const word of mine) {
    const count = left.get(word) ?? 0;
    if (count > 0) shared += 1;
    left.set(word, count - 1);
  }
  return (2 * shared) / (mine.length + theirs.length);
}

function wordsOf(text: string): string[] {
  return plainWording(text).match(/[\p{L}\p{N}_]+/gu) ?? [];
}
