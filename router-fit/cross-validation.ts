/**
 * What a router fitted to these labels says of questions that it has not seen: each is left out once in every repetition, and
 * all that a fit chooses (settings, scales, calibration) is chosen without it.
 */
import { setImmediate } from 'node:timers/promises';
import { seededRandom } from '../lib/random.ts';
import type { LabelledQuestion } from './example.ts';
import { chooseSettings, prepareQuestions, scoresOfFold, type Prepared } from './fit-router.ts';
import { type Fold, stratifiedFolds } from './folds.ts';
import { calibrated } from './platt-scaling.ts';

/** Of one question in one repetition; probabilities in the order of the routes. */
export type Unseen = { question: number; truth: number; probabilities: number[] };
/** One list a repetition. */
export type OutOfFold = { routes: string[]; folds: number; repetitions: Unseen[][] };

export type Validation = {
  repetitions?: number;
  folds?: number;
  seed?: number;
  signal?: AbortSignal;
  /** Told after each repetition. */
  onRepetition?: (done: number, all: number) => void;
};

export const usualRepetitions = 20;
export const usualFolds = 8;

/** @throws the signal's reason */
export async function crossValidate(
  questions: readonly LabelledQuestion[],
  options: Validation = {},
): Promise<OutOfFold> {
  const { repetitions = usualRepetitions, folds = usualFolds, seed = 1, signal, onRepetition } = options;
  const prepared = prepareQuestions(questions);
  const members = questions.map((_, at) => at);
  const all: Unseen[][] = [];
  for (let repetition = 0; repetition < repetitions; repetition += 1) {
    const random = seededRandom(seed * 10_007 + repetition);
    const unseen: Unseen[] = [];
    for (const fold of stratifiedFolds(prepared.classes, members, { count: folds, random })) {
      await setImmediate();
      signal?.throwIfAborted();
      unseen.push(...testFold(prepared, fold, random));
    }
    all.push(unseen);
    onRepetition?.(repetition + 1, repetitions);
  }
  return { routes: prepared.routes, folds, repetitions: all };
}

/** Fits on the fold's training questions alone, and tells what that says of the others. */
export function testFold(prepared: Prepared, fold: Fold, random: () => number): Unseen[] {
  const { choice, sigmoids } = chooseSettings(prepared, fold.train, random);
  const [scores = []] = scoresOfFold(prepared, fold, [choice]);
  return fold.test.map((question, at) => ({
    question,
    truth: prepared.classes[question] ?? 0,
    probabilities: calibrated(scores[at] ?? [], sigmoids),
  }));
}
