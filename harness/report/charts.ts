/** The charts of a report: quality, cost, time, labels and routing of each variant. */
import type { Agreement } from '../agreement.ts';
import type { VariantSummary, Share } from '../comparison/variant-summary.ts';
import { whole } from '../comparison/cells.ts';
import type { ComparedCell } from '../comparison/compare-variants.ts';
import { latencyParts } from '../graded-trial.ts';
import { labels } from '../labels.ts';
import type { Report, ReportVariant } from './report.ts';
import {
  across,
  acrossAxis,
  areaOf,
  variantColors,
  bar,
  type Chart,
  dot,
  type Entry,
  label,
  legend,
  line,
  partColors,
  rowAt,
  rowNames,
  scaleTo,
  shortName,
  upward,
  upwardAxis,
} from './svg-chart.ts';
import type { Html } from '../../lib/html.ts';

export function chartsOf(report: Report): Chart[] {
  const summaries = report.variants.map(({ summary }) => summary);
  const compared = summaries.slice(0, 2);
  return [
    accuracyChart(compared, report.comparison.cells),
    costChart(report.variants),
    ...(timesKnown(summaries) ? [latencyChart(summaries)] : []),
    labelChart(compared),
    ...summaries.filter(({ routing }) => routing.n > 0).map(({ variant, routing }) => confusionChart(variant, routing)),
  ];
}

const rowHeight = 34;
const percent = scaleTo(100);
const colorAt = (at: number): string => variantColors[at % variantColors.length] as string;
const variantEntries = (variants: readonly VariantSummary[]): Entry[] =>
  variants.map(({ variant }, at) => ({ name: variant, color: colorAt(at) }));

function accuracyChart(variants: readonly VariantSummary[], cells: readonly ComparedCell[]): Chart {
  const found = cells.filter(({ dimension }) => dimension === 'accuracy');
  const rows = [whole, ...Object.keys(variants[0]?.accuracyByRoute ?? {})];
  const shareOf = (variant: VariantSummary, row: string): Share | undefined =>
    row === whole ? variant.accuracy : variant.accuracyByRoute[row];
  const height = 90 + rowHeight * rows.length;
  const area = areaOf(height, { left: 86, top: 34 });
  const points = variants.flatMap((variant, at) =>
    rows.flatMap((row, place) => {
      const share = shareOf(variant, row);
      const y = rowAt(area, rows.length, place) + (at - 0.5) * 13;
      return share === undefined ? [] : dotWithInterval(share, y, (value) => across(area, percent, value), colorAt(at));
    }),
  );
  return {
    title: 'Right answers',
    note: `by expected route, with 95 % intervals where there is one. ${found.map(({ row, standing }) => `${row}: ${standing}`).join('; ')}.`,
    height,
    marks: [
      ...legend(variantEntries(variants)),
      ...acrossAxis(area, percent, '% right'),
      ...rowNames(area, rows),
      ...points,
    ],
  };
}

function dotWithInterval(
  { mean, interval }: Share,
  y: number,
  place: (value: number) => number,
  color: string,
): Html[] {
  const [low, high] = [interval?.low ?? mean, interval?.high ?? mean].map((share) => place(100 * share)) as [
    number,
    number,
  ];
  return [line(low, y, high, y, color, 3), dot(place(100 * mean), y, 5, color)];
}

/** Dollars where every variant's cost is known and something was paid, else tokens. */
function costChart(variants: readonly ReportVariant[]): Chart {
  const costs = variants.map(({ summary }) => summary.costUsd.mean);
  const priced = costs.every((cost) => cost !== null) && costs.some((cost) => cost > 0);
  const points = variants.flatMap(({ summary, tokens }) => {
    const cost = priced ? summary.costUsd.mean : tokens;
    return cost === null ? [] : [{ name: summary.variant, cost, right: 100 * summary.accuracy.mean }];
  });
  const [height, scale] = [260, scaleTo(Math.max(...points.map(({ cost }) => cost)), 4)];
  const area = areaOf(height, { left: 48, right: 30, top: 58 });
  const unit = priced ? 'US dollars a question' : 'tokens a question';
  return {
    title: 'Cost against quality',
    note:
      points.length === 0 ? 'The logs say neither costs nor tokens.' : 'Right answers grow upward, cost to the right.',
    height,
    marks: [
      ...legend(points.map(({ name }, at) => ({ name, color: colorAt(at) }))),
      ...acrossAxis(area, scale, unit),
      ...upwardAxis(area, percent, '% right'),
      ...points.map(({ cost, right }, at) =>
        dot(across(area, scale, cost), upward(area, percent, right), 7, colorAt(at)),
      ),
    ],
  };
}

