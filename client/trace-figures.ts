/** The tables of `switchyard trace`: where the time went, and two runs part by part. */
import type { Trace } from '../contracts/trace.ts';
import type { LatencyAnatomy } from '../observability/latency-anatomy.ts';
import { latencyParts } from '../observability/run-intervals.ts';
import {
  leavesOf,
  overheadParts,
  type Part,
  parts,
  type Taken,
  taken,
  takenByPart,
} from '../observability/trace-totals.ts';
import type { TextStyle } from './outcome-text.ts';
import { cut } from './output.ts';
import { costText, countText } from './progress-text.ts';
import { timeText } from './trace-tree.ts';

/** One line a part, with its share of the wall clock. */
export function latencyText(anatomy: LatencyAnatomy, { colors }: TextStyle): string {
  const { totalMs } = anatomy;
  const line = (name: string, ms: number) => {
    const share = totalMs === 0 ? '' : `${((100 * ms) / totalMs).toFixed(1)} %`;
    return `${name.padEnd(16)}${timeText(ms).padStart(10)}${share.padStart(9)}`;
  };
  const rows = latencyParts.map((part) => line(partNames[part], anatomy[`${part}Ms`]));
  return [...rows, colors.bold(line('wall clock', totalMs))].join('\n');
}

const partNames = {
  model: 'model',
  tool: 'tools',
  backoff: 'back-off',
  queue: 'queue',
  orchestration: 'orchestration',
  waiting: 'waiting',
} as const;

export type Compared = { part: Part | 'in between' | 'in all'; overhead: boolean; a: Taken | null; b: Taken | null };

/** Part by part, then what lies between the steps (decisions, hand-overs, waiting), then in all. */
export function comparedRuns(a: Trace, b: Trace): Compared[] {
  const [ofA, ofB] = [takenByPart(a), takenByPart(b)];
  const rows = parts
    .filter((part) => ofA.has(part) || ofB.has(part))
    .map((part) => ({
      part,
      overhead: overheadParts.includes(part),
      a: ofA.get(part) ?? null,
      b: ofB.get(part) ?? null,
    }));
  const between = { part: 'in between', overhead: false, a: inBetween(a), b: inBetween(b) } as const;
  return [...rows, between, { part: 'in all', overhead: false, a: inAll(a), b: inAll(b) }];
}

function inBetween(trace: Trace): Taken {
  const stepsMs = taken(leavesOf(trace)).wallMs;
  return { wallMs: inAll(trace).wallMs - stepsMs, calls: 0, inputTokens: 0, outputTokens: 0, costUsd: 0 };
}

function inAll(trace: Trace): Taken {
  const root = trace.spans.find(({ parent }) => parent === null);
  return { ...taken(leavesOf(trace)), wallMs: root === undefined ? 0 : root.endMs - root.startMs };
}

/** Two lines a part would hide the difference: each figure stands as A, B and B less A. */
export function comparisonText(a: Trace, b: Trace, { columns, colors }: TextStyle): string {
  const rows = comparedRuns(a, b);
  const names = [
    `A  ${cut(`${a.name} ${a.workflowId}`, columns - 3)}`,
    `B  ${cut(`${b.name} ${b.workflowId}`, columns - 3)}`,
  ];
  const head = `${'part'.padEnd(14)}${['time', 'tokens', 'cost'].map((figure) => figure.padEnd(figureWidth)).join('')}`;
  return [...names, '', colors.dim(head.trimEnd()), ...rows.map((row) => rowText(row, colors))].join('\n');
}

const figureWidth = 31;

function rowText({ part, overhead, a, b }: Compared, colors: TextStyle['colors']): string {
  const figure = (read: (taken: Taken) => number | null, show: (value: number) => string) =>
    triple(a === null ? 'none' : read(a), b === null ? 'none' : read(b), show).padEnd(figureWidth);
  const text =
    part.padEnd(14) +
    figure(({ wallMs }) => wallMs, timeText) +
    figure(({ inputTokens, outputTokens }) => inputTokens + outputTokens, countText) +
    figure(({ costUsd }) => costUsd, costText);
  const mark = overhead ? `${onlyIn(a, b)}orchestration` : onlyIn(a, b).replace(/, $/, '');
  const line = `${text.trimEnd()}${mark === '' ? '' : `  ${mark}`}`;
  return overhead ? colors.yellow(line) : part === 'in all' ? colors.bold(line) : line;
}

function onlyIn(a: Taken | null, b: Taken | null): string {
  return a === null ? 'only B, ' : b === null ? 'only A, ' : '';
}

/** `120 ms, 310 ms (+190 ms)`; a dash where a run has nothing of it, null where it is not known. */
function triple(a: Figure, b: Figure, show: (value: number) => string): string {
  const one = (figure: Figure) => (figure === 'none' ? '-' : figure === null ? 'unknown' : show(figure));
  if (a === null || b === null) return `${one(a)}, ${one(b)}`;
  const difference = (b === 'none' ? 0 : b) - (a === 'none' ? 0 : a);
  return `${one(a)}, ${one(b)} (${difference < 0 ? '-' : '+'}${show(Math.abs(difference))})`;
}

type Figure = number | 'none' | null;
