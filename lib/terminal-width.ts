/** How many columns text takes in a terminal: a CJK character or an emoji takes two, a combining mark none. */
import { createRequire } from 'node:module';

const require = createRequire(import.meta.url);
/** A column each. */
const plain = /^[\x20-\x7e]*$/;

/** Columns of one line; sequences that colour it take none. */
export function widthOf(text: string): number {
  if (plain.test(text)) return text.length;
  // Loaded for text that needs it: its patterns for emoji take 20 ms to compile.
  const { default: stringWidth } = require('string-width') as typeof import('string-width');
  return stringWidth(text);
}

/** The longest beginning of a line that takes `columns` at most; no character is cut in two. */
export function fitting(text: string, columns: number): string {
  if (plain.test(text)) return text.slice(0, Math.max(0, columns));
  const graphemes = new Intl.Segmenter(undefined, { granularity: 'grapheme' });
  let taken = 0;
  for (const { segment, index } of graphemes.segment(text)) {
    taken += widthOf(segment);
    if (taken > columns) return text.slice(0, index);
  }
  return text;
}

/** Cuts a line to `columns`, with an ellipsis as the last of them. */
export function cutToWidth(text: string, columns: number): string {
  const fits = fitting(text, columns);
  return fits.length === text.length ? text : `${fitting(text, Math.max(0, columns - 1))}…`;
}

/** Fills a line with spaces up to `columns`. */
export function padToWidth(text: string, columns: number): string {
  return text + ' '.repeat(Math.max(0, columns - widthOf(text)));
}

/** The same with the spaces first, as numbers stand. */
export function padStartToWidth(text: string, columns: number): string {
  return ' '.repeat(Math.max(0, columns - widthOf(text))) + text;
}
