/** Lays two runs side by side, stage by stage: what each took, and what only one of them has. */
import { latencyByStage } from '../../observability/latency-anatomy.ts';
import type { RunStage } from '../../observability/run-intervals.ts';
import { leavesOf, type Spent, spentOn, stageOfSpan } from '../../observability/trace-totals.ts';
import type { LoadedRun } from './load-run.ts';

/** Milliseconds are the stage's share of the wall clock: those of all stages add up to it. */
export type Taken = Spent & { ms: number };

export type Compared = {
  part: RunStage | 'in all' | 'overhead';
  /** Null where the run has nothing of it. */
  a: Taken | null;
  b: Taken | null;
};

/** What orchestration adds to the work of specialists. */
export const overheadStages: readonly RunStage[] = ['routing', 'gate', 'synthesis'];

const shown = ['routing', 'specialist', 'gate', 'synthesis', 'rest'] as const;

/** The stages that either run has, then both in all, then what of it is overhead. */
export function comparedRuns(runA: LoadedRun, runB: LoadedRun): Compared[] {
  const [ofA, ofB] = [takenByStage(runA), takenByStage(runB)];
  const rows = shown.map((part) => ({ part, a: ofA.get(part) ?? null, b: ofB.get(part) ?? null }));
  const sumOf = (part: 'in all' | 'overhead', stages: readonly RunStage[]) => {
    return { part, a: together(ofA, stages), b: together(ofB, stages) };
  };
  return [
    ...rows.filter(({ a, b }) => a !== null || b !== null),
    sumOf('in all', shown),
    sumOf('overhead', overheadStages),
  ];
}

function takenByStage({ history, trace }: LoadedRun): Map<RunStage, Taken> {
  const byStage = latencyByStage(history);
  const leaves = Map.groupBy(leavesOf(trace), stageOfSpan);
  return new Map(
    shown
      .filter((stage) => byStage[stage].totalMs > 0 || leaves.has(stage))
      .map((stage) => [stage, { ...spentOn(leaves.get(stage) ?? []), ms: byStage[stage].totalMs }]),
  );
}

function together(byStage: ReadonlyMap<RunStage, Taken>, stages: readonly RunStage[]): Taken {
  const parts = stages.flatMap((stage) => byStage.get(stage) ?? []);
  const sum = (figure: (taken: Taken) => number) => parts.reduce((all, taken) => all + figure(taken), 0);
  return {
    ms: sum(({ ms }) => ms),
    calls: sum(({ calls }) => calls),
    inputTokens: sum(({ inputTokens }) => inputTokens),
    cachedInputTokens: sum(({ cachedInputTokens }) => cachedInputTokens),
    outputTokens: sum(({ outputTokens }) => outputTokens),
    costUsd: parts.some(({ costUsd }) => costUsd === null) ? null : sum(({ costUsd }) => costUsd ?? 0),
  };
}
