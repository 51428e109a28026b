/** Compares what an answer says with what it should say, word by word: no model takes part. */
import type { Fact } from '../../contracts/dataset.ts';

/** Lower case, without markup of code and emphasis, straight quotes, single spaces. */
export function plainWording(text: string): string {
  return text
    .normalize('NFKC')
    .toLowerCase()
    .replace(/[‘’]/g, "'")
    .replace(/[“”]/g, '"')
    .replace(/[`*]/g, '')
    .replace(/\s+/g, ' ')
    .trim();
}

/** @param plain text that went through `plainWording` */
export function mentions(plain: string, fact: Fact): boolean {
  return fact.some((wording) => holds(plain, plainWording(wording)));
}

/** A wording that begins or ends with a digit must not stand inside a longer number: 30 is not in 300, nor in 1.30. */
function holds(plain: string, wording: string): boolean {
  if (wording === '') return false;
  for (let at = plain.indexOf(wording); at !== -1; at = plain.indexOf(wording, at + 1)) {
    const before = /^\d/.test(wording) && /\d[.,]?$/.test(plain.slice(Math.max(0, at - 2), at));
    const end = at + wording.length;
    const after = /\d$/.test(wording) && /^[.,]?\d/.test(plain.slice(end, end + 2));
    if (!before && !after) return true;
  }
  return false;
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
