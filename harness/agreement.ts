/** Says how well two labellings of the same questions agree, with the uncertainty that the sample leaves. */

export type Interval = { low: number; high: number };
export type LabelPair = { expected: string; actual: string };

/** Rows are the expected labels, columns the actual ones, both in the order of `labels`. */
export type ConfusionMatrix = { labels: string[]; counts: number[][] };

export type Agreement = {
  n: number;
  agreed: number;
  /** Share that agrees; null for an empty sample. */
  share: number | null;
  interval: Interval | null;
  /** Null where chance alone would agree always (one label only) or the sample is empty. */
  kappa: number | null;
  confusion: ConfusionMatrix;
};

/** The normal distribution's quantile at 0.975. */
const z95 = 1.959963984540054;

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

/** Counts every pair; the labels are sorted, so that equal samples print equally. */
export function confusionMatrix(pairs: readonly LabelPair[]): ConfusionMatrix {
  const labels = [...new Set(pairs.flatMap((pair) => [pair.expected, pair.actual]))].sort();
  const counts = labels.map((expected) =>
    labels.map((actual) => pairs.filter((pair) => pair.expected === expected && pair.actual === actual).length),
  );
  return { labels, counts };
}

/**
 * Cohen's kappa: agreement beyond what the two labellings' own frequencies would give by chance.
 * Source: J. Cohen, Educational and Psychological Measurement 20 (1960) 37-46.
 * @returns null for an empty matrix, and where chance agreement is 1, so that kappa is 0/0
 */
export function cohensKappa({ counts }: ConfusionMatrix): number | null {
  const rows = counts.map((row) => row.reduce((sum, count) => sum + count, 0));
  const n = rows.reduce((sum, count) => sum + count, 0);
  if (n === 0) return null;
  const columns = counts.map((_, at) => counts.reduce((sum, row) => sum + (row[at] ?? 0), 0));
  const observed = counts.reduce((sum, row, at) => sum + (row[at] ?? 0), 0) / n;
  const expected = rows.reduce((sum, count, at) => sum + (count * (columns[at] ?? 0)) / (n * n), 0);
  return expected >= 1 ? null : (observed - expected) / (1 - expected);
}

/** Everything at once, for a summary. */
export function agreementOf(pairs: readonly LabelPair[]): Agreement {
  const confusion = confusionMatrix(pairs);
  const agreed = pairs.filter((pair) => pair.expected === pair.actual).length;
  const n = pairs.length;
  return {
    n,
    agreed,
    share: n === 0 ? null : agreed / n,
    interval: n === 0 ? null : wilsonInterval(agreed, n),
    kappa: cohensKappa(confusion),
    confusion,
  };
}
