/** Rules a difference out: that one arm is worse, or better, than the other by a margin or more. */
import { boundedMeanScore } from './bounded-mean.ts';
import { normalCdf } from './normal.ts';

/**
 * One-sided p-value of "worse by `margin` or more", by the score of the mean; with one trial, right or wrong, it is
 * Tango's (Statistics in Medicine 17 (1998) 891-908).
 * @param gains candidate minus baseline by question, -1 to 1, so that a loss is negative
 * @param margin the largest loss that would be accepted, above 0
 * @returns 1 for fewer than two questions
 */
export function nonInferiorityP(gains: readonly number[], margin: number): number {
  return gains.length < 2 ? 1 : above(boundedMeanScore(gains, -margin));
}

/** One-sided p-value of "better by `margin` or more". */
export function gainRuledOutP(gains: readonly number[], margin: number): number {
  return nonInferiorityP(
    gains.map((gain) => -gain),
    margin,
  );
}

/**
 * One-sided p-value of "the baseline takes `ratio` times as much as the candidate, or more": the score of `ratioInterval`,
 * asked at one ratio.
 * @returns 1 where nothing differs from that ratio, and for fewer than two questions
 */
export function savingRuledOutP(baseline: readonly number[], candidate: readonly number[], ratio: number): number {
  const short = candidate.map((value, at) => ratio * value - (baseline[at] ?? 0));
  const squares = short.reduce((sum, value) => sum + value * value, 0);
  if (short.length < 2 || squares === 0) return 1;
  return above(short.reduce((sum, value) => sum + value, 0) / Math.sqrt(squares));
}

/** The normal distribution's area above; never 0. */
function above(z: number): number {
  return Math.max(1e-250, normalCdf(-z));
}

/** The sample's standard deviation, n - 1 below; 0 for fewer than two values. */
export function meanAndSd(values: readonly number[]): { mean: number; sd: number } {
  const mean = values.reduce((sum, value) => sum + value, 0) / values.length;
  const squares = values.reduce((sum, value) => sum + (value - mean) ** 2, 0);
  return { mean, sd: values.length < 2 ? 0 : Math.sqrt(squares / (values.length - 1)) };
}
