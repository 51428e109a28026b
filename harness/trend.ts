/** A variant over time: one point a benchmark, broken where what is measured with has changed. */
import { createHash } from 'node:crypto';
import type { PipelineSpec } from '../contracts/pipeline.ts';
import { meanInterval } from './comparison/estimates.ts';
import { workMs } from './comparison/paired-questions.ts';
import { type Share, summarizeVariant } from './comparison/variant-summary.ts';
import type { GradedTrial } from './graded-trial.ts';
import { meanOfAll } from './statistics/mean.ts';
import type { Interval } from './statistics/proportions.ts';

export const trendFigures = ['accuracy', 'waste', 'costUsd', 'latencyMs'] as const;
export type TrendFigure = (typeof trendFigures)[number];

/** Over questions; null where nothing is known, or too few questions are for an interval. */
export type Estimate = { mean: number | null; n: number; interval: Interval | null };

/** What one benchmark found of a variant, and what it was measured with. */
export type Measured = {
  benchmark: string;
  /** ISO 8601. */
  startedAt: string;
  variant: string;
  dataset: string;
  /** That answered, with their dates where the endpoint gives them. */
  models: string[];
  /** Of the pipeline's judge; null: it has none. */
  judge: string | null;
  specHash: string;
} & Record<TrendFigure, Estimate>;

/** `breaks`: why it cannot be held against the point before; `pipelineChanged`: what may have changed the figures. */
export type TrendPoint = Measured & { breaks: string[]; pipelineChanged: boolean };

/** @param trials of one variant, checked, at least one */
export function measured(
  about: Pick<Measured, 'benchmark' | 'startedAt' | 'variant' | 'dataset' | 'specHash'> & { pipeline: PipelineSpec },
  trials: readonly GradedTrial[],
): Measured {
  const { pipeline, ...rest } = about;
  const { accuracy, waste } = summarizeVariant(trials);
  return {
    ...rest,
    models: [...new Set(trials.flatMap(({ models }) => models))].sort(),
    judge: judgeOf(pipeline),
    accuracy: ofShare(accuracy),
    waste: ofShare(waste),
    costUsd: ofAmounts(trials, ({ costUsd }) => costUsd),
    latencyMs: ofAmounts(trials, workMs),
  };
}

/** The points of each variant, oldest first, in the order in which variants first appear. */
export function trendOf(all: readonly Measured[]): Map<string, TrendPoint[]> {
  const sorted = all.toSorted((one, other) => Date.parse(one.startedAt) - Date.parse(other.startedAt));
  const variants = Map.groupBy(sorted, ({ variant }) => variant);
  return new Map(
    [...variants].map(([name, points]) => [
      name,
      points.map((point, at) => {
        const before = points[at - 1];
        const changed = before !== undefined && before.specHash !== point.specHash;
        return { ...point, breaks: before === undefined ? [] : breaksBetween(before, point), pipelineChanged: changed };
      }),
    ]),
  );
}

function breaksBetween(before: Measured, after: Measured): string[] {
  const of = (what: string, one: string, other: string) => (one === other ? [] : [`${what} ${one} → ${other}`]);
  const modelsOf = ({ models }: Measured) => models.join(', ') || 'unknown';
  return [
    ...of('dataset', before.dataset, after.dataset),
    ...of('model', modelsOf(before), modelsOf(after)),
    ...of('judge', before.judge ?? 'none', after.judge ?? 'none'),
  ];
}

/** Its prompt and settings, in eight digits. */
function judgeOf({ gate }: PipelineSpec): string | null {
  const judge = gate?.judge ?? null;
  return judge === null ? null : createHash('sha256').update(JSON.stringify(judge)).digest('hex').slice(0, 8);
}

function ofShare({ mean, n, interval }: Share): Estimate {
  return { mean: n === 0 ? null : mean, n, interval };
}

function ofAmounts(trials: readonly GradedTrial[], of: (trial: GradedTrial) => number | null): Estimate {
  const byQuestion = [...Map.groupBy(trials, ({ question }) => question).values()];
  const means = byQuestion.flatMap((some) => meanOfAll(some.map(of)) ?? []);
  const n = means.length;
  return { mean: n === 0 ? null : means.reduce((sum, mean) => sum + mean, 0) / n, n, interval: meanInterval(means) };
}
