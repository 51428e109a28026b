/** How small a difference a number of questions can show, and how many questions a difference needs. */
import { normalQuantile } from './normal.ts';

/** `alpha` is one-sided; `power` the chance to find a difference that is there. */
export type Sensitivity = { alpha: number; power: number };

/**
 * Smallest mean of paired differences that is found with the wanted power, by the normal approximation.
 * Source: J. M. Lachin, Controlled Clinical Trials 2 (1981) 93-113.
 * @param sd standard deviation of the per-question differences
 */
export function detectableDifference(questions: number, sd: number, { alpha, power }: Sensitivity): number {
  return questions < 1 ? Infinity : ((normalQuantile(1 - alpha) + normalQuantile(power)) * sd) / Math.sqrt(questions);
}

/** Questions at which `difference` is found with the wanted power. */
export function questionsNeeded(difference: number, sd: number, { alpha, power }: Sensitivity): number {
  return Math.max(1, Math.ceil((((normalQuantile(1 - alpha) + normalQuantile(power)) * sd) / difference) ** 2));
}

/**
 * Standard deviation of per-question differences before anything is measured: two arms of like quality.
 * @param disagreement share of questions on which one trial of each arm differs; 0.25 is usual for models of one kind
 */
export function expectedSd(trials: number, disagreement = 0.25): number {
  return Math.sqrt(disagreement / Math.max(1, trials));
}
