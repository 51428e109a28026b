/** Two runs as a table of 80 columns: for time, tokens and cost what A took, what B took, and the difference. */
import type { Trace } from '../../contracts/trace.ts';
import { type Compared, type Taken, comparedRuns, overheadStages } from '../../application/runs/compared-runs.ts';
import type { LoadedRun } from '../../application/runs/load-run.ts';
import type { TextStyle } from '../ask/outcome-text.ts';
import { printableLine } from '../../lib/printable.ts';
import { countText } from '../../application/words/run-words.ts';
import { cutToWidth } from '../../lib/terminal-width.ts';

const partWidth = 13;
const widths = [7, 7, 8] as const;
const figureWidth = widths.reduce((sum, width) => sum + width, 0);

type Figure = { head: string; of(taken: Taken): number | null; show(value: number): string };

const figures: Figure[] = [
  { head: 'seconds', of: ({ ms }) => ms / 1000, show: secondsText },
  { head: 'tokens', of: ({ inputTokens, outputTokens }) => inputTokens + outputTokens, show: shortCount },
  { head: 'US$', of: ({ costUsd }) => costUsd, show: dollarsText },
];

export function comparisonText(a: LoadedRun, b: LoadedRun, { columns, colors }: TextStyle): string {
  const rows = comparedRuns(a, b);
  const heads = figures.map(({ head }) => head.padStart(figureWidth)).join('');
  const sides = figures.map(() => inColumns(['A', 'B', 'B-A'])).join('');
  const lines = rows.map((row) => {
    const text = rowText(row);
    return isMarked(row) ? colors.yellow(text) : row.part === 'in all' ? colors.bold(text) : text;
  });
  const legend = rows.some(isMarked) ? ['* orchestration that only one of the two has'] : [];
  return [
    nameOf('A', a.trace, columns),
    nameOf('B', b.trace, columns),
    '',
    colors.dim(' '.repeat(partWidth) + heads),
    colors.dim(' '.repeat(partWidth) + sides),
    ...lines,
    '',
    ...legend,
    `overhead: ${overheadStages.join(', ')}`,
  ].join('\n');
}

function nameOf(side: string, { name, workflowId }: Trace, columns: number): string {
  return cutToWidth(printableLine(`${side}  ${name} ${workflowId}`), columns);
}

function isMarked({ part, a, b }: Compared): boolean {
  return overheadStages.some((stage) => stage === part) && (a === null) !== (b === null);
}

function rowText(row: Compared): string {
  const label = row.part === 'specialist' ? 'specialists' : row.part;
  return `${isMarked(row) ? '*' : ' '} ${label}`.padEnd(partWidth) + figures.map((each) => cells(row, each)).join('');
}

/** A dash where a run has nothing of it, a question mark where the cost is not known. */
function cells({ a, b }: Compared, { of, show }: Figure): string {
  const [valueA, valueB] = [a === null ? 0 : of(a), b === null ? 0 : of(b)];
  const one = (taken: Taken | null, value: number | null) =>
    taken === null ? '-' : value === null ? '?' : show(value);
  const difference = valueA === null || valueB === null ? '?' : signed(valueB - valueA, show);
  return inColumns([one(a, valueA), one(b, valueB), difference]);
}

function signed(difference: number, show: Figure['show']): string {
  return difference === 0 ? '0' : `${difference < 0 ? '-' : '+'}${show(Math.abs(difference))}`;
}

function inColumns(texts: readonly string[]): string {
  return texts.map((text, at) => text.padStart(widths[at] ?? 8)).join('');
}

function secondsText(seconds: number): string {
  return seconds.toFixed(seconds < 99.9995 ? 3 : seconds < 9999.95 ? 1 : 0);
}

/** Six characters at most. */
function shortCount(count: number): string {
  if (count < 100_000) return countText(count);
  return count < 9_999_500 ? `${Math.round(count / 1000)}k` : `${(count / 1_000_000).toFixed(1)}M`;
}

function dollarsText(dollars: number): string {
  if (dollars === 0) return '0';
  return dollars < 0.000_05 ? '<.0001' : dollars.toFixed(dollars < 10 ? 4 : 2);
}
