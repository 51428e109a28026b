/** The primary test: are the two arms exchangeable, question by question? */
import { nullDistribution } from '../../../harness/statistics/null-distribution.ts';
import { type Drawing, defaultDrawing } from '../../../lib/random.ts';

export type SignFlipTest = {
  method: 'exact' | 'monte-carlo';
  n: number;
  /** Mean of the differences. */
  mean: number;
  /** P(a mean this large or larger) by chance. */
  greater: number;
  /** P(a mean this small or smaller) by chance. */
  less: number;
  twoSided: number;
};

/**
 * Sign-flip permutation test of paired differences, one a question (means over trials, so trials never count as
 * questions). With one trial each of a right-or-wrong answer it is the exact McNemar test.
 * Source: R. A. Fisher, The Design of Experiments (1935), section 21.
 * @throws RangeError without a difference, or for one that is not a finite number
 */
export function signFlipTest(differences: readonly number[], drawing: Drawing = defaultDrawing): SignFlipTest {
  if (differences.length === 0) throw new RangeError('no differences to test');
  if (!differences.every(Number.isFinite)) throw new RangeError('a difference is not a finite number');
  const mean = differences.reduce((sum, difference) => sum + difference, 0) / differences.length;
  const chance = nullDistribution(differences, drawing);
  return {
    method: chance.method,
    n: differences.length,
    mean,
    greater: chance.atLeast(mean),
    less: chance.atLeast(-mean),
    twoSided: Math.min(1, 2 * chance.atLeast(Math.abs(mean))),
  };
}
