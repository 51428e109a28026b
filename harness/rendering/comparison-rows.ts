/** Writes the figures of a comparison as words: one row a cell, one sentence a verdict. */
import type { ComparedCell, Comparison } from '../comparison/compare-variants.ts';
import type { ScoreFigure } from '../comparison/own-score-figures.ts';
import type { Verdict } from '../comparison/verdict.ts';
import { chance, dollars, percent, points, seconds, times } from './figures.ts';

export const cellHead = [
  'row',
  'dimension',
  'questions',
  'baseline',
  'candidate',
  'effect',
  '95 % interval',
  'p gain',
  'p harm',
  'standing',
];

/** One row of cells as text, in the order of `cellHead`. */
export function cellRow(cell: ComparedCell): string[] {
  const { row, dimension, n, interval, standing } = cell;
  const ratio = dimension === 'cost' || dimension === 'latency';
  const amount = { accuracy: percent, waste: percent, cost: dollars, latency: seconds }[dimension];
  const effect = ratio ? times : points;
  const between = interval === null ? '–' : `${effect(interval.low)} to ${effect(interval.high)}`;
  return [
    row,
    dimension,
    String(n),
    amount(cell.baseline),
    amount(cell.candidate),
    effect(cell.effect),
    between,
    chance(cell.pGain),
    chance(cell.pHarm),
    standing,
  ];
}

export function verdictSentence(verdict: Verdict): string {
  const names = (cells: readonly { row: string; dimension: string }[]) =>
    cells.map(({ row, dimension }) => `${dimension} of ${row}`).join(', ');
  switch (verdict.kind) {
    case 'justified':
      return `justified: better in ${names(verdict.better)}`;
    case 'not-justified': {
      const though = verdict.better.length === 0 ? '' : `, though better in ${names(verdict.better)}`;
      return verdict.because === 'worse'
        ? `not justified: worse in ${names(verdict.worse)}${though}`
        : 'not justified: no worthwhile gain in any cell';
    }
    case 'undecided': {
      const better = verdict.better.length === 0 ? '' : `; better in ${names(verdict.better)}`;
      const open = verdict.harmOpen.length === 0 ? '' : `; harm is open in ${names(verdict.harmOpen)}`;
      const needs = verdict.needs.filter(({ have, need }) => need > have);
      const more = needs.map(({ row, have, need }) => `${row} has ${have}, needs about ${need}`).join('; ');
      return `undecided: too few questions${more === '' ? '' : ` (${more})`}${better}${open}`;
    }
    case 'not-comparable':
      return `not comparable: ${verdict.reasons.join('; ')}`;
  }
}

/** What a grader of one's own says of both variants. */
export function scoreSentence({ n, baseline, candidate, effect, interval, unknown }: ScoreFigure): string {
  const without = unknown === 0 ? '' : `; ${unknown} questions have no score in both`;
  if (baseline === null || candidate === null || effect === null) return `no question has a score in both${without}`;
  const between = interval === null ? 'too few for an interval' : `${points(interval.low)} to ${points(interval.high)}`;
  return `baseline ${percent(baseline)}, candidate ${percent(candidate)}, ${points(effect)} points (${between}) on ${n} questions${without}`;
}

/** Verdicts, then what a reader must know to trust them; one line each. */
export function comparisonLines({
  verdict,
  routes,
  notes,
  differences,
  questions,
  trials,
  scores,
}: Comparison): string[] {
  return [
    `verdict: ${verdictSentence(verdict)}`,
    ...Object.entries(routes).map(([route, each]) => `route ${route}: ${verdictSentence(each)}`),
    `${questions} questions; trials: ${trials.baseline} and ${trials.candidate}`,
    ...scores.map((score) => `grader ${score.grader}: ${scoreSentence(score)}`),
    ...differences.map(
      ({ path, baseline, candidate }) => `differs: ${path}: ${brief(baseline)} against ${brief(candidate)}`,
    ),
    ...notes.map((note) => `note: ${note}`),
  ];
}

function brief(value: unknown): string {
  const text = JSON.stringify(value) ?? 'absent';
  return text.length <= 80 ? text : `${text.slice(0, 77)}...`;
}
