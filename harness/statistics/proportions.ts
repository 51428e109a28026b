/** Intervals of shares by score methods, which hold their level where the textbook's normal interval does not. */
import { normalQuantile } from './normal.ts';

/** Two-sided, 95 % unless said otherwise. */
export type Interval = { low: number; high: number };
const z95 = normalQuantile(0.975);

/**
 * Wilson score interval of a share, 95 % two-sided, without continuity correction.
 * Source: E. B. Wilson, JASA 22 (1927) 209-212; method 3 of R. G. Newcombe, Statistics in Medicine 17 (1998) 857-872.
 * @throws RangeError unless 0 <= successes <= n, n > 0, both whole
 */
export function wilsonInterval(successes: number, n: number): Interval {
  if (!Number.isInteger(successes) || !Number.isInteger(n) || n < 1 || successes < 0 || successes > n)
    throw new RangeError(`not a share: ${successes} of ${n}`);
  const share = successes / n;
  const square = z95 * z95;
  const centre = (share + square / (2 * n)) / (1 + square / n);
  const half = (z95 * Math.sqrt((share * (1 - share)) / n + square / (4 * n * n))) / (1 + square / n);
  return {
    low: successes === 0 ? 0 : Math.max(0, centre - half),
    high: successes === n ? 1 : Math.min(1, centre + half),
  };
}

/**
 * Tango's score interval, 95 %, of the difference of two paired shares, (gained - lost) / n.
 * Source: T. Tango, Statistics in Medicine 17 (1998) 891-908; the ends are found by halving.
 * @param gained pairs that only the second got right
 * @param lost pairs that only the first got right
 * @param n all pairs
 * @throws RangeError unless the counts are whole and fit into n
 */
export function tangoInterval(gained: number, lost: number, n: number): Interval {
  if (![gained, lost, n].every(Number.isInteger) || gained < 0 || lost < 0 || n < 1 || gained + lost > n)
    throw new RangeError(`not discordant pairs: ${gained} and ${lost} of ${n}`);
  const score = (delta: number) => tangoScore(gained, lost, n, delta);
  const estimate = (gained - lost) / n;
  return {
    low: crossing(-1, estimate, (delta) => score(delta) > z95),
    high: crossing(1, estimate, (delta) => score(delta) < -z95),
  };
}

/** Tango's score of the hypothesis that the difference is `delta`: standard normal where it is. */
export function tangoScore(gained: number, lost: number, n: number, delta: number): number {
  const linear = -gained - lost + (2 * n - gained + lost) * delta;
  const root = Math.sqrt(linear * linear + 8 * n * lost * delta * (1 - delta));
  const variance = n * (2 * ((root - linear) / (4 * n)) + delta * (1 - delta));
  const gap = gained - lost - n * delta;
  return variance > 0 ? gap / Math.sqrt(variance) : gap === 0 ? 0 : Math.sign(gap) * Infinity;
}

/** Halves between a value that is outside and one that is inside. */
function crossing(outside: number, inside: number, isOutside: (value: number) => boolean): number {
  let [far, near] = [outside, inside];
  for (let step = 0; step < 60; step += 1) {
    const middle = (far + near) / 2;
    if (isOutside(middle)) far = middle;
    else near = middle;
  }
  return near;
}
