/** What one variant did by itself: quality, waste, routing, cost, latency by parts, retries and abstention. */
import { quantileSorted } from 'simple-statistics';
import { type Agreement, agreementOf } from '../agreement.ts';
import { type GradedTrial, type LatencyParts, latencyParts } from '../graded-trial.ts';
import type { Interval } from '../statistics/proportions.ts';
import { shareInterval } from './estimates.ts';
import { workMs } from './paired-questions.ts';

/** A mean of per-question means; the interval is null where there are too few questions. */
export type Share = { mean: number; n: number; interval: Interval | null };
/** `n` of the records had a known value. */
export type Amount = { n: number; mean: number | null; p50: number | null; p95: number | null; total: number };

export type VariantSummary = {
  variant: string;
  questions: number;
  records: number;
  accuracy: Share;
  accuracyByRoute: Record<string, Share>;
  waste: Share;
  abstention: Share;
  /** The first trial of each question that expects a route and was given one. */
  routing: Agreement;
  costUsd: Amount;
  latencyMs: Record<keyof LatencyParts | 'work', Amount>;
  retries: Amount;
  errors: number;
  ungraded: number;
  labels: Record<string, number>;
};

/** @param trials of one variant, checked, at least one */
export function summarizeVariant(trials: readonly GradedTrial[]): VariantSummary {
  const graded = trials.filter(({ correct }) => correct !== null);
  const routes = Map.groupBy(
    graded.filter(({ expectedRoute }) => expectedRoute !== null),
    ({ expectedRoute }) => expectedRoute ?? '',
  );
  const accuracy = (some: readonly GradedTrial[]) => share(some, ({ correct }) => correct ?? 0);
  const sorted = [...routes].sort(([one], [other]) => (one < other ? -1 : 1));
  return {
    variant: trials[0]?.variant ?? '',
    questions: new Set(trials.map(({ question }) => question)).size,
    records: trials.length,
    accuracy: accuracy(graded),
    accuracyByRoute: Object.fromEntries(sorted.map(([route, some]) => [route, accuracy(some)])),
    waste: shareOfKnown(graded, ({ wasteful }) => wasteful),
    abstention: shareOfKnown(trials, ({ abstained }) => abstained),
    routing: routingOf(trials),
    costUsd: amount(trials.map(({ costUsd }) => costUsd)),
    latencyMs: latencyOf(trials),
    retries: amount(trials.map(({ retries }) => retries)),
    errors: trials.filter(({ error }) => error).length,
    ungraded: trials.length - graded.length,
    labels: countsOf(trials.map(({ label }) => label)),
  };
}

/** Of the trials of which it is known; `n` is 0 where it is known of none. */
function shareOfKnown(trials: readonly GradedTrial[], of: (trial: GradedTrial) => boolean | null): Share {
  return share(
    trials.filter((trial) => of(trial) !== null),
    (trial) => Number(of(trial)),
  );
}

function share(trials: readonly GradedTrial[], of: (trial: GradedTrial) => number): Share {
  const means = [...Map.groupBy(trials, ({ question }) => question).values()].map(
    (some) => some.reduce((sum, trial) => sum + of(trial), 0) / some.length,
  );
  const n = means.length;
  return { n, mean: n === 0 ? 0 : means.reduce((sum, mean) => sum + mean, 0) / n, interval: shareInterval(means) };
}

function routingOf(trials: readonly GradedTrial[]): Agreement {
  const first = new Map<string, GradedTrial>();
  for (const trial of trials) if (!first.has(trial.question)) first.set(trial.question, trial);
  const pairs = [...first.values()].flatMap(({ expectedRoute: expected, route: actual }) =>
    expected === null || actual === null ? [] : [{ expected, actual }],
  );
  return agreementOf(pairs);
}

function latencyOf(trials: readonly GradedTrial[]): VariantSummary['latencyMs'] {
  const parts = (['total', ...latencyParts] as const).map((part) => [
    part,
    amount(trials.map((trial) => trial.latencyMs[part])),
  ]);
  return { ...Object.fromEntries(parts), work: amount(trials.map(workMs)) };
}

function amount(values: readonly (number | null)[]): Amount {
  const known = values.filter((value) => value !== null).sort((one, other) => one - other);
  const total = known.reduce((sum, value) => sum + value, 0);
  if (known.length === 0) return { n: 0, mean: null, p50: null, p95: null, total };
  const [p50, p95] = [quantileSorted(known, 0.5), quantileSorted(known, 0.95)];
  return { n: known.length, mean: total / known.length, p50, p95, total };
}

function countsOf(names: readonly string[]): Record<string, number> {
  const groups = [...Map.groupBy(names, (name) => name)].sort(([one], [other]) => (one < other ? -1 : 1));
  return Object.fromEntries(groups.map(([name, some]) => [name, some.length]));
}
