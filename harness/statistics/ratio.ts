/** The interval of a ratio of two paired means, such as what one arm costs in units of the other. */
import { normalQuantile } from './normal.ts';
import type { Interval } from './proportions.ts';

/**
 * Score interval, 95 %, of mean(numerators) / mean(denominators): the ratios r at which the sum of numerator - r x
 * denominator, over the root of its sum of squares, lies within the normal distribution's 95 %. It is the sign-flip test
 * turned around, as Fieller's interval is the t-test turned around (E. C. Fieller, JRSS B 16 (1954) 175-185). On costs of
 * log-normal size it covers 94 to 97 %, where BCa covers 88 to 93 % up to 100 questions (docs/statistics.md).
 * @returns null where the denominators are too few or too close to 0 for the ratio to be bounded
 */
export function ratioInterval(numerators: readonly number[], denominators: readonly number[]): Interval | null {
  const square = normalQuantile(0.975) ** 2;
  let [a, b, c] = [0, 0, 0];
  const top = numerators.reduce((sum, value) => sum + value, 0);
  const bottom = denominators.reduce((sum, value) => sum + value, 0);
  numerators.forEach((numerator, at) => {
    const denominator = denominators[at] ?? 0;
    a += denominator * denominator;
    b += numerator * denominator;
    c += numerator * numerator;
  });
  [a, b, c] = [bottom * bottom - square * a, top * bottom - square * b, top * top - square * c];
  const root = b * b - a * c;
  if (!(a > 0) || root < 0) return null;
  return { low: (b - Math.sqrt(root)) / a, high: (b + Math.sqrt(root)) / a };
}
