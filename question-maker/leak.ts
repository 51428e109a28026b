/** How much of what has to be found a question gives away already. */
import type { Fact } from '../contracts/dataset.ts';
import { splitCase, stopWords } from '../lib/words.ts';
import { mentions, said } from '../harness/graders/wording.ts';
import { namesPath } from './path-naming.ts';

/** A question with more is not kept: half of a name's words may stand in it. */
export const leakLimit = 0.5;

const quiet = new Set(stopWords);

/** The words of a text or a name that say something, in lower case and without the commonest endings. */
export function contentWords(text: string): string[] {
  const words =
    splitCase(text)
      .replaceAll('_', ' ')
      .toLowerCase()
      .match(/[\p{L}\p{N}]+/gu) ?? [];
  return words.filter((word) => !quiet.has(word)).map(stem);
}

/** `parses`, `parsed`, `parsing` and `parse` are one word. */
function stem(word: string): string {
  if (word.length < 5) return word.replace(/s$/, '');
  return word
    .replace(/(ies|ied|ie|y)$/, 'i')
    .replace(/(ing|ed|es|e|s)$/, '')
    .replace(/(.)\1$/, '$1');
}

type Asked = { question: string; paths: readonly string[]; facts: readonly Fact[]; secrets: readonly string[] };

/**
 * From 0 to 1: 1 where the question names an expected file or states a fact; else the largest share of a secret name's
 * words that the question has.
 */
export function leakOf({ question, paths, facts, secrets }: Asked): number {
  const asked = said(question);
  if (paths.some((path) => namesPath(question, path))) return 1;
  if (facts.some((fact) => mentions(asked, fact))) return 1;
  const words = new Set(contentWords(question));
  const shares = secrets.map((secret) => {
    const parts = [...new Set(contentWords(secret))];
    return parts.length === 0 ? 0 : parts.filter((part) => words.has(part)).length / parts.length;
  });
  return Math.max(0, ...shares);
}
