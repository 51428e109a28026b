/** Intervals that hold their 95 %, or none: below these counts simulation found coverage outside 93 to 97 % ("too few"). */
import { bcaInterval } from '../statistics/bootstrap.ts';
import { meanAndSd } from '../statistics/non-inferiority.ts';
import { type Interval, tangoInterval, wilsonInterval } from '../statistics/proportions.ts';
import { ratioInterval } from '../statistics/ratio.ts';

/** Questions, or questions on which the variants differ, from which on an interval is printed. */
export const enough = { shares: 30, nested: 40, ratios: 60, differing: 8 } as const;
/** Above it the bootstrap and the normal interval agree to three digits, and resampling takes seconds. */
const resampledUpTo = 3000;
const drawing = { draws: 1999, seed: 20_251_123 };

/** @param means by question: 0 or 1 with one trial (Wilson), else shares of trials (BCa) */
export function shareInterval(means: readonly number[]): Interval | null {
  if (means.every((mean) => mean === 0 || mean === 1))
    return means.length < enough.shares
      ? null
      : wilsonInterval(means.filter((mean) => mean === 1).length, means.length);
  return meanInterval(means);
}

/** @param differences by question: -1, 0 or 1 with one trial (Tango), else differences of shares (BCa) */
export function differenceInterval(differences: readonly number[]): Interval | null {
  const differing = differences.filter((difference) => difference !== 0);
  if (differing.length < enough.differing) return null;
  if (!differing.every((difference) => Math.abs(difference) === 1)) return meanInterval(differences);
  const gained = differing.filter((difference) => difference > 0).length;
  return differences.length < enough.shares
    ? null
    : tangoInterval(gained, differing.length - gained, differences.length);
}

/** Candidate over baseline. */
export function ratioEstimate(candidate: readonly number[], baseline: readonly number[]): Interval | null {
  return candidate.length < enough.ratios ? null : ratioInterval(candidate, baseline);
}

/** Of a mean over questions; null where there are too few. */
export function meanInterval(values: readonly number[]): Interval | null {
  if (values.length < enough.nested) return null;
  if (values.length <= resampledUpTo) return bcaInterval([values], ([mean = Number.NaN]) => mean, drawing);
  const { mean, sd } = meanAndSd(values);
  const half = (1.959963984540054 * sd) / Math.sqrt(values.length);
  return { low: mean - half, high: mean + half };
}
