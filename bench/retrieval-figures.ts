/** Scores rankings against gold files, with bootstrap intervals and paired differences. */

export const figureNames = ['recall@1', 'recall@5', 'recall@10', 'recall@20', 'hit@5', 'mrr'] as const;
export type FigureName = (typeof figureNames)[number];
/** One query's scores, each between 0 and 1. */
export type Scores = Record<FigureName, number>;
/** A mean with its 95 % interval. */
export type Figure = { mean: number; low: number; high: number };

/** @param ranked paths, best first, each once */
export function scoreRanking(ranked: readonly string[], gold: readonly string[]): Scores {
  const wanted = new Set(gold);
  const recall = (depth: number) => ranked.slice(0, depth).filter((path) => wanted.has(path)).length / wanted.size;
  const first = ranked.findIndex((path) => wanted.has(path));
  return {
    'recall@1': recall(1),
    'recall@5': recall(5),
    'recall@10': recall(10),
    'recall@20': recall(20),
    'hit@5': first >= 0 && first < 5 ? 1 : 0,
    mrr: first < 0 ? 0 : 1 / (first + 1),
  };
}

const resamples = 2000;

/** The mean with the percentile bootstrap's 95 % interval (Efron 1979); the same values give the same interval. */
export function bootstrapMean(values: readonly number[]): Figure {
  const random = mulberry32(20_251_123);
  const means = Array.from({ length: resamples }, () => {
    let sum = 0;
    for (let at = 0; at < values.length; at += 1) sum += values[Math.floor(random() * values.length)] ?? 0;
    return sum / values.length;
  }).sort((one, other) => one - other);
  const mean = values.reduce((sum, value) => sum + value, 0) / values.length;
  return {
    mean,
    low: means[Math.floor(resamples * 0.025)] ?? mean,
    high: means[Math.ceil(resamples * 0.975) - 1] ?? mean,
  };
}

/** Each query's gain of one ranking over the other, as a mean with its interval. */
export function pairedGain(ours: readonly Scores[], theirs: readonly Scores[], name: FigureName): Figure {
  return bootstrapMean(ours.map((scores, at) => scores[name] - (theirs[at]?.[name] ?? 0)));
}

/** A small seeded generator (Tommy Ettinger's mulberry32). */
function mulberry32(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4_294_967_296;
  };
}
