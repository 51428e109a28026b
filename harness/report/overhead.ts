/** What a split costs beside the specialists' work: routing, gate and synthesis, in time, tokens and money. */
import type { Trace, TraceSpan } from '../../contracts/trace.ts';
import { addUsage, noUsage } from '../../contracts/usage-sum.ts';

export const stages = ['routing', 'gate', 'synthesis'] as const;
export type Stage = (typeof stages)[number];
/** `costUsd` is null where a model without a known price took part. */
export type Spent = { ms: number; tokens: number; costUsd: number | null };
export type Overhead = {
  total: Spent;
  byStage: Record<Stage, Spent>;
  /** Time in which nothing of the trace was at work: the steps between. */
  betweenMs: number;
};

/** Null for the work of a specialist, and for the root. */
export function stageOf({ key, parent }: Pick<TraceSpan, 'key' | 'parent'>): Stage | null {
  const group = [key, parent].map((name) => name?.split('#')[0]);
  return stages.find((stage) => group.includes(stage)) ?? null;
}

export function overheadOf({ spans }: Trace): Overhead {
  const root = spans.find(({ parent }) => parent === null);
  const work = spans.filter((span) => span !== root);
  const total = root === undefined ? 0 : root.endMs - root.startMs;
  const ofStage = (stage: Stage) => work.filter((span) => stageOf(span) === stage);
  return {
    total: { ...usedBy(work), ms: total },
    byStage: {
      routing: spentBy(ofStage('routing')),
      gate: spentBy(ofStage('gate')),
      synthesis: spentBy(ofStage('synthesis')),
    },
    betweenMs: Math.max(0, total - busyMs(work)),
  };
}

function spentBy(spans: readonly TraceSpan[]): Spent {
  return { ...usedBy(spans), ms: busyMs(spans) };
}

export function usedBy(spans: readonly TraceSpan[]): Omit<Spent, 'ms'> {
  const { inputTokens, outputTokens, costUsd } = spans.flatMap(({ usage }) => usage ?? []).reduce(addUsage, noUsage);
  return { tokens: inputTokens + outputTokens, costUsd };
}

/** Time in which at least one of the spans was open. */
function busyMs(spans: readonly TraceSpan[]): number {
  let [sum, until] = [0, Number.NEGATIVE_INFINITY];
  for (const { startMs, endMs } of spans.toSorted((one, other) => one.startMs - other.startMs)) {
    sum += Math.max(0, endMs - Math.max(startMs, until));
    until = Math.max(until, endMs);
  }
  return sum;
}
