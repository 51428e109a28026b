/** Shows that one arm is not worse than the other by more than a margin. */
import { normalCdf, normalQuantile } from './normal.ts';
import { tangoScore } from './proportions.ts';

/**
 * One-sided p-value of "worse by `margin` or more": Tango's score where every difference is -1, 0 or 1 (one trial,
 * right or wrong), else the mean over its standard error.
 * Source: T. Tango, Statistics in Medicine 17 (1998) 891-908.
 * @param gains candidate minus baseline by question, so that a loss is negative
 * @param margin the largest loss that would be accepted, above 0
 */
export function nonInferiorityP(gains: readonly number[], margin: number): number {
  const n = gains.length;
  if (n < 2) return 1;
  if (gains.every((gain) => gain === 0 || gain === 1 || gain === -1)) {
    const [gained, lost] = [gains.filter((gain) => gain === 1).length, gains.filter((gain) => gain === -1).length];
    return 1 - normalCdf(tangoScore(gained, lost, n, -margin));
  }
  const { mean, sd } = meanAndSd(gains);
  return sd === 0 ? (mean > -margin ? 0 : 1) : 1 - normalCdf((mean + margin) / (sd / Math.sqrt(n)));
}

/** The largest gain that is still plausible: the one-sided upper bound at `level`. */
export function largestPlausible(gains: readonly number[], level: number): number {
  const { mean, sd } = meanAndSd(gains);
  return mean + (normalQuantile(level) * sd) / Math.sqrt(gains.length);
}

/** The sample's standard deviation, n - 1 below; 0 for fewer than two values. */
export function meanAndSd(values: readonly number[]): { mean: number; sd: number } {
  const mean = values.reduce((sum, value) => sum + value, 0) / values.length;
  const squares = values.reduce((sum, value) => sum + (value - mean) ** 2, 0);
  return { mean, sd: values.length < 2 ? 0 : Math.sqrt(squares / (values.length - 1)) };
}
