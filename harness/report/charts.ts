/** The charts of a report: quality, cost, time, labels and routing of each arm. */
import type { CustomSeriesRenderItem, CustomSeriesRenderItemReturn } from 'echarts';
import type { Agreement } from '../agreement.ts';
import type { ArmSummary, Share } from '../comparison/arm-summary.ts';
import { whole } from '../comparison/cells.ts';
import type { ComparedCell } from '../comparison/compare-arms.ts';
import { latencyParts } from '../graded-trial.ts';
import { labels } from '../labels.ts';
import type { Report, ReportArm } from './report.ts';
import { armColors, type Chart, faint, ink, legend, nameAxis, partColors, shortName, valueAxis } from './svg-chart.ts';

export function chartsOf(report: Report): Chart[] {
  const summaries = report.arms.map(({ summary }) => summary);
  const compared = summaries.slice(0, 2);
  return [
    accuracyChart(compared, report.comparison.cells),
    costChart(report.arms),
    ...(timesKnown(summaries) ? [latencyChart(summaries)] : []),
    labelChart(compared),
    ...summaries.filter(({ routing }) => routing.n > 0).map(({ arm, routing }) => confusionChart(arm, routing)),
  ];
}

const rowHeight = 34;

function accuracyChart(arms: readonly ArmSummary[], cells: readonly ComparedCell[]): Chart {
  const found = cells.filter(({ dimension }) => dimension === 'accuracy');
  const rows = [whole, ...Object.keys(arms[0]?.accuracyByRoute ?? {})];
  const shareOf = (arm: ArmSummary, row: string): Share | undefined =>
    row === whole ? arm.accuracy : arm.accuracyByRoute[row];
  return {
    title: 'Right answers',
    note: `by expected route, with 95 % intervals where there is one. ${found.map(({ row, standing }) => `${row}: ${standing}`).join('; ')}.`,
    height: 90 + rowHeight * rows.length,
    option: {
      legend: legend(arms.map(({ arm }) => shortName(arm))),
      grid: { left: 86, right: 24, top: 34, bottom: 44 },
      xAxis: valueAxis('% right', 100),
      yAxis: nameAxis(rows),
      series: arms.map((arm, at) => ({
        ...{ name: shortName(arm.arm), type: 'custom' as const, silent: true, renderItem: dotWithInterval },
        itemStyle: { color: armColors[at] as string },
        data: rows.flatMap((row, place) => {
          const share = shareOf(arm, row);
          if (share === undefined) return [];
          const { mean, interval } = share;
          return [[100 * mean, place, 100 * (interval?.low ?? mean), 100 * (interval?.high ?? mean), (at - 0.5) * 13]];
        }),
      })),
    },
  };
}

/** Values: share, row, low, high, and how far below the row's middle. */
function dotWithInterval(...[, api]: Parameters<CustomSeriesRenderItem>): CustomSeriesRenderItemReturn {
  const [value, row, low, high, below] = [0, 1, 2, 3, 4].map((at) => Number(api.value(at))) as [
    number,
    number,
    number,
    number,
    number,
  ];
  const place = (x: number) => api.coord([x, row])[0] ?? 0;
  const y = (api.coord([value, row])[1] ?? 0) + below;
  const color = api.visual('color') as string;
  return {
    type: 'group',
    children: [
      {
        type: 'line',
        shape: { x1: place(low), y1: y, x2: place(high), y2: y },
        style: { stroke: color, lineWidth: 3 },
      },
      { type: 'circle', shape: { cx: place(value), cy: y, r: 5 }, style: { fill: color } },
    ],
  };
}

