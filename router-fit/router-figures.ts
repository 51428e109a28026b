/** How good a router is on questions that it has not seen: agreement, kappa, Brier score, calibration, risk by coverage. */
import { cohensKappa, type ConfusionMatrix } from '../harness/agreement.ts';
import { bcaInterval } from '../harness/statistics/bootstrap.ts';
import { type Interval, wilsonInterval } from '../harness/statistics/proportions.ts';
import { seededRandom } from '../lib/random.ts';
import type { OutOfFold, Unseen } from './cross-validation.ts';

export type ReliabilityBin = {
  /** Of one repetition. */
  questions: number;
  /** Mean probability of the route that was named. */
  confidence: number;
  /** Share in which it was the expected one. */
  agreed: number;
};

export type Calibration = {
  /** Expected calibration error: how far confidence and agreement lie apart, on average over five bins of equal size. */
  error: number;
  /** The error of a router whose probabilities are exactly right, by chance alone: its mean, and what 95 % of such stay below. */
  perfect: { mean: number; atMost: number };
  bins: ReliabilityBin[];
};

export type RiskAtCoverage = { probability: number; coverage: number; risk: number; riskAtMost: number };

export type RouterFigures = {
  questions: number;
  folds: number;
  repetitions: number;
  /** Mean over the repetitions; the interval is over questions, those of `lowest` and `highest` over repetitions. */
  agreement: { mean: number; interval: Interval; lowest: number; highest: number };
  /** Of the mean confusion; null where there is one route only. */
  kappa: number | null;
  macroF1: number;
  /** Counts are means over the repetitions. */
  confusion: ConfusionMatrix;
  brier: number;
  /** Of a router that gives every question the shares of the labels. */
  brierOfConstant: number;
  calibration: Calibration;
  /** From all questions down to the surest. */
  riskCoverage: RiskAtCoverage[];
};

export const calibrationBins = 5;
const simulations = 500;

/** All figures of what a router said of questions that it had not seen; intervals are 95 %. */
export function routerFigures({ routes, folds, repetitions }: OutOfFold): RouterFigures {
  const all = repetitions.flat();
  const shares = repetitions.map((unseen) => mean(unseen.map(agrees)));
  const confusion = meanConfusion(routes, repetitions);
  const questions = repetitions[0]?.length ?? 0;
  return {
    questions,
    folds,
    repetitions: repetitions.length,
    agreement: {
      mean: mean(shares),
      interval: agreementInterval(all),
      lowest: Math.min(...shares),
      highest: Math.max(...shares),
    },
    kappa: cohensKappa(confusion),
    macroF1: macroF1(confusion),
    confusion,
    brier: mean(all.map(brierOf)),
    brierOfConstant: 1 - confusion.counts.reduce((sum, row) => sum + (total(row) / questions) ** 2, 0),
    calibration: calibrationOf(repetitions),
    riskCoverage: riskCoverage(all, questions),
  };
}

export const confidenceOf = ({ probabilities }: Unseen): number => Math.max(...probabilities);
export const agrees = (unseen: Unseen): number =>
  Number(unseen.probabilities.indexOf(confidenceOf(unseen)) === unseen.truth);

function brierOf({ truth, probabilities }: Unseen): number {
  return probabilities.reduce((sum, chance, route) => sum + (chance - Number(route === truth)) ** 2, 0);
}

/** Repetitions ask the same questions again, so questions are what is drawn: each brings its share of right repetitions. */
function agreementInterval(all: readonly Unseen[]): Interval {
  const byQuestion = [...Map.groupBy(all, ({ question }) => question).values()].map((own) => mean(own.map(agrees)));
  const drawn = bcaInterval([byQuestion], ([share = Number.NaN]) => share);
  const wilson = wilsonInterval(Math.round(total(byQuestion)), byQuestion.length);
  // What was never drawn wrong is no proof; the wider of the two is told.
  return drawn === null ? wilson : { low: Math.min(drawn.low, wilson.low), high: Math.max(drawn.high, wilson.high) };
}

