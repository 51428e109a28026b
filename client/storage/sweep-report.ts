/** What a sweep of a data directory found and did, as a table and as JSON. */
import { colorsFor } from '../terminal/output.ts';
import { kinds, type Usage } from './disk-usage.ts';
import type { SweepReport } from './sweep-data-directory.ts';

export function reportJson({ before, removed, after, neededRuns, notes }: SweepReport, keepDays: number): object {
  return {
    dry_run: after === null,
    keep_days: keepDays,
    needed_runs: neededRuns,
    kinds: kinds.map((kind) => ({
      kind,
      before: before[kind],
      removed: removed[kind],
      after: after === null ? null : after[kind],
    })),
    notes,
  };
}

export async function reportTable({ before, removed, after, neededRuns }: SweepReport): Promise<string> {
  const { default: Table } = await import('cli-table3');
  const { bold } = colorsFor(process.stdout);
  const heads = ['kind', 'before', '', after === null ? 'would go' : 'gone', 'after', ''];
  const table = new Table({
    head: heads.map(bold),
    colAligns: ['left', 'right', 'right', 'right', 'right', 'right'],
    style: { head: [], border: [], 'padding-left': 0, 'padding-right': 2 },
    chars: Object.fromEntries(borders.map((name) => [name, ''])),
  });
  for (const kind of kinds)
    table.push([
      kind,
      ...cellsOf(before[kind]),
      String(removed[kind].count),
      ...(after === null ? ['', ''] : cellsOf(after[kind])),
    ]);
  const total = (usage: typeof before | null) =>
    usage === null ? '' : bytesText(kinds.reduce((bytes, kind) => bytes + usage[kind].bytes, 0));
  table.push(['total', '', total(before), '', '', total(after)]);
  const text = table.toString().replace(/[^\S\n]+$/gm, '');
  return `${text}\n${neededRuns} runs are open or inside their retention`;
}

function cellsOf({ count, bytes }: Usage): [string, string] {
  return [count === null ? '-' : String(count), bytesText(bytes)];
}

export function bytesText(bytes: number): string {
  return `${(bytes / 1e6).toFixed(bytes >= 100e6 ? 0 : 2)} MB`;
}

const borders = ['top', 'bottom', 'left', 'right', 'mid']
  .flatMap((side) => [side, `${side}-mid`, `${side}-left`, `${side}-right`, `mid-${side}`])
  .concat(['top-mid', 'middle', 'left-mid', 'mid-mid', 'right-mid']);
