/** Draws a trace as a tree: what was done, when, how long it took, and what it cost. */
import type { Trace, TraceSpan } from '../../contracts/trace.ts';
import type { TextStyle } from '../ask/outcome-text.ts';
import { printableLine } from '../../lib/printable.ts';
import { costText, countText } from '../../application/words/run-words.ts';
import { cutToWidth, padToWidth } from '../../lib/terminal-width.ts';

type Column = { head: string; width: number; of(span: TraceSpan): string };

/** Narrower terminals do without the type, which the name tells mostly. */
const columnsForType = 100;

/** Children stand in the order in which they began. */
export function traceTree({ spans }: Trace, { columns, colors }: TextStyle): string {
  const children = Map.groupBy(spans, ({ parent }) => parent);
  const root = spans.find(({ parent }) => parent === null);
  const table = tableOf(spans, root?.startMs ?? 0, columns);
  const nameWidth = columns - table.reduce((sum, { width }) => sum + width, 0);
  const cells = (of: (column: Column) => string) => table.map((column) => of(column).padStart(column.width)).join('');
  const lines = [colors.dim(''.padEnd(nameWidth) + cells(({ head }) => head))];
  const draw = (span: TraceSpan, first: string, rest: string) => {
    const paint = { DEFAULT: (text: string) => text, WARNING: colors.yellow, ERROR: colors.red }[span.level];
    const name = padToWidth(labelOf(span, first, nameWidth - 1), nameWidth);
    lines.push(paint(name) + cells(({ of }) => of(span)));
    if (span.level !== 'DEFAULT' && span.message !== null)
      lines.push(paint(cutToWidth(`${rest}! ${printableLine(span.message)}`, columns)));
    const below = (children.get(span.key) ?? []).toSorted((one, other) => one.startMs - other.startMs);
    for (const [at, child] of below.entries()) {
      const last = at === below.length - 1;
      draw(child, `${rest}${last ? '└─ ' : '├─ '}`, `${rest}${last ? '   ' : '│  '}`);
    }
  };
  if (root !== undefined) draw(root, '', '');
  return lines.map((line) => line.trimEnd()).join('\n');
}

/** The number of an attempt or a try stays, however long the name is, and so does that its reply was not paid now. */
function labelOf({ name, metadata, model, parent, usage }: TraceSpan, lead: string, width: number): string {
  const { attempt, retry_count: retries, reused } = metadata;
  const isGroup = model === null && parent !== null;
  const number =
    typeof attempt === 'number' && attempt > 1
      ? `, attempt ${attempt}`
      : isGroup && typeof retries === 'number' && retries > 0
        ? `, try ${retries + 1}`
        : '';
  const marks = reused === undefined && usage?.reused === undefined ? number : `${number}, taken`;
  return cutToWidth(`${lead}${printableLine(name)}`, width - marks.length) + marks;
}

/** Columns that would be empty are left out. */
function tableOf(spans: readonly TraceSpan[], zeroMs: number, columns: number): Column[] {
  const tokens = (read: (usage: NonNullable<TraceSpan['usage']>) => number) => (span: TraceSpan) =>
    span.usage === null ? '' : countText(read(span.usage));
  const type: Column = { head: 'type', width: 11, of: (span) => span.type };
  const cached: Column = { head: 'cached', width: 8, of: tokens(({ cachedInputTokens }) => cachedInputTokens) };
  const someCached = spans.some(({ usage }) => (usage?.cachedInputTokens ?? 0) > 0);
  return [
    ...(columns < columnsForType ? [] : [type]),
    { head: 'offset', width: 9, of: ({ startMs }) => `+${timeText(startMs - zeroMs)}` },
    { head: 'time', width: 8, of: ({ startMs, endMs }) => timeText(endMs - startMs) },
    { head: 'in', width: 8, of: tokens(({ inputTokens }) => inputTokens) },
    ...(someCached ? [cached] : []),
    { head: 'out', width: 7, of: tokens(({ outputTokens }) => outputTokens) },
    { head: 'cost', width: 9, of: ({ usage }) => (usage === null ? '' : costText(usage.costUsd)) },
  ];
}

export function timeText(milliseconds: number): string {
  return milliseconds < 10_000 ? `${Math.round(milliseconds)} ms` : `${(milliseconds / 1000).toFixed(1)} s`;
}
