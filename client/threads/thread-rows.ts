/** Threads and their turns as tables. */
import type { LabelledTurn } from '../../application/threads/labels.ts';
import type { ThreadRow } from '../../application/threads/turns.ts';
import { printableLine } from '../../lib/printable.ts';
import type { TextStyle } from '../ask/outcome-text.ts';
import { tableLines } from '../terminal/table.ts';

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
  return tableLines(['thread', 'turns', 'branches', 'last', 'status', 'last question'], rows, style).join('\n');
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
  return tableLines(['turn', 'after', 'outcome', 'question'], rows, style).join('\n');
}
