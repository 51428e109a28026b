/** Splits text and questions into the words that the index knows. */
import { splitCase, stopWords as commonWords } from '../../lib/words.ts';

const camelCase = /\b[A-Za-z][a-z0-9]*[A-Z][A-Za-z0-9]*\b/g;

/** The parts of every camel-case identifier in a text; underscores and dots are left to the tokenizer. */
export function camelCaseParts(text: string): string {
  const parts: string[] = [];
  for (const [word] of text.matchAll(camelCase)) {
    const split = splitCase(word);
    if (split !== word) parts.push(split);
  }
  return parts.join(' ');
}

/** Path and names as words: the whole identifier and its parts. */
export function nameWords(name: string): string {
  const split = splitCase(name);
  return split === name ? name : `${name} ${split}`;
}

const stopWords = new Set([...commonWords, ...'project repo repository use uses work works find codebase'.split(' ')]);

/** True for words that say nothing about code. Lower case. */
export function isStopWord(term: string): boolean {
  return stopWords.has(term);
}

const maxTerms = 64;

/**
 * The words of a question worth looking for, each once: identifiers whole and in parts, without stop words. Words of
 * one letter are left out; of a very long text the first 64 words count.
 */
export function queryTerms(query: string): string[] {
  const terms = new Set<string>();
  for (const [word] of query.normalize('NFC').matchAll(/[\p{L}\p{N}_$]+/gu)) {
    const pieces = [word, ...splitCase(word).split(/[\s_$]+/)];
    for (const piece of pieces) {
      const term = piece.toLowerCase().replace(/^[_$]+|(?<![_$])[_$]+$/g, '');
      if (term.length > 1 && term.length <= 80 && !stopWords.has(term)) terms.add(term);
    }
    if (terms.size >= maxTerms) break;
  }
  return [...terms].slice(0, maxTerms);
}

/** The terms as a full-text query: any of them; null when there are none. Quoted, so that nothing in it is syntax. */
export function matchExpression(terms: readonly string[]): string | null {
  return terms.length === 0 ? null : terms.map((term) => `"${term.replaceAll('"', '')}"`).join(' OR ');
}