/** Dollars where every arm's cost is known and something was paid, else tokens. */
function costChart(arms: readonly ReportArm[]): Chart {
  const costs = arms.map(({ summary }) => summary.costUsd.mean);
  const priced = costs.every((cost) => cost !== null) && costs.some((cost) => cost > 0);
  const points = arms.flatMap(({ summary, tokens }) => {
    const cost = priced ? summary.costUsd.mean : tokens;
    return cost === null ? [] : [{ name: summary.arm, value: [cost, 100 * summary.accuracy.mean] }];
  });
  const unit = priced ? 'US dollars a question' : 'tokens a question';
  return {
    title: 'Cost against quality',
    note:
      points.length === 0 ? 'The logs say neither costs nor tokens.' : 'Right answers grow upward, cost to the right.',
    height: 260,
    option: {
      legend: legend(points.map(({ name }) => shortName(name))),
      grid: { left: 48, right: 30, top: 58, bottom: 44 },
      xAxis: { ...valueAxis(unit), splitNumber: 4 },
      yAxis: { ...valueAxis('% right', 100), nameGap: 32 },
      series: points.map(({ name, value }) => ({
        ...{ name: shortName(name), type: 'scatter' as const, silent: true, symbolSize: 14, data: [value] },
      })),
    },
  };
}

const partNames = {
  queue: 'queue',
  model: 'model',
  tool: 'tools',
  backoff: 'back-off, waiting',
  orchestration: 'orchestration',
};

function timesKnown(arms: readonly ArmSummary[]): boolean {
  return arms.some(({ latencyMs }) => latencyParts.some((part) => latencyMs[part].n > 0));
}

function latencyChart(arms: readonly ArmSummary[]): Chart {
  return {
    title: 'Where the time goes',
    note: 'Mean of a run, by parts.',
    height: 110 + rowHeight * arms.length,
    option: {
      legend: legend(latencyParts.map((part) => partNames[part])),
      grid: { left: 130, right: 24, top: 58, bottom: 44 },
      xAxis: valueAxis('ms a question'),
      yAxis: nameAxis(arms.map(({ arm }) => arm)),
      series: latencyParts.map((part, at) => ({
        itemStyle: { color: partColors[at] as string },
        ...{ name: partNames[part], type: 'bar' as const, stack: 'time', silent: true, barMaxWidth: 22 },
        data: arms.map(({ latencyMs }) => latencyMs[part].mean ?? 0),
      })),
    },
  };
}

function labelChart(arms: readonly ArmSummary[]): Chart {
  const present = labels.filter((label) => arms.some((arm) => (arm.labels[label] ?? 0) > 0));
  return {
    title: 'What became of the runs',
    note: 'Each has one primary label.',
    height: 90 + rowHeight * present.length,
    option: {
      legend: legend(arms.map(({ arm }) => shortName(arm))),
      grid: { left: 150, right: 34, top: 34, bottom: 44 },
      xAxis: { ...valueAxis('% of the runs'), splitNumber: 4 },
      yAxis: nameAxis(present),
      series: arms.map((arm) => ({
        ...{ name: shortName(arm.arm), type: 'bar' as const, silent: true, barMaxWidth: 11 },
        data: present.map((label) => (100 * (arm.labels[label] ?? 0)) / arm.records),
      })),
    },
  };
}

/** Rows are what was expected, columns what was chosen. */
function confusionChart(arm: string, { confusion, share, kappa, n }: Agreement): Chart {
  const { labels: names, counts } = confusion;
  const most = Math.max(1, ...counts.flat());
  const cells = counts.flatMap((row, y) =>
    row.map((count, x) => ({
      value: [x, y, count],
      itemStyle: { opacity: count === 0 ? 0.03 : 0.15 + (0.7 * count) / most },
    })),
  );
  const symbolSize = [Math.floor(320 / names.length), 40];
  const agreement = `${share === null ? 'unknown' : `${(100 * share).toFixed(0)} %`} of ${n} as expected${kappa === null ? '' : `, kappa ${kappa.toFixed(2)}`}.`;
  const axis = { ...nameAxis(names), splitLine: { show: true, lineStyle: { color: faint } } };
  return {
    title: `Routing of ${arm}`,
    note: `${agreement} Down: the expected route; across: the chosen one.`,
    height: 70 + 44 * names.length,
    option: {
      grid: { left: 86, right: 24, top: 10, bottom: 34 },
      xAxis: { ...axis, inverse: false },
      yAxis: axis,
      series: [
        {
          ...{ type: 'scatter', silent: true, symbol: 'rect', symbolSize, data: cells },
          itemStyle: { color: armColors[1] as string },
          label: { show: true, color: ink, opacity: 1, formatter: '{@[2]}' },
        },
      ],
    },
  };
}