function meanConfusion(routes: string[], repetitions: readonly (readonly Unseen[])[]): ConfusionMatrix {
  const counts = routes.map(() => routes.map(() => 0));
  for (const unseen of repetitions.flat()) {
    const row = counts[unseen.truth];
    const named = unseen.probabilities.indexOf(confidenceOf(unseen));
    if (row !== undefined) row[named] = (row[named] ?? 0) + 1 / repetitions.length;
  }
  return { labels: routes, counts };
}

function macroF1({ counts }: ConfusionMatrix): number {
  return mean(
    counts.map((row, at) => {
      const both = total(row) + total(counts.map((other) => other[at] ?? 0));
      return both === 0 ? 0 : (2 * (row[at] ?? 0)) / both;
    }),
  );
}

function calibrationOf(repetitions: readonly (readonly Unseen[])[]): Calibration {
  const sorted = repetitions.map(sortedBySureness);
  const binned = sorted.map((unseen) => reliability(unseen, ({ unseen: one }) => agrees(one)));
  const random = seededRandom(17);
  const simulated = Array.from({ length: simulations }, (_, draw) => {
    const unseen = sorted[draw % sorted.length] ?? [];
    return errorOf(reliability(unseen, ({ confidence }) => Number(random() < confidence)));
  }).toSorted((a, b) => a - b);
  return {
    error: mean(binned.map(errorOf)),
    perfect: { mean: mean(simulated), atMost: simulated[Math.floor(simulations * 0.95)] ?? 0 },
    bins: (binned[0] ?? []).map((_, bin) => {
      const own = binned.flatMap((bins) => bins[bin] ?? []);
      return {
        questions: Math.round(mean(own.map(({ questions }) => questions))),
        confidence: mean(own.map(({ confidence }) => confidence)),
        agreed: mean(own.map(({ agreed }) => agreed)),
      };
    }),
  };
}

type Sureness = { unseen: Unseen; confidence: number };

/** The least sure questions first. */
function sortedBySureness(all: readonly Unseen[]): Sureness[] {
  return all
    .map((unseen) => ({ unseen, confidence: confidenceOf(unseen) }))
    .toSorted((a, b) => a.confidence - b.confidence || a.unseen.question - b.unseen.question);
}

/** Bins of equal size, in the given order. */
function reliability(sorted: readonly Sureness[], isRight: (one: Sureness) => number): ReliabilityBin[] {
  const edge = (bin: number) => Math.round((bin * sorted.length) / calibrationBins);
  return Array.from({ length: calibrationBins }, (_, bin) => sorted.slice(edge(bin), edge(bin + 1)))
    .filter((members) => members.length > 0)
    .map((members) => ({
      questions: members.length,
      confidence: mean(members.map(({ confidence }) => confidence)),
      agreed: mean(members.map(isRight)),
    }));
}

function errorOf(bins: readonly ReliabilityBin[]): number {
  const all = total(bins.map(({ questions }) => questions));
  return total(bins.map(({ questions, confidence, agreed }) => (questions / all) * Math.abs(confidence - agreed)));
}

const coverageSteps = 20;

/** How often the surest are wrong, and what that may be in truth (95 %, by the number of questions, not of repetitions). */
function riskCoverage(all: readonly Unseen[], questions: number): RiskAtCoverage[] {
  const sorted = all.toSorted((a, b) => confidenceOf(b) - confidenceOf(a));
  return Array.from({ length: coverageSteps }, (_, step) => {
    const coverage = 1 - step / coverageSteps;
    const kept = sorted.slice(0, Math.max(1, Math.round(coverage * sorted.length)));
    const risk = 1 - mean(kept.map(agrees));
    const many = Math.max(1, Math.round(coverage * questions));
    const last = kept.at(-1);
    return {
      probability: last === undefined ? 1 : confidenceOf(last),
      coverage,
      risk,
      riskAtMost: wilsonInterval(Math.round(risk * many), many).high,
    };
  });
}

/** The lowest probability at which the surest questions are wrong no more often than `risk`; null: at none. */
export function probabilityAtRisk(curve: readonly RiskAtCoverage[], risk: number): RiskAtCoverage | null {
  return curve.toSorted((a, b) => b.coverage - a.coverage).find((point) => point.risk <= risk) ?? null;
}

const total = (values: readonly number[]): number => values.reduce((sum, value) => sum + value, 0);
const mean = (values: readonly number[]): number => (values.length === 0 ? 0 : total(values) / values.length);
