/** What a mean of paired differences would be by chance: the distribution under random exchange of the two arms. */
import { type Drawing, randomBits } from '../../lib/random.ts';

/**
 * The mean difference if each question's sign were a coin's. It depends on the sizes of the differences only, never on
 * their signs, so whatever is read from it (a bound, what a test could show) may be used to choose what to test.
 */
export type NullDistribution = {
  method: 'exact' | 'monte-carlo';
  /** P(mean >= value); at least the smallest probability that the method can name. */
  atLeast: (value: number) => number;
  /** The largest probability at most `level` that a one-sided p-value of this test can take; 0 if there is none. */
  attainable: (level: number) => number;
};

const enumerated = 16;
/** Additions that an exact distribution may take: well under a second. */
const exactWork = 50_000_000;
/** Of the largest possible sum; sums in another order of the same values differ by less. */
const tolerance = 1e-9;
/** Below it a bound is the answer instead of a share of draws. */
const beyondDraws = 1e-6;
/** Stands for chances too small to be shown. */
const tiny = 1e-250;

/**
 * Exact where the differences lie on a grid (scores that are fractions of a few trials; Pagano and Tritchler, JASA 78
 * (1983) 435-440) or at most 16 are not zero (all 2^16 signs); else drawn, with p = (b + 1) / (m + 1) (Phipson and
 * Smyth, Statistical Applications in Genetics and Molecular Biology 9 (2010), article 39).
 */
export function nullDistribution(differences: readonly number[], drawing: Drawing): NullDistribution {
  const n = Math.max(1, differences.length);
  const all = differences.map(Math.abs);
  const negligible = Math.max(1e-15, tolerance * all.reduce((top, size) => Math.max(top, size), 0));
  const sizes = all.filter((size) => size > negligible);
  const grid = gridOf(sizes);
  if (grid !== null) {
    const steps = sizes.map((size) => Math.round(size * grid));
    return exactOnGrid(steps, n * grid);
  }
  return sizes.length <= enumerated ? enumeratedSums(sizes, n) : monteCarlo(sizes, n, drawing);
}

/** Enumerates only when asked: all signs of 16 differences are 65,536 sums. */
function enumeratedSums(sizes: readonly number[], n: number): NullDistribution {
  const count = 2 ** sizes.length;
  const slack = tolerance * totalOf(sizes);
  let sums: Float64Array | null = null;
  return {
    method: 'exact',
    atLeast: (value) => {
      sums ??= everySum(sizes);
      return Math.max(1, countAtLeast(sums, value * n - slack)) / count;
    },
    attainable: (level) => Math.floor(level * count) / count,
  };
}

/**
 * Draws only when asked for a value that draws could resolve: where Hoeffding's bound (JASA 58 (1963) 13-30, theorem 2)
 * is below one in a million, the bound is the answer, and it is too large rather than too small.
 */
function monteCarlo(sizes: readonly number[], n: number, drawing: Drawing): NullDistribution {
  const squares = sizes.reduce((sum, size) => sum + size * size, 0);
  const all = drawing.draws + 1;
  const slack = tolerance * totalOf(sizes);
  let sums: Float64Array | null = null;
  return {
    method: 'monte-carlo',
    atLeast: (value) => {
      const bound = value <= 0 ? 1 : Math.max(tiny, Math.exp(-((value * n) ** 2) / (2 * squares)));
      if (bound < beyondDraws) return bound;
      sums ??= drawnSums(sizes, drawing);
      return (countAtLeast(sums, value * n - slack) + 1) / all;
    },
    // A bound below the draws' reach is a p-value, too, and holds with at most its own chance.
    attainable: (level) => Math.max(Math.floor(level * all * (1 + 1e-12)) / all, Math.min(level, beyondDraws)),
  };
}

function totalOf(sizes: readonly number[]): number {
  return sizes.reduce((sum, size) => sum + size, 0);
}

