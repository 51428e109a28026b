/** Brings the features of one kind to a common scale, which is learned from the questions that a router is fitted on. */
import { formFeatures, textFeatures } from './text-features.ts';
import type { FittedBlock } from '../contracts/fitted-router.ts';
import type { QuestionFacts } from './example.ts';

export type BlockKind = FittedBlock['kind'];

/** Of a block: text is weighted by `centre` and brought to length 1; all else loses `centre` and is divided by `scale`. */
export type Scaling = { kind: BlockKind; centre: Float64Array; scale: Float64Array };

/** Features beyond so many standard deviations count as that many. */
const furthest = 3;

/** The unscaled features; null where the question's facts lack them. */
export function featuresOf(kind: BlockKind, facts: QuestionFacts): Float64Array | null {
  if (kind === 'text') return textFeatures(facts.question);
  if (kind === 'form') return formFeatures(facts.question);
  const given = kind === 'repository' ? facts.repository : facts.embedding;
  return given === null ? null : Float64Array.from(given);
}

/** Learned from the rows that are there. @param size of a row */
export function learnScaling(kind: BlockKind, rows: readonly (Float64Array | null)[], size: number): Scaling {
  const there = rows.filter((row) => row !== null);
  if (kind === 'text') return { kind, centre: documentFrequencies(there, size), scale: new Float64Array(1).fill(1) };
  const centre = new Float64Array(size);
  const scale = new Float64Array(size);
  for (const row of there)
    for (let at = 0; at < size; at += 1) centre[at] = (centre[at] ?? 0) + (row[at] ?? 0) / there.length;
  for (const row of there)
    for (let at = 0; at < size; at += 1)
      scale[at] = (scale[at] ?? 0) + ((row[at] ?? 0) - (centre[at] ?? 0)) ** 2 / there.length;
  if (kind !== 'embedding') return { kind, centre, scale: scale.map(Math.sqrt) };
  const spread = Math.sqrt(scale.reduce((sum, variance) => sum + variance, 0));
  return { kind, centre, scale: new Float64Array(1).fill(spread) };
}

/** Smoothed inverse document frequencies; 0 where no question has the bucket, so that it counts for nothing. */
function documentFrequencies(rows: readonly Float64Array[], size: number): Float64Array {
  const found = new Float64Array(size);
  for (const row of rows) for (let at = 0; at < size; at += 1) found[at] = (found[at] ?? 0) + Math.sign(row[at] ?? 0);
  return found.map((count) => (count === 0 ? 0 : Math.log((1 + rows.length) / (1 + count)) + 1));
}

/** Zeros for what is not there: the features' means. */
export function scaled({ kind, centre, scale }: Scaling, row: Float64Array | null): Float64Array {
  if (row === null) return new Float64Array(centre.length);
  if (kind === 'text') {
    const weighted = row.map((value, at) => value * (centre[at] ?? 0));
    const length = Math.sqrt(weighted.reduce((sum, value) => sum + value * value, 0));
    return length === 0 ? weighted : weighted.map((value) => value / length);
  }
  if (kind === 'embedding') {
    const spread = scale[0] ?? 0;
    return row.map((value, at) => (spread === 0 ? 0 : (value - (centre[at] ?? 0)) / spread));
  }
  const share = 1 / Math.sqrt(row.length);
  return row.map((value, at) => {
    const deviation = scale[at] ?? 0;
    if (deviation < 1e-9) return 0;
    return share * Math.max(-furthest, Math.min(furthest, (value - (centre[at] ?? 0)) / deviation));
  });
}
