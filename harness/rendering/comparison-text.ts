/** Renders a comparison for terminals, Markdown, spreadsheets and programs. */
import { snakeKeys } from '../../lib/snake-keys.ts';
import { padToWidth, widthOf } from '../../lib/terminal-width.ts';
import type { Comparison } from '../comparison/compare-variants.ts';
import { markdownText } from './figures.ts';
import { cellHead, cellRow, comparisonLines } from './comparison-rows.ts';

/** A table with aligned columns, then the verdicts. */
export function comparisonText(comparison: Comparison): string {
  const rows = [cellHead, ...comparison.cells.map(cellRow)];
  const widths = cellHead.map((_, at) => Math.max(...rows.map((row) => widthOf(row[at] ?? ''))));
  const lines = rows.map((row) =>
    row
      .map((text, at) => padToWidth(text, widths[at] ?? 0))
      .join('  ')
      .trimEnd(),
  );
  return `${[...lines, '', ...comparisonLines(comparison)].join('\n')}\n`;
}

export function comparisonMarkdown(comparison: Comparison): string {
  const line = (cells: readonly string[]) => `| ${cells.map(markdownText).join(' | ')} |`;
  const { baseline, candidate } = comparison;
  return [
    `# ${markdownText(candidate.variant)} against ${markdownText(baseline.variant)}`,
    '',
    ...comparisonLines(comparison).map((each) => `- ${markdownText(each)}`),
    '',
    line(cellHead),
    line(cellHead.map(() => '---')),
    ...comparison.cells.map((cell) => line(cellRow(cell))),
    '',
  ].join('\n');
}

/** RFC 4180; numbers as they are, an empty field where there is none. */
export function comparisonCsv({ cells }: Comparison): string {
  const head = [
    'row',
    'dimension',
    'n',
    'differing',
    'baseline',
    'candidate',
    'effect',
    'low',
    'high',
    'test',
    'p',
    'p_gain',
    'p_harm',
    'standing',
  ];
  const rows = cells.map((cell) => [
    cell.row,
    cell.dimension,
    cell.n,
    cell.differing,
    cell.baseline,
    cell.candidate,
    cell.effect,
    cell.interval?.low ?? null,
    cell.interval?.high ?? null,
    cell.test,
    cell.p,
    cell.pGain,
    cell.pHarm,
    cell.standing,
  ]);
  return [head, ...rows].map((row) => `${row.map(csvField).join(',')}\r\n`).join('');
}

/** Fields whose keys are names of routes and labels, or whose values are parts of pipelines. */
export const comparisonData = {
  'plan.margins.routes': 'map',
  'baseline.accuracyByRoute': 'map',
  'baseline.labels': 'map',
  'candidate.accuracyByRoute': 'map',
  'candidate.labels': 'map',
  routes: 'map',
  'differences.baseline': 'verbatim',
  'differences.candidate': 'verbatim',
} as const;

/** Infinite ratios and those of nothing over nothing become null. */
export function comparisonJson(comparison: Comparison): string {
  return `${JSON.stringify(snakeKeys(comparison, comparisonData))}\n`;
}

/** A text that a spreadsheet would take for a formula gets an apostrophe. */
function csvField(value: string | number | null): string {
  if (typeof value === 'number') return Number.isFinite(value) ? String(value) : '';
  const text = /^[=+\-@\t\r]/.test(value ?? '') ? `'${value}` : (value ?? '');
  return /[",\r\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
}
