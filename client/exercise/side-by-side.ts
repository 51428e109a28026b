/** Two traces in two columns, what is orchestration and no specialist's work marked with a star. */
import type { TraceSpan } from '../../contracts/trace.ts';
import { stageOfSpan } from '../../observability/trace-totals.ts';
import { cutToWidth, padStartToWidth, padToWidth } from '../../lib/terminal-width.ts';
import { printableLine } from '../../lib/printable.ts';
import { overheadStages } from '../../application/runs/compared-runs.ts';
import type { LoadedRun } from '../../application/runs/load-run.ts';
import { timeText } from '../runs/trace-tree.ts';
import { countText } from '../../application/words/run-words.ts';

const gap = '  ';
const timeWidth = 8;
const tokensWidth = 7;

/** @param columns of both together */
export function sideBySide(runs: readonly LoadedRun[], columns: number): string[] {
  const width = Math.floor((columns - gap.length * (runs.length - 1)) / runs.length);
  const sides = runs.map(({ trace }) => treeLines(trace.spans, width));
  const rows = Math.max(0, ...sides.map(({ length }) => length));
  return Array.from({ length: rows }, (_, at) =>
    sides
      .map((side) => padToWidth(side[at] ?? '', width))
      .join(gap)
      .trimEnd(),
  );
}

/** The spans of a trace, each with its time and tokens, children below their parent. */
export function treeLines(spans: readonly TraceSpan[], width: number): string[] {
  const children = Map.groupBy(spans, ({ parent }) => parent);
  const lines: string[] = [];
  const draw = (span: TraceSpan, depth: number): void => {
    lines.push(lineOf(span, depth, width));
    const below = (children.get(span.key) ?? []).toSorted((one, other) => one.startMs - other.startMs);
    for (const child of below) draw(child, depth + 1);
  };
  for (const root of children.get(null) ?? []) draw(root, 0);
  return lines;
}

function lineOf(span: TraceSpan, depth: number, width: number): string {
  const { name, startMs, endMs, usage, level, model } = span;
  const tokens = usage === null ? '' : countText(usage.inputTokens + usage.outputTokens);
  const nameWidth = width - timeWidth - tokensWidth;
  const failed = level === 'ERROR' && model !== null ? '!' : '';
  const label = `${isOverhead(span) ? '*' : ' '}${' '.repeat(depth)}${failed}${printableLine(name)}`;
  return [
    padToWidth(cutToWidth(label, nameWidth), nameWidth),
    padStartToWidth(timeText(endMs - startMs), timeWidth),
    padStartToWidth(tokens, tokensWidth),
  ].join('');
}

/** A group, or what lies in one. */
function isOverhead(span: TraceSpan): boolean {
  const own = stageOfSpan({ ...span, parent: span.key });
  return overheadStages.includes(own) || overheadStages.includes(stageOfSpan(span));
}
