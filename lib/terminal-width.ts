/** How many columns text takes in a terminal: a CJK character or an emoji takes two, a combining mark none. */
import stringWidth from 'string-width';

const graphemes = new Intl.Segmenter(undefined, { granularity: 'grapheme' });

/** Columns of one line; sequences that colour it take none. */
export const widthOf = (text: string): number => stringWidth(text);

/** The longest beginning of a line that takes `columns` at most; no character is cut in two. */
export function fitting(text: string, columns: number): string {
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
