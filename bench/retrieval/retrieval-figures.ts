/** Scores rankings against expected files, with bootstrap intervals and paired differences. */
import { percentileInterval } from '../../harness/statistics/bootstrap.ts';

export const figureNames = ['recall@1', 'recall@5', 'recall@10', 'recall@20', 'hit@5', 'mrr'] as const;
export type FigureName = (typeof figureNames)[number];
/** One query's scores, each between 0 and 1. */
export type Scores = Record<FigureName, number>;
/** A mean with its 95 % interval. */
export type Figure = { mean: number; low: number; high: number };

/** @param ranked paths, best first, each once */
export function scoreRanking(ranked: readonly string[], expected: readonly string[]): Scores {
  const wanted = new Set(expected);
  const recall = (depth: number) => ranked.slice(0, depth).filter((path) => wanted.has(path)).length / wanted.size;
  const first = ranked.findIndex((path) => wanted.has(path));
  return {
    'recall@1': recall(1),
    'recall@5': recall(5),
    'recall@10': recall(10),
    'recall@20': recall(20),
    'hit@5': first >= 0 && first < 5 ? 1 : 0,
    mrr: first < 0 ? 0 : 1 / (first + 1),
  };
}

/** The mean with the percentile bootstrap's 95 % interval (Efron 1979); the same values give the same interval. */
export function bootstrapMean(values: readonly number[]): Figure {
  const mean = values.reduce((sum, value) => sum + value, 0) / values.length;
  return { mean, ...percentileInterval(values, { draws: 2000, seed: 20_251_123 }) };
}

/** Each query's gain of one ranking over the other, as a mean with its interval. */
export function pairedGain(ours: readonly Scores[], theirs: readonly Scores[], name: FigureName): Figure {
  return bootstrapMean(ours.map((scores, at) => scores[name] - (theirs[at]?.[name] ?? 0)));
}
