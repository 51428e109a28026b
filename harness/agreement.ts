/** Says how well two labellings of the same questions agree, with the uncertainty that the sample leaves. */
import { normalQuantile } from './statistics/normal.ts';
import { type Interval, wilsonInterval } from './statistics/proportions.ts';

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
  /** Null where kappa is, and where the sample is too small for the interval to hold its 95 %. */
  kappaInterval: Interval | null;
  confusion: ConfusionMatrix;
};

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
  const { n, observed, expected } = shares(counts);
  return n === 0 || expected >= 1 ? null : (observed - expected) / (1 - expected);
}

/**
 * Kappa's 95 % interval from its large-sample standard error, which depends on the whole table, not only on the totals.
 * Source: J. L. Fleiss, J. Cohen and B. S. Everitt, Psychological Bulletin 72 (1969) 323-327, formula 13.
 * @returns null where kappa is not defined
 */
export function kappaInterval({ counts }: ConfusionMatrix): Interval | null {
  const { n, rows, columns, observed, expected } = shares(counts);
  if (n === 0 || expected >= 1) return null;
  const kappa = (observed - expected) / (1 - expected);
  let spread = 0;
  counts.forEach((row, at) => {
    row.forEach((count, other) => {
      const chance = ((columns[at] ?? 0) + (rows[other] ?? 0)) * (1 - kappa);
      spread += (count / n) * (at === other ? 1 - chance : chance) ** 2;
    });
  });
  const variance = (spread - (kappa - expected * (1 - kappa)) ** 2) / (n * (1 - expected) ** 2);
  const half = normalQuantile(0.975) * Math.sqrt(Math.max(0, variance));
  return { low: Math.max(-1, kappa - half), high: Math.min(1, kappa + half) };
}

/** Row and column sums as shares of all. */
function shares(counts: readonly (readonly number[])[]) {
  const sum = (values: readonly number[]) => values.reduce((total, value) => total + value, 0);
  const n = sum(counts.map(sum));
  const rows = counts.map((row) => sum(row) / n);
  const columns = counts.map((_, at) => sum(counts.map((row) => row[at] ?? 0)) / n);
  const observed = sum(counts.map((row, at) => row[at] ?? 0)) / n;
  return { n, rows, columns, observed, expected: sum(rows.map((share, at) => share * (columns[at] ?? 0))) };
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
    kappaInterval: enoughForKappa(confusion) ? kappaInterval(confusion) : null,
    confusion,
  };
}

/** Below these counts the interval missed more than 7 % of true kappas in simulation (docs/statistics.md). */
function enoughForKappa({ counts }: ConfusionMatrix): boolean {
  const { n, observed } = shares(counts);
  return n >= 80 && Math.round(n * (1 - observed)) >= 8;
}
