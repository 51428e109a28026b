/** Trends as a chart of 80 columns: a row a benchmark, the interval as a line around its mean. */
import { type Estimate, type TrendFigure, type TrendPoint, trendFigures } from '../../../harness/trend.ts';
import { printableLine } from '../../../lib/printable.ts';
import { cutToWidth, padStartToWidth, padToWidth } from '../../../lib/terminal-width.ts';
import { wrapText } from '../../terminal/wrap-text.ts';

const columns = 80;
const dateWidth = 17;
const nameWidth = 16;
const valueWidth = 11;
const barWidth = columns - dateWidth - nameWidth - valueWidth - 2;

const titles: Record<TrendFigure, { title: string; show(value: number): string; most: number | null }> = {
  accuracy: { title: 'right answers', show: (value) => `${(100 * value).toFixed(1)} %`, most: 1 },
  waste: { title: 'right but wasteful', show: (value) => `${(100 * value).toFixed(1)} %`, most: 1 },
  costUsd: { title: 'cost a question', show: (value) => `$${value === 0 ? '0' : value.toPrecision(3)}`, most: null },
  latencyMs: { title: 'time a question, without waits', show: (value) => `${(value / 1000).toFixed(2)} s`, most: null },
};

export function trendText(trend: ReadonlyMap<string, readonly TrendPoint[]>): string {
  const blocks = [...trend].flatMap(([variant, points]) =>
    trendFigures.flatMap((figure) => chartOf(variant, points, figure)),
  );
  const legend =
    '├─●─┤ mean and 95 % interval over questions, ● alone where there are too few of them; ~ another pipeline than before; ' +
    'below a line of dashes nothing can be held against what is above it';
  return [...blocks, wrapText(legend, columns)].join('\n\n');
}

/** Nothing where no benchmark knows the figure. */
function chartOf(variant: string, points: readonly TrendPoint[], figure: TrendFigure): string[] {
  const known = points.filter((point) => point[figure].mean !== null);
  if (known.length === 0) return [];
  const { title, show, most } = titles[figure];
  const highest = Math.max(...known.map((point) => point[figure].interval?.high ?? point[figure].mean ?? 0));
  const scale = most ?? (highest > 0 ? highest : 1);
  const rows = points.flatMap((point) => [
    ...(point.breaks.length === 0 ? [] : [breakLine(point.breaks)]),
    rowOf(point, figure, scale),
  ]);
  const head = `${printableLine(variant)}: ${title}`;
  return [[`${cutToWidth(head, columns - 24)}  (0 to ${show(scale)})`, ...rows].join('\n')];
}

function breakLine(breaks: readonly string[]): string {
  const text = `- - - ${breaks.map(printableLine).join('; ')} `;
  return cutToWidth(text + '- '.repeat(Math.max(0, (columns - text.length) / 2)), columns).trimEnd();
}

function rowOf(point: TrendPoint, figure: TrendFigure, scale: number): string {
  const estimate = point[figure];
  const { mean } = estimate;
  const date = point.startedAt.slice(0, 16).replace('T', ' ');
  const value = mean === null ? 'unknown' : titles[figure].show(mean);
  const name = `${point.pipelineChanged ? '~' : ' '}${printableLine(point.benchmark)}`;
  return [
    padToWidth(date, dateWidth),
    padToWidth(cutToWidth(name, nameWidth - 1), nameWidth),
    `│${barOf(estimate, scale)}│`,
    padStartToWidth(value, valueWidth),
  ].join('');
}

function barOf({ mean, interval }: Estimate, scale: number): string {
  if (mean === null) return ' '.repeat(barWidth);
  const at = (value: number) => Math.round(Math.min(1, Math.max(0, value / scale)) * (barWidth - 1));
  const [low, high, middle] = [at(interval?.low ?? mean), at(interval?.high ?? mean), at(mean)];
  return Array.from({ length: barWidth }, (_, place) => {
    if (place === middle) return '●';
    if (place < low || place > high) return ' ';
    return place === low ? '├' : place === high ? '┤' : '─';
  }).join('');
}
