/** What share of answers is right, where an imperfect judge has said so of each: its own rates are taken out. */
import { normalQuantile } from '../statistics/normal.ts';
import type { Interval } from '../statistics/proportions.ts';

/** So many of `n` were judged as they should be: right ones as right, or wrong ones as wrong. */
export type JudgedRate = { yes: number; n: number };

export type CorrectedRate = {
  /** (p + TNR - 1) / (TPR + TNR - 1), cut to 0 to 1. */
  rate: number;
  interval: Interval;
};

const z = normalQuantile(0.975);

/**
 * The estimate is that of W. J. Rogan and B. Gladen, American Journal of Epidemiology 107 (1978) 71-76; the 95 % interval, which
 * takes in that all three rates are estimates, that of Z. Lang and J. Reiczigel, Preventive Veterinary Medicine 113 (2014) 13-22.
 * @param judged answers that the judge calls right, of all that it judged; others than those that it was calibrated by
 * @param truePositive of answers that are right: how many it calls right
 * @param trueNegative of answers that are wrong: how many it calls wrong
 * @returns null where it tells right from wrong no better than chance, or one of the three has no answers
 */
export function correctedRate(
  judged: JudgedRate,
  truePositive: JudgedRate,
  trueNegative: JudgedRate,
): CorrectedRate | null {
  if (judged.n === 0 || truePositive.n === 0 || trueNegative.n === 0) return null;
  const told = truePositive.yes / truePositive.n + trueNegative.yes / trueNegative.n - 1;
  if (told <= 0) return null;
  const rate = (judged.yes / judged.n + trueNegative.yes / trueNegative.n - 1) / told;
  return { rate: within(rate), interval: intervalOf(judged, truePositive, trueNegative) };
}

function intervalOf(judged: JudgedRate, truePositive: JudgedRate, trueNegative: JudgedRate): Interval {
  const n = judged.n + z * z;
  const p = (judged.yes + (z * z) / 2) / n;
  const [positives, negatives] = [truePositive.n + 2, trueNegative.n + 2];
  const sensitivity = (truePositive.yes + 1) / positives;
  const specificity = (trueNegative.yes + 1) / negatives;
  const told = sensitivity + specificity - 1;
  if (told <= 0) return { low: 0, high: 1 };
  const rate = (p + specificity - 1) / told;
  const [ofSensitivity, ofSpecificity] = [
    (sensitivity * (1 - sensitivity)) / positives,
    (specificity * (1 - specificity)) / negatives,
  ];
  const shift = 2 * z * z * (rate * ofSensitivity - (1 - rate) * ofSpecificity);
  const variance = (p * (1 - p)) / n + rate ** 2 * ofSensitivity + (1 - rate) ** 2 * ofSpecificity;
  const half = (z * Math.sqrt(variance)) / told;
  return { low: within(rate + shift - half), high: within(rate + shift + half) };
}

const within = (share: number) => Math.min(1, Math.max(0, share));
