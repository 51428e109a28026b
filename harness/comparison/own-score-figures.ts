/** What graders of one's own say of two variants, question by question: beside the cells, which they do not decide. */
import type { GradedTrial } from '../graded-trial.ts';
import { meanOfAll, meanOfKnown } from '../statistics/mean.ts';
import type { Interval } from '../statistics/proportions.ts';
import { differenceInterval } from './estimates.ts';

export type ScoreFigure = {
  grader: string;
  /** Questions that it scored in both variants, and those in only one of them or in neither. */
  n: number;
  unknown: number;
  /** Means over the n questions, trials averaged inside their question; null where n is 0. */
  baseline: number | null;
  candidate: number | null;
  /** Candidate minus baseline, with its 95 % interval; null: too few questions. */
  effect: number | null;
  interval: Interval | null;
};

/** One figure a grader, in the order in which the logs first name them. */
export function scoreFigures(baseline: readonly GradedTrial[], candidate: readonly GradedTrial[]): ScoreFigure[] {
  const sides = [baseline, candidate].map((trials) => Map.groupBy(trials, ({ question }) => question));
  const [before = new Map(), after = new Map()] = sides;
  const questions = [...new Set([...before.keys(), ...after.keys()])];
  const names = new Set([...baseline, ...candidate].flatMap(({ scores = [] }) => scores.map(({ grader }) => grader)));
  return [...names].map((grader) => {
    const pairs = questions.flatMap((question) => {
      const [one, other] = [before, after].map((side) => meanScore(side.get(question) ?? [], grader));
      return one === null || one === undefined || other === null || other === undefined ? [] : [{ one, other }];
    });
    const differences = pairs.map(({ one, other }) => other - one);
    return {
      grader,
      n: pairs.length,
      unknown: questions.length - pairs.length,
      baseline: meanOfAll(pairs.map(({ one }) => one)),
      candidate: meanOfAll(pairs.map(({ other }) => other)),
      effect: meanOfAll(differences),
      interval: pairs.length === 0 ? null : differenceInterval(differences),
    };
  });
}

function meanScore(trials: readonly GradedTrial[], grader: string): number | null {
  return meanOfKnown(trials.map(({ scores = [] }) => scores.find((each) => each.grader === grader)?.score ?? null));
}
