/** Puts quotations together to one answer, and takes an answer apart again: a numbered list where there are several. */

/** Places that an answer quotes at most, and lines of all of them together. */
export const mostPlaces = 4;
export const mostLines = 40;

const indent = '   ';

export function joinItems(items: readonly string[]): string {
  if (items.length < 2) return items.join('');
  return items.map((item, at) => `${at + 1}. ${item.replaceAll('\n', `\n${indent}`)}`).join('\n');
}

/** The items of a list that `joinItems` made; any other text is one item. */
export function splitItems(answer: string): string[] {
  const pieces = answer.split(/^(?=\d{1,2}\. .*`)/m);
  if (pieces.length < 2 || !pieces.every((piece, at) => piece.startsWith(`${at + 1}. `))) return [answer.trim()];
  return pieces.map((piece) =>
    piece
      .replace(/^\d{1,2}\. /, '')
      .replaceAll(`\n${indent}`, '\n')
      .trimEnd(),
  );
}
