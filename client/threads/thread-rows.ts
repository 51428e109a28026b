/** Threads and their turns as tables. */
import type { LabelledTurn } from '../../application/threads/labels.ts';
import type { ThreadRow } from '../../application/threads/turns.ts';
import { printableLine } from '../../lib/printable.ts';
import { cutToWidth, padToWidth, widthOf } from '../../lib/terminal-width.ts';
import type { TextStyle } from '../ask/outcome-text.ts';

/** The newest thread first. */
export function threadsText(threads: readonly ThreadRow[], style: TextStyle): string {
  const rows = threads.map(({ id, turns, branches, last, status, question }) => [
    id,
    String(turns),
    String(branches),
    last.slice(0, 16).replace('T', ' '),
    status,
    printableLine(question ?? '-'),
  ]);
  return tableText(['thread', 'turns', 'branches', 'last', 'status', 'last question'], rows, style);
}

/** @param here the turn that is marked: where a chat stands */
export function turnsText(turns: readonly LabelledTurn[], style: TextStyle, here: string | null = null): string {
  const labels = new Map(turns.map(({ id, label }) => [id, label]));
  const rows = turns.map(({ id, label, parent, outcome, status, question }) => [
    `${label}${id === here ? ' *' : ''}`,
    parent === null ? '-' : (labels.get(parent) ?? parent),
    outcome ?? status,
    printableLine(question ?? '-'),
  ]);
  return tableText(['turn', 'after', 'outcome', 'question'], rows, style);
}

/** The last column takes what is left of the width. */
function tableText(heads: readonly string[], rows: readonly string[][], { columns, colors }: TextStyle): string {
  const widths = heads
    .slice(0, -1)
    .map((head, at) => Math.max(...[head, ...rows.map((row) => row[at] ?? '')].map(widthOf)));
  const left = Math.max(20, columns - widths.reduce((sum, width) => sum + width + 2, 0));
  const lineOf = (cells: readonly string[]) =>
    cells
      .map((cell, at) => (at < widths.length ? padToWidth(cell, (widths[at] ?? 0) + 2) : cutToWidth(cell, left)))
      .join('');
  return [colors.bold(lineOf(heads)), ...rows.map(lineOf)].join('\n');
}
