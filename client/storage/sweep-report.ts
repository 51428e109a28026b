/** What a sweep of a data directory found and did, as a table and as JSON. */
import { colorsFor } from '../terminal/output.ts';
import { type Kind, kinds, type Usage } from './disk-usage.ts';
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

export function reportTable({ before, removed, after, neededRuns }: SweepReport): string {
  const heads = ['kind', 'before', '', after === null ? 'would go' : 'gone', '', 'after', ''];
  const rows = kinds.map((kind) => [
    kind,
    ...cellsOf(before[kind]),
    ...cellsOf(removed[kind]),
    ...(after === null ? ['', ''] : cellsOf(after[kind])),
  ]);
  const total = (usage: Record<Kind, Usage> | null) =>
    usage === null ? '' : bytesText(kinds.reduce((bytes, kind) => bytes + usage[kind].bytes, 0));
  const table = [heads, ...rows, ['total', '', total(before), '', total(removed), '', total(after)]];
  const widths = heads.map((_, column) => Math.max(...table.map((row) => row[column]?.length ?? 0)));
  const lines = table.map((row) =>
    row.map((cell, at) => (at === 0 ? cell.padEnd(widths[at] ?? 0) : cell.padStart(widths[at] ?? 0))).join('  '),
  );
  const [head = '', ...others] = lines.map((line) => line.trimEnd());
  const { bold } = colorsFor(process.stdout);
  return [bold(head), ...others, `${neededRuns} runs are open or inside their retention`].join('\n');
}

function cellsOf({ count, bytes }: Usage): [string, string] {
  return [count === null ? '-' : String(count), bytesText(bytes)];
}

export function bytesText(bytes: number): string {
  return `${(bytes / 1e6).toFixed(bytes >= 100e6 ? 0 : 2)} MB`;
}
