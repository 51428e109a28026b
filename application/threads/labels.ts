/** Names turns by their number, and those of branches by a letter behind it: 1, 2, 3, 3b. Pure. */
import type { TurnRow } from './turns.ts';

export type LabelledTurn = TurnRow & { label: string };

/**
 * @returns the turns in the order of their starts. The label of a turn stays as it is when others are added; of two turns of
 * the same number the later one has the later letter.
 */
export function labelled(turns: readonly TurnRow[]): LabelledTurn[] {
  const seen = new Map<number, number>();
  return turns
    .toSorted((one, other) => (one.started < other.started ? -1 : 1))
    .map((row) => {
      const before = seen.get(row.turn) ?? 0;
      seen.set(row.turn, before + 1);
      return { ...row, label: `${row.turn}${before === 0 ? '' : letterOf(before)}` };
    });
}

/** b, c … z, then numbers. */
const letterOf = (at: number): string => (at < 26 ? String.fromCharCode(97 + at) : `-${at + 1}`);
