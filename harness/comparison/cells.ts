/** Cuts a comparison into cells: each route and the whole, by accuracy, waste, cost and latency. */
import type { ComparisonPlan } from '../../contracts/evaluation/comparison-plan.ts';
import { meanAndSd } from '../statistics/non-inferiority.ts';
import { type NullDistribution, nullDistribution } from '../statistics/null-distribution.ts';
import { seedFor } from '../../lib/random.ts';
import type { VariantMeans, PairedQuestion } from './paired-questions.ts';

export const dimensions = ['accuracy', 'waste', 'cost', 'latency'] as const;
export type Dimension = (typeof dimensions)[number];
/** The row of every question. */
export const whole = '(all)';

export type Cell = {
  /** A route, or `(all)`. */
  row: string;
  dimension: Dimension;
  /** Questions of the row whose value is known in both variants, and those where it is not. */
  n: number;
  unknown: number;
  /** Values by question, in one order. */
  baseline: number[];
  candidate: number[];
  /** Positive is better for the candidate, by question. */
  gains: number[];
  gain: number;
  sd: number;
  /** Difference of the means, candidate minus baseline; for cost and latency their ratio, `NaN` for nothing over nothing. */
  effect: number;
  /** In the unit of `gain`: smaller differences do not count, and this one would be worth having. */
  margin: number;
  worthwhile: number;
  chance: NullDistribution;
};

/** Cells without a single question are left out. Routes come in order of their names. */
export function cellsOf(pairs: readonly PairedQuestion[], plan: ComparisonPlan): Cell[] {
  const routes = Map.groupBy(
    pairs.filter(({ route }) => route !== null),
    ({ route }) => route ?? '',
  );
  const rows: [string, readonly PairedQuestion[]][] = [[whole, pairs]];
  const sorted = [...routes].sort(([one], [other]) => (one < other ? -1 : 1));
  if (routes.size > 1) rows.push(...sorted);
  return rows.flatMap(([row, questions]) => dimensions.flatMap((dimension) => cellOf(row, dimension, questions, plan)));
}

const readings: Record<Dimension, (means: VariantMeans) => number | null> = {
  accuracy: ({ accuracy }) => accuracy,
  waste: ({ waste }) => waste,
  cost: ({ costUsd }) => costUsd,
  latency: ({ workMs }) => workMs,
};

function cellOf(row: string, dimension: Dimension, questions: readonly PairedQuestion[], plan: ComparisonPlan): Cell[] {
  const read = readings[dimension];
  const baseline: number[] = [];
  const candidate: number[] = [];
  for (const question of questions) {
    const [one, other] = [read(question.baseline), read(question.candidate)];
    if (one === null || other === null) continue;
    baseline.push(one);
    candidate.push(other);
  }
  const n = baseline.length;
  if (n === 0) return [];
  const sign = dimension === 'accuracy' ? 1 : -1;
  const gains = candidate.map((value, at) => sign * (value - (baseline[at] ?? 0)));
  const { mean: gain, sd } = meanAndSd(gains);
  const [before, after] = [meanAndSd(baseline).mean, meanAndSd(candidate).mean];
  const ratio = dimension === 'cost' || dimension === 'latency';
  const chance = nullDistribution(gains, { draws: plan.draws, seed: seedFor(plan.seed, `${row} ${dimension}`) });
  const bounds = boundsOf(row, dimension, before + after, plan);
  const effect = ratio ? after / before : after - before;
  return [
    {
      row,
      dimension,
      n,
      unknown: questions.length - n,
      baseline,
      candidate,
      gains,
      gain,
      sd,
      effect,
      chance,
      ...bounds,
    },
  ];
}

/**
 * A ratio becomes a difference: exchanging the variants of a question leaves the sum of both means as it is, so candidate /
 * baseline >= r is the same event as a difference of at least sum x (r - 1) / (r + 1).
 */
function boundsOf(row: string, dimension: Dimension, sum: number, { margins, worthwhile }: ComparisonPlan) {
  const ofRatio = (ratio: number) => (sum * (ratio - 1)) / (ratio + 1);
  switch (dimension) {
    case 'accuracy':
      return row === whole
        ? { margin: margins.accuracy, worthwhile: worthwhile.accuracy }
        : { margin: margins.routes[row] ?? margins.route, worthwhile: worthwhile.route };
    case 'waste':
      return { margin: margins.waste, worthwhile: worthwhile.waste };
    case 'cost':
      return { margin: ofRatio(margins.costRatio), worthwhile: ofRatio(margins.costRatio) };
    case 'latency':
      return { margin: ofRatio(margins.latencyRatio), worthwhile: ofRatio(margins.latencyRatio) };
  }
}
