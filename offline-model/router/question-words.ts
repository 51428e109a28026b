/** Splits a question into words, with identifiers, paths and numbers replaced by what kind of thing they are. */

import { stemWord } from './word-stem.ts';

/** Characters that are read. A pasted log may be endless; what is asked stands near its start. */
const readLimit = 6_000;

/** The bound on a word's length keeps the look at its ending cheap. */
const wordPattern = /[\p{L}\p{N}_$][\p{L}\p{N}_$'’.:/\\()-]{0,99}/gu;

/** What a question is cut to before anything looks at it. */
export function readableText(text: string): string {
  return text.slice(0, readLimit).normalize('NFKC');
}

/**
 * The words of a question in order. A name from code becomes a mark in angle brackets (`<identifier>`, `<path>`,
 * `<error>`, `<number>`), because which name it is says nothing about the kind of question.
 */
export function questionWords(text: string): string[] {
  return (text.match(wordPattern) ?? []).map(markOrWord).filter((word) => word !== '');
}

/** The same words, reduced to their stems. */
export function questionStems(text: string): string[] {
  return questionWords(text).map((word) => (word.startsWith('<') ? word : stemWord(word)));
}

/** Words of a question with identifiers taken apart (`TokenValidator` gives `token`, `validator`), as stems. */
export function subjectStems(text: string): string[] {
  const spaced = text.replace(/(\p{Ll}|\p{N})(?=\p{Lu})/gu, '$1 ').replace(/(\p{Lu})(?=\p{Lu}\p{Ll})/gu, '$1 ');
  return (spaced.toLowerCase().match(/[\p{L}\p{N}]+/gu) ?? []).map(stemWord);
}

function markOrWord(raw: string): string {
  const word = raw.replace(/(?<!['’.:/\\()-])['’.:/\\()-]+$/u, '');
  if (/^\p{Lu}[\p{L}\p{N}.]*(?:Error|Exception|Warning)$/u.test(word)) return '<error>';
  if (/^[v$]?\p{N}[\p{L}\p{N}.:-]*$/u.test(word)) return '<number>';
  if (/[\p{L}\p{N}]\.\p{Ll}{1,5}$/u.test(word) || /[\p{L}\p{N}][/\\][\p{L}\p{N}]/u.test(word)) return '<path>';
  if (raw.includes('(') || word.includes('_') || word.includes('::') || /\p{Ll}\p{Lu}/u.test(word))
    return '<identifier>';
  return word.toLowerCase().replaceAll('’', "'");
}
