/** Trends as a page of their own, like the report: it opens offline, and asks nothing of the network. */
import { createHash } from 'node:crypto';
import { type TrendFigure, type TrendPoint, trendFigures } from '../trend.ts';
import { html, type Html, trusted } from '../../lib/html.ts';
import { pageStyle } from './page-assets.ts';
import {
  areaOf,
  type Chart,
  chartFigure,
  dot,
  ink,
  label,
  line,
  scaleTo,
  upward,
  upwardAxis,
  variantColors,
} from './svg-chart.ts';

const titles: Record<TrendFigure, { title: string; unit: string; factor: number; most: number | null }> = {
  accuracy: { title: 'Right answers', unit: 'percent', factor: 100, most: 100 },
  waste: { title: 'Right but wasteful', unit: 'percent', factor: 100, most: 100 },
  costUsd: { title: 'Cost a question', unit: 'US dollars', factor: 1, most: null },
  latencyMs: { title: 'Time a question, without waits', unit: 'seconds', factor: 0.001, most: null },
};

/** That fit below a chart. */
const mostDates = 8;

/** Everything that comes from logs is escaped; the page's policy allows its own style and nothing else. */
export function trendPage(trend: ReadonlyMap<string, readonly TrendPoint[]>): string {
  const style = `sha256-${createHash('sha256').update(pageStyle).digest('base64')}`;
  const policy = `default-src 'none'; style-src '${style}'; base-uri 'none'; form-action 'none'`;
  const { text } = html`<!doctype html>
<html lang="en"><head><meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="${policy}">
<meta name="viewport" content="width=device-width, initial-scale=1"><meta name="referrer" content="no-referrer">
<title>Benchmarks over time</title>
<style>${trusted(pageStyle)}</style></head><body>
<header><h1>Benchmarks over time</h1><p>Means over questions with 95 % intervals, where there are enough questions for one. An upright line parts what cannot be held against each other.</p></header>
<main>${[...trend].map(([variant, points]) => variantSection(variant, points))}</main></body></html>
`;
  return text;
}

function variantSection(variant: string, points: readonly TrendPoint[]): Html {
  const charts = trendFigures
    .filter((figure) => points.some((point) => point[figure].mean !== null))
    .map((figure) => chartFigure(chartOf(figure, points)));
  const rows = points.map(
    ({ benchmark, startedAt, dataset, models, pipelineChanged, breaks }) =>
      html`<tr><th scope="row">${benchmark}</th><td>${startedAt.slice(0, 16).replace('T', ' ')}</td><td>${dataset}</td><td>${models.join(', ')}</td><td>${[...breaks, ...(pipelineChanged ? ['another pipeline'] : [])].join('; ')}</td></tr>`,
  );
  return html`<section><h2>${variant}</h2><div class="charts">${charts}</div>
<div class="wide" tabindex="0" role="region" aria-label="benchmarks of ${variant}"><table><thead><tr>${['benchmark', 'started', 'dataset', 'models', 'changed'].map((head) => html`<th scope="col">${head}</th>`)}</tr></thead><tbody>${rows}</tbody></table></div></section>`;
}

function chartOf(figure: TrendFigure, points: readonly TrendPoint[]): Chart {
  const { title, unit, factor, most } = titles[figure];
  const height = 240;
  const area = areaOf(height, { left: 56, top: 20 });
  const highest = Math.max(
    ...points.map((point) => (point[figure].interval?.high ?? point[figure].mean ?? 0) * factor),
  );
  const scale = scaleTo(most ?? highest);
  const every = Math.ceil(points.length / mostDates);
  const xOf = (at: number) => area.left + ((area.right - area.left) * (at + 0.5)) / points.length;
  const color = variantColors[0] ?? ink;
  const marks = points.flatMap((point, at) => {
    const { mean, interval } = point[figure];
    const x = xOf(at);
    const edge = (xOf(at - 1) + x) / 2;
    const parted = point.breaks.length === 0 ? [] : [line(edge, area.top, edge, area.bottom, ink, 2)];
    const named = at % every === 0 ? [label(x, area.bottom + 13, point.startedAt.slice(5, 10), 'middle')] : [];
    if (mean === null) return [...parted, ...named];
    const y = (value: number) => upward(area, scale, value * factor);
    const whisker = interval === null ? [] : [line(x, y(interval.low), x, y(interval.high), color, 2)];
    return [...parted, ...named, ...whisker, dot(x, y(mean), 4, color)];
  });
  return { title, note: unit, height, marks: [...upwardAxis(area, scale, unit), ...marks] };
}
