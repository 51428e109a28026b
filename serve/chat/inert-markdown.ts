/**
 * Markdown of a model or a repository as a chat client may render it: code stays as it is, and outside of it nothing becomes
 * HTML or an image, which a client would fetch from wherever it says.
 */
import { printable } from '../../lib/printable.ts';

/** A fenced block to its end, or to the end of the text; else a span of code on one line. */
const code = /^ {0,3}(`{3,}|~{3,})[^\n]*(?:\n(?! {0,3}\1)[^\n]*)*(?:\n[^\n]*)?|(`{1,8})(?!`)[^`\n]{1,2000}\2(?!`)/gm;

/** @returns the text without control characters */
export function inertAnswer(text: string): string {
  const clean = printable(text).trim();
  let inert = '';
  let from = 0;
  for (const match of clean.matchAll(code)) {
    inert += withoutMarkup(clean.slice(from, match.index)) + match[0];
    from = match.index + match[0].length;
  }
  return inert + withoutMarkup(clean.slice(from));
}

const withoutMarkup = (text: string): string => text.replace(/!(?=\[)/g, '!\\').replace(/<(?=[A-Za-z/!?])/g, '\\<');

/** One line of another's text between backticks. */
export function codeSpan(text: string): string {
  return `\`${text.replaceAll('`', 'ˋ')}\``;
}
