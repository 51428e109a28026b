/** What a question's wording says: letter groups in buckets, and its form in a few numbers. */
import { trainedProbabilities } from '../offline-model/router/route-model.ts';
import { fnv1a } from '../lib/random.ts';

export const textBuckets = 2048;
const [shortestGroup, longestGroup] = [3, 5];
const mostCharacters = 4000;

/**
 * How often each bucket's letter groups occur, as 1 + ln(count). Groups are 3 to 5 letters of a word with the blanks around
 * it; hashing takes the place of a vocabulary (Weinberger et al., 2009).
 */
export function textFeatures(question: string): Float64Array {
  const counts = new Float64Array(textBuckets);
  for (const word of question.slice(0, mostCharacters).toLowerCase().split(/\s+/)) {
    const padded = ` ${word} `;
    for (let length = shortestGroup; length <= longestGroup; length += 1)
      for (let at = 0; at + length <= padded.length; at += 1) {
        const bucket = fnv1a(padded.slice(at, at + length)) % textBuckets;
        counts[bucket] = (counts[bucket] ?? 0) + 1;
      }
  }
  return counts.map((count) => (count === 0 ? 0 : 1 + Math.log(count)));
}

const identifier =
  /[A-Za-z_$][\w$]*(?:[._][A-Za-z_$][\w$]*)+|[a-z]+[A-Z][\w$]*|[A-Z][a-z]+[A-Z]\w*|[A-Z]{2,}(?:_[A-Z0-9]+)+|\w+(?=\(\))/g;

/** Names of code in a question, without the object that they belong to. */
export function namesIn(question: string): string[] {
  const names = question.slice(0, mostCharacters).match(identifier) ?? [];
  return [...new Set(names.map((name) => name.split('.').at(-1) ?? name))];
}

/** Kinds of wording, each counted. */
const wordings: readonly RegExp[] = [
  /\b(?:\w*error|exception|traceback|stack)\b/gi,
  /\b(?:fail|crash|throw|hang|wrong|broken|unexpected|warn|reject|undefined|null|never|nothing|still|instead|but)\w*/gi,
  /\b[45]\d\d\b/g,
  /["'“][^"'”]{6,}["'”]/g,
  /\b[A-Z]{2,}_[A-Z_]+\b/g,
  /\b(?:I|we|my|our|me)\b/g,
  /\b(?:how (?:do|can|should|would)|can i|should i)\b/gi,
  /\b(?:document|docs|guide|readme|recommend|explain|section)\w*/gi,
  /\b(?:function|class|method|constant|variable|file|code|source|implement|internally|call)\w*/gi,
  /[.!]\s/g,
  /\?/g,
  /\d/g,
];

const mostCounted = 4;

/** How many numbers `formFeatures` gives. */
export const formSize = 3 + wordings.length + 4;

/**
 * The form of a question: its length, its names, kinds of wording, and what the route model that ships (trained on questions
 * about no project in particular) makes of it, as logarithms.
 */
export function formFeatures(question: string): Float64Array {
  const text = question.slice(0, mostCharacters);
  const names = namesIn(text).length;
  const counts = wordings.map((wording) => Math.min(mostCounted, text.match(wording)?.length ?? 0));
  const general = Object.values(trainedProbabilities(text)).map((probability) => Math.log(probability + 0.01));
  const words = text.split(/\s+/).length;
  return Float64Array.from([
    Math.log(words + 1),
    Math.min(mostCounted, names),
    Math.sign(names),
    ...counts,
    ...general,
  ]);
}
