/** Orders questions for a reader: those that the candidate lost first, those that it won last. */
import type { GradedTrial } from '../graded-trial.ts';
import { meanOfKnown } from '../statistics/mean.ts';

/** Questions that both variants have graded, then those that only one has; equal ones by the candidate's quality, then by time lost. */
export function questionsByRegression(
  baseline: readonly GradedTrial[],
  candidate: readonly GradedTrial[],
): { question: string; gain: number | null }[] {
  const [before, after] = [figuresBy(baseline), figuresBy(candidate)];
  const ordered = [...new Set([...before.keys(), ...after.keys()])].map((question) => {
    const [one, other] = [before.get(question), after.get(question)];
    const gain = one?.accuracy == null || other?.accuracy == null ? null : other.accuracy - one.accuracy;
    const slower = (other?.totalMs ?? 0) - (one?.totalMs ?? 0);
    return { question, gain, quality: other?.accuracy ?? 0, slower };
  });
  ordered.sort(
    (one, other) => (one.gain ?? 2) - (other.gain ?? 2) || one.quality - other.quality || other.slower - one.slower,
  );
  return ordered.map(({ question, gain }) => ({ question, gain }));
}

/** As many from both ends of the order as fit: the largest losses and the largest gains. */
export function mostDifferent<Item>(ordered: readonly Item[], limit: number): Item[] {
  if (ordered.length <= limit) return [...ordered];
  return [...ordered.slice(0, Math.ceil(limit / 2)), ...ordered.slice(ordered.length - Math.floor(limit / 2))];
}

function figuresBy(trials: readonly GradedTrial[]): Map<string, { accuracy: number | null; totalMs: number | null }> {
  const byQuestion = Map.groupBy(trials, ({ question }) => question);
  return new Map(
    [...byQuestion].map(([question, some]) => [
      question,
      {
        accuracy: meanOfKnown(some.map(({ correct }) => correct)),
        totalMs: meanOfKnown(some.map(({ latencyMs }) => latencyMs.total)),
      },
    ]),
  );
}
