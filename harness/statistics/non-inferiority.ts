/** Rules a difference out: that one arm is worse, or better, than the other by a margin or more. */
import { normalCdf } from './normal.ts';

/** A score of the mean of values from -1 to 1, such as differences of two shares, that few differences do not mislead. */

/**
 * The score of the hypothesis that the mean is `mean`: standard normal, about, where it is. The variance is that under the
 * hypothesis: of the distribution on -1 to 1 that has this mean and makes the values most likely. It may hold a value that was
 * not seen: where no question differs, a gain of ten points is a whole gain on one question in ten, and not impossible.
 * For values -1, 0 and 1 it is the score of T. Tango, Statistics in Medicine 17 (1998) 891-908; the distribution is that of
 * A. B. Owen, Biometrika 75 (1988) 237-249, with the bounds as possible values (Honda and Takemura, JMLR 16 (2015) 3721-3756).
 * @throws RangeError without a value, for one outside -1 to 1, or for a mean that is not between
 */
export function boundedMeanScore(values: readonly number[], mean: number): number {
  if (values.length === 0 || !values.every((value) => Math.abs(value) <= 1 + rounding))
    throw new RangeError('the values are not shares or differences of shares');
  if (!(Math.abs(mean) < 1)) throw new RangeError(`not a mean between -1 and 1: ${mean}`);
  const counts = [...Map.groupBy(values, (value) => value)];
  const gaps = counts.map(([value, some]) => [value - mean, some.length / values.length] as const);
  const gap = gaps.reduce((sum, [size, share]) => sum + share * size, 0);
  const variance = mostLikelyVariance(
    gap < 0 ? gaps.map(([size, share]) => [-size, share]) : gaps,
    1 + mean * Math.sign(gap),
  );
  return (gap / Math.sqrt(variance)) * Math.sqrt(values.length);
}

const rounding = 1e-9;

/**
 * Shares become share / (1 + tilt x gap), so that the mean gap is 0; what they then lack of 1 lies at the lower bound.
 * @param gaps of each value to the mean, with its share; their mean is 0 or above
 * @param room from the mean down to the lower bound
 */
function mostLikelyVariance(gaps: readonly (readonly [gap: number, share: number])[], room: number): number {
  let [low, high] = [0, 1 / room];
  for (let step = 0; step < 60; step += 1) {
    const tilt = (low + high) / 2;
    if (gaps.reduce((sum, [gap, share]) => sum + (share * gap) / (1 + tilt * gap), 0) > 0) low = tilt;
    else high = tilt;
  }
  const tilted = gaps.map(([gap, share]) => [gap, share / (1 + low * gap)] as const);
  const unseen = Math.max(0, 1 - tilted.reduce((sum, [, share]) => sum + share, 0));
  return tilted.reduce((sum, [gap, share]) => sum + share * gap * gap, unseen * room * room);
}

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
