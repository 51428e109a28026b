/** Lays out a table for a terminal. */
import { cutToWidth, padToWidth, widthOf } from '../../lib/terminal-width.ts';
import type { TextStyle } from '../ask/outcome-text.ts';

/** Of the last column, where lines may be of any length. */
const widestLast = 200;
const narrowestLast = 20;

/**
 * One line for the heads, then one for each row. The last column takes what is left of the width, and is cut to it.
 * @param style `columns`: null where lines may be of any length
 */
export function tableLines(
  heads: readonly string[],
  rows: readonly (readonly string[])[],
  { columns, colors }: { columns: number | null; colors: TextStyle['colors'] },
): string[] {
  const widths = heads
    .slice(0, -1)
    .map((head, at) => Math.max(...[head, ...rows.map((row) => row[at] ?? '')].map(widthOf)));
  const taken = widths.reduce((sum, width) => sum + width + 2, 0);
  const left = columns === null ? widestLast : Math.max(narrowestLast, columns - taken);
  const lineOf = (cells: readonly string[]) =>
    cells
      .map((cell, at) => (at < widths.length ? padToWidth(cell, (widths[at] ?? 0) + 2) : cutToWidth(cell, left)))
      .join('')
      .trimEnd();
  return [colors.bold(lineOf(heads)), ...rows.map(lineOf)];
}
