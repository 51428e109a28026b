/** What a fork will take and pay, for a person. */
import type { PreparedFork } from '../../application/forks/fork-run.ts';
import type { PlannedCall } from '../../application/forks/fork-plan.ts';
import { printableLine } from '../../lib/printable.ts';
import { costText, countText } from '../../application/words/run-words.ts';
import { wrapText } from '../terminal/wrap-text.ts';

const states = { taken: 'taken', paid: 'paid', follows: 'perhaps', 'not-asked': 'not asked' } as const;

export function planText(
  workflowId: string,
  { plan, remarks }: Pick<PreparedFork, 'plan' | 'remarks'>,
  columns: number,
): string {
  const { calls, certain, atMost, unknown } = plan;
  const groups = [...Map.groupBy(calls, ({ state, why }) => `${states[state]}\n${why ?? ''}`)];
  const lines = groups.map(([key, of]) => {
    const [state = '', why = ''] = key.split('\n');
    const text = `${state.padEnd(9)} ${String(of.length).padStart(3)}  ${namesOf(of)}${why === '' ? '' : ` (${why})`}`;
    return indented(text, columns, 15);
  });
  const open = unknown.length === 0 ? '' : ', and what is not known';
  const sum =
    atMost.calls === 0
      ? `nothing is paid${open}`
      : `paid: ${callsText(certain.calls)}${atMost.calls === certain.calls ? '' : `, at most ${atMost.calls}`}${open}; ` +
        `${countText(atMost.tokens)} tokens, ${costText(atMost.costUsd)} before`;
  return [
    printableLine(`fork of ${workflowId}, which made ${callsText(calls.length)}`),
    ...lines,
    wrapText(sum, columns),
    ...remarks.map((remark) => wrapText(printableLine(remark), columns)),
  ].join('\n');
}

const callsText = (count: number): string => `${count} model ${count === 1 ? 'call' : 'calls'}`;

/** Each once, turns of a try together. */
function namesOf(calls: readonly PlannedCall[]): string {
  const byTry = Map.groupBy(calls, ({ name }) => name.split(/ turn \d/, 1)[0] ?? name);
  const names = [...byTry].map(([name, of]) =>
    of.length === 1 ? (of[0]?.name ?? name) : `${name} (${of.length} calls)`,
  );
  return printableLine(names.join(', '));
}

function indented(text: string, columns: number, margin: number): string {
  const lines = wrapText(text, Math.max(20, columns - margin)).split('\n');
  return lines.map((line, at) => `  ${at === 0 ? '' : ' '.repeat(margin)}${line.trimStart()}`).join('\n');
}