const partNames = {
  queue: 'queue',
  model: 'model',
  tool: 'tools',
  backoff: 'back-off, waiting',
  orchestration: 'orchestration',
};

function timesKnown(variants: readonly VariantSummary[]): boolean {
  return variants.some(({ latencyMs }) => latencyParts.some((part) => latencyMs[part].n > 0));
}

function latencyChart(variants: readonly VariantSummary[]): Chart {
  const height = 110 + rowHeight * variants.length;
  const area = areaOf(height, { left: 130, top: 58 });
  const means = variants.map(({ latencyMs }) => latencyParts.map((part) => latencyMs[part].mean ?? 0));
  const sum = (values: readonly number[]) => values.reduce((total, value) => total + value, 0);
  const scale = scaleTo(Math.max(...means.map(sum)));
  const bars = means.flatMap((parts, row) =>
    parts.map((mean, at) => {
      const from = sum(parts.slice(0, at));
      const [x, end] = [across(area, scale, from), across(area, scale, from + mean)];
      return bar(x, rowAt(area, variants.length, row) - 11, end - x, 22, partColors[at] as string);
    }),
  );
  return {
    title: 'Where the time goes',
    note: 'Mean of a run, by parts.',
    height,
    marks: [
      ...legend(latencyParts.map((part, at) => ({ name: partNames[part], color: partColors[at] as string }))),
      ...acrossAxis(area, scale, 'ms a question'),
      ...rowNames(
        area,
        variants.map(({ variant }) => variant),
      ),
      ...bars,
    ],
  };
}

function labelChart(variants: readonly VariantSummary[]): Chart {
  const present = labels.filter((label) => variants.some((variant) => (variant.labels[label] ?? 0) > 0));
  const height = 90 + rowHeight * present.length;
  const area = areaOf(height, { left: 150, right: 34, top: 34 });
  const shares = variants.map((variant) => present.map((one) => (100 * (variant.labels[one] ?? 0)) / variant.records));
  const scale = scaleTo(Math.max(...shares.flat()), 4);
  const bars = shares.flatMap((of, at) =>
    of.map((share, row) => {
      const y = rowAt(area, present.length, row) + 12 * (at - variants.length / 2);
      return bar(area.left, y, across(area, scale, share) - area.left, 11, colorAt(at));
    }),
  );
  return {
    title: 'What became of the runs',
    note: 'Each has one primary label.',
    height,
    marks: [
      ...legend(variantEntries(variants)),
      ...acrossAxis(area, scale, '% of the runs'),
      ...rowNames(area, present),
      ...bars,
    ],
  };
}

/** Rows are what was expected, columns what was chosen. */
function confusionChart(variant: string, { confusion, share, kappa, n }: Agreement): Chart {
  const { labels: names, counts } = confusion;
  const most = Math.max(1, ...counts.flat());
  const height = 70 + 44 * names.length;
  const area = areaOf(height, { left: 86, top: 10, bottom: 34 });
  const wide = (area.right - area.left) / names.length;
  const cells = counts.flatMap((row, down) =>
    row.flatMap((count, at) => {
      const [x, y] = [area.left + at * wide, rowAt(area, names.length, down)];
      const opacity = count === 0 ? 0.03 : 0.15 + (0.7 * count) / most;
      const cell = bar(x + 2, y - 20, wide - 4, 40, variantColors[1] as string, opacity);
      return [cell, label(x + wide / 2, y, String(count), 'middle')];
    }),
  );
  const below = names.map((name, at) =>
    label(area.left + (at + 0.5) * wide, area.bottom + 14, shortName(name, wide), 'middle'),
  );
  const agreement = `${share === null ? 'unknown' : `${(100 * share).toFixed(0)} %`} of ${n} as expected${kappa === null ? '' : `, kappa ${kappa.toFixed(2)}`}.`;
  return {
    title: `Routing of ${variant}`,
    note: `${agreement} Down: the expected route; across: the chosen one.`,
    height,
    marks: [...rowNames(area, names), ...below, ...cells],
  };
}
