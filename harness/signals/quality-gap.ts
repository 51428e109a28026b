/** The first signal for a split: one kind of question is answered far better than another by the same variant. */
import type { GradedTrial } from '../graded-trial.ts';
import type { Interval } from '../statistics/proportions.ts';
import { shareInterval } from '../comparison/estimates.ts';
import { seededRandom, shuffle } from '../../lib/random.ts';

export type RouteQuality = { route: string; n: number; accuracy: number; interval: Interval | null; failed: string[] };
export type QualityGap = {
  /** `unknown`: there would be enough questions, but too many of their records have no grade. */
  found: 'present' | 'absent' | 'too-few' | 'unknown';
  /** Best route first; `failed` are the questions that were mostly answered wrongly. */
  routes: RouteQuality[];
  /** Best minus worst, over routes with enough questions; null with fewer than two of those. */
  gap: number | null;
  /** Chance of a gap this large if routes had nothing to do with quality; null where there is no gap to test. */
  p: number | null;
};
export type GapLimits = { gap: number; alpha: number; minQuestions: number };

/**
 * Permutation test of the gap between the best and the worst route: the routes' names are dealt anew to the questions.
 * Source: P. Good, Permutation, Parametric and Bootstrap Tests of Hypotheses (2005), chapter 3; p = (b + 1) / (m + 1).
 * @param limits `gap` is the smallest that counts, `minQuestions` what a route needs to take part
 */
export function qualityGap(trials: readonly GradedTrial[], limits: GapLimits): QualityGap {
  const questions = questionsOf(trials);
  const byRoute = Map.groupBy(questions, ({ route }) => route);
  const routes = [...byRoute]
    .map(([route, some]) => qualityOf(route, some))
    .sort((one, other) => other.accuracy - one.accuracy);
  const large = routes.filter(({ n }) => n >= limits.minQuestions);
  const [best, worst] = [large.at(0), large.at(-1)];
  if (best === undefined || worst === undefined || large.length < 2)
    return { found: wouldBeEnough(trials, limits) ? 'unknown' : 'too-few', routes, gap: null, p: null };
  const gap = best.accuracy - worst.accuracy;
  const p = chanceOfGap(
    large.map(({ route }) => (byRoute.get(route) ?? []).map(({ accuracy }) => accuracy)),
    gap,
  );
  return { found: gap >= limits.gap && p <= limits.alpha ? 'present' : 'absent', routes, gap, p };
}

function wouldBeEnough(trials: readonly GradedTrial[], { minQuestions }: GapLimits): boolean {
  const byRoute = Map.groupBy(
    trials.filter(({ expectedRoute }) => expectedRoute !== null),
    ({ expectedRoute }) => expectedRoute,
  );
  const many = (some: readonly GradedTrial[]) => new Set(some.map(({ question }) => question)).size;
  return [...byRoute.values()].filter((some) => many(some) >= minQuestions).length >= 2;
}

type Question = { question: string; route: string; accuracy: number };

function questionsOf(trials: readonly GradedTrial[]): Question[] {
  const graded = trials.filter(({ correct, expectedRoute }) => correct !== null && expectedRoute !== null);
  return [...Map.groupBy(graded, ({ question }) => question)].map(([question, some]) => ({
    question,
    route: some[0]?.expectedRoute ?? '',
    accuracy: some.reduce((sum, { correct }) => sum + (correct ?? 0), 0) / some.length,
  }));
}

function qualityOf(route: string, questions: readonly Question[]): RouteQuality {
  const means = questions.map(({ accuracy }) => accuracy);
  const accuracy = means.reduce((sum, mean) => sum + mean, 0) / means.length;
  const failed = questions.filter((question) => question.accuracy < 0.5).map(({ question }) => question);
  return { route, n: means.length, accuracy, interval: shareInterval(means), failed };
}

const deals = 1999;

function chanceOfGap(groups: readonly (readonly number[])[], observed: number): number {
  const random = seededRandom(20_251_123);
  const values = groups.flat();
  let reached = 0;
  for (let deal = 0; deal < deals; deal += 1) {
    shuffle(values, (limit) => Math.floor(random() * limit));
    if (gapOf(groups, values) >= observed - 1e-9) reached += 1;
  }
  return (reached + 1) / (deals + 1);
}

/** The gap if `values` were dealt to groups of these sizes, in order. */
function gapOf(groups: readonly (readonly number[])[], values: readonly number[]): number {
  let [from, low, high] = [0, Infinity, -Infinity];
  for (const { length } of groups) {
    let sum = 0;
    for (let at = from; at < from + length; at += 1) sum += values[at] ?? 0;
    from += length;
    low = Math.min(low, sum / length);
    high = Math.max(high, sum / length);
  }
  return high - low;
}
