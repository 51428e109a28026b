/** Turns scores into probabilities that mean something: one sigmoid a route, fitted on questions that the router had not seen. */
import { softmax } from './logistic-regression.ts';

export type Sigmoid = { slope: number; intercept: number };

/**
 * Platt's fit by Newton's method, with his targets for few examples.
 * Sources: J. Platt, Advances in Large Margin Classifiers (1999) 61-74; H.-T. Lin et al., Machine Learning 68 (2007) 267-276.
 */
export function fitSigmoid(scores: readonly number[], positive: readonly boolean[]): Sigmoid {
  const many = positive.filter(Boolean).length;
  const targets = positive.map((is) => (is ? (many + 1) / (many + 2) : 1 / (positive.length - many + 2)));
  let sigmoid = { slope: 1, intercept: 0 };
  for (let step = 0; step < 50; step += 1) {
    // A little curvature, so that scores which do not vary end the fit instead of breaking it.
    let [slopeSlope, slopeIntercept, interceptIntercept] = [1e-3, 0, 1e-3];
    let [toSlope, toIntercept] = [1e-3 * (sigmoid.slope - 1), 1e-3 * sigmoid.intercept];
    for (const [at, score] of scores.entries()) {
      const chance = logistic(sigmoid.slope * score + sigmoid.intercept);
      const weight = Math.max(1e-9, chance * (1 - chance));
      slopeSlope += weight * score * score;
      slopeIntercept += weight * score;
      interceptIntercept += weight;
      toSlope += (chance - (targets[at] ?? 0)) * score;
      toIntercept += chance - (targets[at] ?? 0);
    }
    const determinant = slopeSlope * interceptIntercept - slopeIntercept * slopeIntercept;
    const bySlope = (interceptIntercept * toSlope - slopeIntercept * toIntercept) / determinant;
    const byIntercept = (slopeSlope * toIntercept - slopeIntercept * toSlope) / determinant;
    const brake = Math.min(1, 2 / Math.max(Math.abs(bySlope), Math.abs(byIntercept), 1e-12));
    sigmoid = { slope: sigmoid.slope - brake * bySlope, intercept: sigmoid.intercept - brake * byIntercept };
    if (Math.abs(bySlope) + Math.abs(byIntercept) < 1e-8) break;
  }
  return sigmoid;
}

/** The log odds that softmax gives to each class: slope 1 and intercept 0 leave its probabilities as they are. */
export function logOdds(scores: readonly number[]): number[] {
  return softmax(scores).map((chance) => {
    const bounded = Math.min(1 - 1e-9, Math.max(1e-9, chance));
    return Math.log(bounded / (1 - bounded));
  });
}

/** Each class's own probability, brought to a sum of 1. */
export function calibrated(scores: readonly number[], sigmoids: readonly Sigmoid[]): number[] {
  const chances = logOdds(scores).map((odds, at) => {
    const { slope, intercept } = sigmoids[at] ?? { slope: 1, intercept: 0 };
    return logistic(slope * odds + intercept);
  });
  const total = chances.reduce((sum, chance) => sum + chance, 0);
  return total > 0 ? chances.map((chance) => chance / total) : chances.map(() => 1 / chances.length);
}

const logistic = (value: number): number => 1 / (1 + Math.exp(-value));