/** The smallest whole number of steps per unit that makes every size whole; null where none up to 60 does. */
function gridOf(sizes: readonly number[]): number | null {
  for (let steps = 1; steps <= 60; steps += 1)
    if (sizes.every((size) => size * steps > 0.5 && Math.abs(size * steps - Math.round(size * steps)) < 1e-7)) {
      const reach = totalOf(sizes) * steps;
      return reach * sizes.length <= exactWork ? steps : null;
    }
  return null;
}

/** @param scale steps of the sum per unit of the mean */
function exactOnGrid(steps: readonly number[], scale: number): NullDistribution {
  const reach = steps.reduce((sum, step) => sum + step, 0);
  const chance = new Float64Array(reach + 1);
  chance[0] = 1;
  let first = 0;
  let last = 0;
  for (const step of steps) {
    last += step;
    for (let at = last; at >= first; at -= 1)
      chance[at] = ((chance[at] ?? 0) + (at - step >= first ? (chance[at - step] ?? 0) : 0)) / 2;
    while (last > first && (chance[last] ?? 0) < tiny) chance[last--] = 0;
    while (first < last && (chance[first] ?? 0) < tiny) chance[first++] = 0;
  }
  const tail = new Float64Array(reach + 2);
  for (let at = reach; at >= 0; at -= 1) tail[at] = (tail[at + 1] ?? 0) + (chance[at] ?? 0);
  const smallest = steps.length === 0 ? tiny : Math.max(tiny, 0.5 ** steps.length);
  return {
    method: 'exact',
    atLeast: (value) => {
      const at = Math.ceil((value * scale + reach) / 2 - 1e-6);
      return at <= 0 ? 1 : at > reach ? smallest : Math.min(1, Math.max(smallest, tail[at] ?? 0));
    },
    attainable: (level) => largestAtMost(tail.subarray(0, reach + 1), level),
  };
}

function everySum(sizes: readonly number[]): Float64Array {
  const sums = new Float64Array(2 ** sizes.length);
  let filled = 1;
  for (const size of sizes) {
    for (let at = 0; at < filled; at += 1) {
      sums[filled + at] = (sums[at] ?? 0) + size;
      sums[at] = (sums[at] ?? 0) - size;
    }
    filled *= 2;
  }
  return sums;
}

/** Eight signs at a time: a table holds the 256 sums of eight differences, a random byte picks one. */
function drawnSums(sizes: readonly number[], { draws, seed }: Drawing): Float64Array {
  const bits = randomBits(seed);
  const sums = new Float64Array(draws);
  for (let at = 0; at < sizes.length; at += 32) {
    const tables = [0, 8, 16, 24].map((from) => everySum(sizes.slice(at + from, at + from + 8)));
    const [one = noSum, two = noSum, three = noSum, four = noSum] = tables;
    for (let draw = 0; draw < draws; draw += 1) {
      const word = bits();
      sums[draw] =
        (sums[draw] ?? 0) +
        (one[word & (one.length - 1)] ?? 0) +
        (two[(word >>> 8) & (two.length - 1)] ?? 0) +
        (three[(word >>> 16) & (three.length - 1)] ?? 0) +
        (four[(word >>> 24) & (four.length - 1)] ?? 0);
    }
  }
  return sums;
}
const noSum = new Float64Array(1);

/** A few values are asked for: to look at all sums each time takes less than to sort them once. */
function countAtLeast(sums: Float64Array, value: number): number {
  let count = 0;
  for (const sum of sums) if (sum >= value) count += 1;
  return count;
}

/** @param falling probabilities, largest first */
function largestAtMost(falling: Float64Array, level: number): number {
  let low = 0;
  let high = falling.length;
  while (low < high) {
    const middle = (low + high) >>> 1;
    if ((falling[middle] ?? 0) > level * (1 + 1e-12)) low = middle + 1;
    else high = middle;
  }
  return falling[low] ?? 0;
}
