/** Draws a trace as a tree: what was done, when, how long it took, and what it cost. */
import type { Trace, TraceSpan } from '../contracts/trace.ts';
import type { TextStyle } from './outcome-text.ts';
import { cut, printableLine } from './output.ts';
import { costText, countText } from './progress-text.ts';

const heads = ['offset', 'time', 'tokens in', 'out', 'cost'] as const;
const widths = [9, 9, 11, 7, 9] as const;
const figuresWidth = widths.reduce((sum, width) => sum + width, 0);

/** Children stand in the order in which they began. */
export function traceTree({ spans }: Trace, { columns, colors }: TextStyle): string {
  const children = Map.groupBy(spans, ({ parent }) => parent);
  const nameWidth = columns - figuresWidth;
  const lines = [colors.dim(''.padEnd(nameWidth) + cells(heads))];
  const draw = (span: TraceSpan, first: string, rest: string) => {
    const failed = span.level === 'ERROR';
    const name = cut(`${first}${labelOf(span)}`, nameWidth - 1).padEnd(nameWidth);
    lines.push((failed ? colors.red(name) : name) + cells(figuresOf(span, startMs)));
    if (failed && span.message !== null)
      lines.push(colors.red(cut(`${rest}! ${printableLine(span.message)}`, columns)));
    const below = (children.get(span.key) ?? []).toSorted((one, other) => one.startMs - other.startMs);
    for (const [at, child] of below.entries()) {
      const last = at === below.length - 1;
      draw(child, `${rest}${last ? '└─ ' : '├─ '}`, `${rest}${last ? '   ' : '│  '}`);
    }
  };
  const root = spans.find(({ parent }) => parent === null);
  const startMs = root?.startMs ?? 0;
  if (root !== undefined) draw(root, '', '');
  return lines.map((line) => line.trimEnd()).join('\n');
}

function labelOf({ name, metadata, model, parent }: TraceSpan): string {
  const attempt = typeof metadata.attempt === 'number' && metadata.attempt > 1 ? `, attempt ${metadata.attempt}` : '';
  const tryNumber =
    typeof metadata.retry_count === 'number' && metadata.retry_count > 0 ? `, try ${metadata.retry_count + 1}` : '';
  const isGroup = model === null && parent !== null;
  return printableLine(`${name}${isGroup ? tryNumber : ''}${attempt}`);
}

function figuresOf({ startMs, endMs, usage }: TraceSpan, zeroMs: number): string[] {
  const time = [`+${startMs - zeroMs} ms`, timeText(endMs - startMs)];
  if (usage === null) return [...time, '', '', ''];
  return [...time, countText(usage.inputTokens), countText(usage.outputTokens), costText(usage.costUsd)];
}

export function timeText(milliseconds: number): string {
  return milliseconds < 10_000 ? `${Math.round(milliseconds)} ms` : `${(milliseconds / 1000).toFixed(1)} s`;
}

function cells(texts: readonly string[]): string {
  return texts.map((text, at) => text.padStart(widths[at] ?? 9)).join('');
}
