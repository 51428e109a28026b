/** Pairs two variants question by question; trials are averaged inside a question, so they never count as questions. */
import { type GradedTrial, LogProblem } from '../graded-trial.ts';
import { meanOfAll } from '../statistics/mean.ts';

/** Means over the trials of one variant on one question. */
export type VariantMeans = { accuracy: number; waste: number | null; costUsd: number | null; workMs: number | null };
export type PairedQuestion = {
  question: string;
  route: string | null;
  baseline: VariantMeans;
  candidate: VariantMeans;
};
export type Pairing = {
  pairs: PairedQuestion[];
  /** Trials a question that were left after identical ones were collapsed: the most in each variant. */
  trials: { baseline: number; candidate: number };
  /** Questions that only one variant has graded. */
  unpaired: string[];
  notes: string[];
};

/** @throws LogProblem where the variants' datasets or a question's expected routes differ */
export function pairQuestions(baseline: readonly GradedTrial[], candidate: readonly GradedTrial[]): Pairing {
  const notes: string[] = [];
  const sides = [baseline, candidate].map((trials, at) => {
    const byQuestion = Map.groupBy(trials, ({ question }) => question);
    const same = sameEveryTrial(byQuestion);
    if (same)
      notes.push(
        `${at === 0 ? 'baseline' : 'candidate'}: every trial of a question came out the same; they count as one`,
      );
    const kept = [...byQuestion].map(([name, all]) => [name, same ? all.slice(0, 1) : all] as const);
    return new Map(kept.map(([name, all]) => [name, all.filter(({ correct }) => correct !== null)]));
  });
  const [ours = new Map(), theirs = new Map()] = sides as [Map<string, GradedTrial[]>, Map<string, GradedTrial[]>];
  const pairs: PairedQuestion[] = [];
  const unpaired: string[] = [];
  for (const question of new Set([...ours.keys(), ...theirs.keys()])) {
    const [one, other] = [ours.get(question) ?? [], theirs.get(question) ?? []];
    const route = one[0]?.expectedRoute ?? null;
    if (one.length === 0 || other.length === 0) unpaired.push(question);
    else if (route !== (other[0]?.expectedRoute ?? null))
      throw new LogProblem(`question ${question} has another expected route in each log`);
    else pairs.push({ question, route, baseline: means(one), candidate: means(other) });
  }
  const most = (side: Map<string, GradedTrial[]>) =>
    [...side.values()].reduce((top, all) => Math.max(top, all.length), 0);
  return { pairs, unpaired, notes, trials: { baseline: most(ours), candidate: most(theirs) } };
}

/** A model without chance gives the same trial again and again: more trials are then no more evidence. */
function sameEveryTrial(byQuestion: ReadonlyMap<string, readonly GradedTrial[]>): boolean {
  const groups = [...byQuestion.values()];
  return groups.some((all) => all.length > 1) && groups.every((all) => new Set(all.map(outcomeOf)).size === 1);
}

function outcomeOf({ fingerprint, correct, label, route, costUsd, retries, abstained, calls }: GradedTrial): string {
  return JSON.stringify([fingerprint, correct, label, route, costUsd, retries, abstained, calls]);
}

function means(trials: readonly GradedTrial[]): VariantMeans {
  return {
    accuracy: meanOfAll(trials.map(({ correct }) => correct)) ?? 0,
    waste: meanOfAll(trials.map(({ wasteful }) => (wasteful === null ? null : Number(wasteful)))),
    costUsd: meanOfAll(trials.map(({ costUsd }) => costUsd)),
    workMs: meanOfAll(trials.map(workMs)),
  };
}

/** Latency without the waits that a rate limit or a busy worker causes. */
export function workMs({ latencyMs: { total, queue, backoff } }: GradedTrial): number | null {
  return total === null ? null : Math.max(0, total - (queue ?? 0) - (backoff ?? 0));
}
