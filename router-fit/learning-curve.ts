/** What more labels would bring: agreement out of fold by the number of labels, and which route's labels are missed most. */
import { setImmediate } from 'node:timers/promises';
import { type Random, seededRandom, shuffle } from '../lib/random.ts';
import type { LabelledQuestion } from './example.ts';
import { choicesFor, type Prepared, prepareQuestions, scoresOfFold } from './fit-router.ts';
import { stratifiedFolds } from './folds.ts';

export type LearningCurve = {
  /** Labels that each fit had, and the agreement on those that it had not. */
  points: { labels: number; agreement: number }[];
  /** Agreement that a third fewer labels of a route cost, brought to 20 labels; and its standard error. The dearest first. */
  twentyMore: { route: string; gain: number; error: number }[];
};

const sizes = [0.25, 0.5, 0.75, 1];
const removed = 1 / 3;
const labelsAsked = 20;
const folds = 8;

/** Which of a fold's labels a fit may have. */
type Thinning = (prepared: Prepared, train: readonly number[], random: Random) => number[];

/** By cross-validation with one choice of settings. @throws the signal's reason */
export async function learningCurve(
  questions: readonly LabelledQuestion[],
  { repetitions = 3, signal }: { repetitions?: number; signal?: AbortSignal } = {},
): Promise<LearningCurve> {
  const prepared = prepareQuestions(questions);
  const measure = (thin: Thinning) => agreementWith(prepared, thin, repetitions, signal);
  const whole = await measure((_, train) => [...train]);
  const points: LearningCurve['points'] = [];
  for (const size of sizes) {
    const shares = size === 1 ? whole : await measure((own, train, random) => someOf(own, train, () => size, random));
    points.push({ labels: Math.round(size * questions.length * (1 - 1 / folds)), agreement: mean(shares) });
  }
  const twentyMore: LearningCurve['twentyMore'] = [];
  for (const [at, route] of prepared.routes.entries()) {
    const less = await measure((own, train, random) =>
      someOf(own, train, (each) => (each === at ? 1 - removed : 1), random),
    );
    const labels = prepared.classes.filter((each) => each === at).length * (1 - 1 / folds) * removed;
    const lost = whole.map((share, question) => share - (less[question] ?? 0));
    twentyMore.push({
      route,
      gain: (mean(lost) * labelsAsked) / labels,
      error: (standardError(lost) * labelsAsked) / labels,
    });
  }
  return { points, twentyMore: twentyMore.toSorted((a, b) => b.gain - a.gain) };
}

/** The route whose labels are missed most; null where no loss is larger than its error. */
export function mostWanted({ twentyMore }: LearningCurve): LearningCurve['twentyMore'][number] | null {
  const [first] = twentyMore;
  return first !== undefined && first.gain > first.error ? first : null;
}

function someOf(
  { classes }: Prepared,
  train: readonly number[],
  shareOf: (route: number) => number,
  random: Random,
): number[] {
  const byRoute = Map.groupBy(train, (member) => classes[member] ?? 0);
  return [...byRoute].flatMap(([route, members]) => {
    const drawn = shuffle([...members], (limit) => Math.floor(random() * limit));
    return drawn.slice(0, Math.max(1, Math.round(shareOf(route) * members.length)));
  });
}

/** For each question the share of repetitions in which it is named rightly; the settings are the first of the choices. */
async function agreementWith(prepared: Prepared, thin: Thinning, repetitions: number, signal?: AbortSignal) {
  const { classes } = prepared;
  const right = classes.map(() => 0);
  for (let repetition = 0; repetition < repetitions; repetition += 1) {
    const random = seededRandom(900 + repetition);
    const members = classes.map((_, at) => at);
    const own = seededRandom(repetition);
    for (const { train, test } of stratifiedFolds(classes, members, { count: folds, random })) {
      await setImmediate();
      signal?.throwIfAborted();
      const fold = { train: thin(prepared, train, own), test };
      const [scores = []] = scoresOfFold(prepared, fold, choicesFor(prepared).slice(0, 1));
      for (const [at, member] of test.entries()) {
        const mine = scores[at] ?? [];
        const isRight = mine.indexOf(Math.max(...mine)) === classes[member];
        right[member] = (right[member] ?? 0) + Number(isRight) / repetitions;
      }
    }
  }
  return right;
}

const mean = (values: readonly number[]): number => values.reduce((sum, value) => sum + value, 0) / values.length;

function standardError(values: readonly number[]): number {
  const centre = mean(values);
  const squares = values.reduce((sum, value) => sum + (value - centre) ** 2, 0);
  return Math.sqrt(squares / (values.length * (values.length - 1)));
}
