/** What two variants made of each question: those on which they came out differently, by name. */
import type { GradedTrial } from '../graded-trial.ts';
import { meanOfKnown } from '../statistics/mean.ts';

/** What one variant made of a question. */
export type QuestionSide = {
  /** Mean grade over the trials that have one; null: none has, or the variant has no record of the question. */
  right: number | null;
  trials: number;
  /** Primary labels, each once, in the order of the trials. */
  labels: string[];
  /** What graders of one's own say, in means over the trials. */
  scores: { grader: string; score: number | null; reason: string | null }[];
};

export type QuestionOutcome = {
  question: string;
  route: string | null;
  baseline: QuestionSide;
  candidate: QuestionSide;
  /** `ungraded`: a variant has no grade, which is neither a loss nor a gain. */
  change: 'worse' | 'better' | 'ungraded' | 'same';
};

const order = ['worse', 'ungraded', 'better', 'same'] as const;

/** The largest loss first, then what a variant has not graded, then the gains, then those that came out alike. */
export function questionOutcomes(
  baseline: readonly GradedTrial[],
  candidate: readonly GradedTrial[],
): QuestionOutcome[] {
  const sides = [baseline, candidate].map((trials) => Map.groupBy(trials, ({ question }) => question));
  const names = new Set(sides.flatMap((side) => [...side.keys()]));
  const outcomes = [...names].map((question): QuestionOutcome & { gain: number } => {
    const [before = [], after = []] = sides.map((side) => side.get(question) ?? []);
    const [one, other] = [sideOf(before), sideOf(after)];
    const gain = one.right === null || other.right === null ? null : other.right - one.right;
    const change = gain === null ? 'ungraded' : gain < 0 ? 'worse' : gain > 0 ? 'better' : 'same';
    const route = (before[0] ?? after[0])?.expectedRoute ?? null;
    return { question, route, baseline: one, candidate: other, change, gain: gain ?? 0 };
  });
  outcomes.sort((one, other) => order.indexOf(one.change) - order.indexOf(other.change) || one.gain - other.gain);
  return outcomes.map(({ gain: _, ...each }) => each);
}

function sideOf(trials: readonly GradedTrial[]): QuestionSide {
  return {
    right: meanOfKnown(trials.map(({ correct }) => correct)),
    trials: trials.length,
    labels: [...new Set(trials.map(({ label }) => label))],
    scores: scoresOf(trials),
  };
}

/** The reason is that of the only trial: of several each has its own. */
function scoresOf(trials: readonly GradedTrial[]): QuestionSide['scores'] {
  const byGrader = Map.groupBy(
    trials.flatMap(({ scores = [] }) => scores),
    ({ grader }) => grader,
  );
  return [...byGrader].map(([grader, given]) => ({
    grader,
    score: meanOfKnown(given.map(({ score }) => score)),
    reason: given.length === 1 ? (given[0]?.reason ?? null) : null,
  }));
}

/** `polite 0.50`, with the reason where one was given. */
export function scoreText({ grader, score, reason }: QuestionSide['scores'][number], withReason = true): string {
  const said = score === null ? 'no score' : score.toFixed(2);
  return `${grader} ${said}${reason === null || !withReason ? '' : ` (${reason})`}`;
}

/** `right`, `wrong`, or the share of several trials; then what graders of one's own say, without their reasons. */
export function sideText({ right, trials, labels, scores }: QuestionSide): string {
  if (trials === 0) return 'no record';
  const grade =
    right === null ? 'no grade' : right === 1 ? 'right' : right === 0 ? 'wrong' : `${(100 * right).toFixed(0)} % right`;
  const told = [grade, ...scores.map((score) => scoreText(score, false))].join(', ');
  return `${told} (${labels.join(', ')}${trials === 1 ? '' : `; ${trials} trials`})`;
}
