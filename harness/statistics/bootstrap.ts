/** Bootstrap intervals that correct for bias and skew, for any figure that is a function of column means. */
import { normalCdf, normalQuantile } from './normal.ts';
import type { Interval } from './proportions.ts';
import { type Drawing, defaultDrawing, seededRandom } from '../../lib/random.ts';

/** A figure from the means of the columns, such as their difference or their ratio. */
export type FigureOf = (means: readonly number[]) => number;

/**
 * BCa interval, 95 % two-sided; the rows (questions) are drawn, so what belongs to one question stays together.
 * Source: B. Efron, JASA 82 (1987) 171-185; acceleration by the jackknife.
 * @param columns values by row, all of one length
 * @returns null where the resamples do not vary, or do not give finite figures
 * @throws RangeError for no columns, columns of different lengths or without a row
 */
export function bcaInterval(
  columns: readonly (readonly number[])[],
  figureOf: FigureOf,
  drawing?: Drawing,
): Interval | null {
  const n = columns[0]?.length ?? 0;
  if (n === 0 || columns.some((column) => column.length !== n)) throw new RangeError('columns need rows, equally many');
  const totals = columns.map((column) => column.reduce((sum, value) => sum + value, 0));
  const observed = figureOf(totals.map((total) => total / n));
  const drawn = resampled(columns, figureOf, drawing ?? defaultDrawing).sort();
  if (!Number.isFinite(observed) || !drawn.every(Number.isFinite) || drawn[0] === drawn.at(-1)) return null;
  const below =
    drawn.filter((value) => value < observed).length + drawn.filter((value) => value === observed).length / 2;
  const bias = normalQuantile(Math.min(Math.max(below, 1), drawn.length - 1) / drawn.length);
  const acceleration = jackknifeSkew(columns, totals, figureOf);
  const at = (level: number) => {
    const z = bias + normalQuantile(level);
    return quantile(drawn, normalCdf(bias + z / (1 - acceleration * z)));
  };
  return { low: at(0.025), high: at(0.975) };
}

/** The percentile interval of a mean: too narrow on small samples, for figures that were published with it. */
export function percentileInterval(values: readonly number[], drawing: Drawing): Interval {
  const drawn = resampled([values], ([mean = Number.NaN]) => mean, drawing).sort();
  const pick = (at: number) => drawn[at] ?? Number.NaN;
  return { low: pick(Math.floor(drawn.length * 0.025)), high: pick(Math.ceil(drawn.length * 0.975) - 1) };
}

function resampled(
  columns: readonly (readonly number[])[],
  figureOf: FigureOf,
  { draws, seed }: Drawing,
): Float64Array {
  const random = seededRandom(seed);
  const n = columns[0]?.length ?? 0;
  const rows = new Uint32Array(n);
  const drawn = new Float64Array(draws);
  for (let draw = 0; draw < draws; draw += 1) {
    for (let at = 0; at < n; at += 1) rows[at] = random() * n;
    drawn[draw] = figureOf(
      columns.map((column) => {
        let sum = 0;
        for (let at = 0; at < n; at += 1) sum += column[rows[at] ?? 0] ?? 0;
        return sum / n;
      }),
    );
  }
  return drawn;
}

function jackknifeSkew(columns: readonly (readonly number[])[], totals: readonly number[], figureOf: FigureOf): number {
  const n = columns[0]?.length ?? 0;
  if (n < 3) return 0;
  const left = Array.from({ length: n }, (_, row) =>
    figureOf(totals.map((total, at) => (total - (columns[at]?.[row] ?? 0)) / (n - 1))),
  );
  const mean = left.reduce((sum, value) => sum + value, 0) / n;
  const squares = left.reduce((sum, value) => sum + (mean - value) ** 2, 0);
  const cubes = left.reduce((sum, value) => sum + (mean - value) ** 3, 0);
  return squares === 0 || !Number.isFinite(cubes) ? 0 : cubes / (6 * squares ** 1.5);
}

/** By linear interpolation between the ordered values. */
function quantile(sorted: Float64Array, level: number): number {
  const place = Math.min(Math.max(level, 0), 1) * (sorted.length - 1);
  const low = sorted[Math.floor(place)] ?? Number.NaN;
  const high = sorted[Math.ceil(place)] ?? Number.NaN;
  return low + (high - low) * (place - Math.floor(place));
}
