/** Adds up what the spans of a trace spent, whole or by the stage that they belong to. */
import type { Trace, TraceSpan } from '../contracts/trace.ts';
import { addUsage, noUsage } from '../contracts/usage-sum.ts';
import { runStages } from './latency-anatomy.ts';
import type { RunStage } from './run-intervals.ts';

/** Null cost: unknown, because a model without a known price took part. */
export type Spent = {
  calls: number;
  inputTokens: number;
  cachedInputTokens: number;
  outputTokens: number;
  costUsd: number | null;
};

/** Leaves only: groups and the root hold what their leaves hold. */
export function leavesOf({ spans }: Trace): TraceSpan[] {
  const parents = new Set(spans.map(({ parent }) => parent));
  return spans.filter(({ key, parent }) => parent !== null && !parents.has(key));
}

/** Every attempt at a model call counts, the failed ones too. */
export function spentOn(spans: readonly TraceSpan[]): Spent {
  const usages = spans.flatMap(({ usage }) => usage ?? []);
  const { inputTokens, cachedInputTokens, outputTokens, costUsd } = usages.reduce(addUsage, noUsage);
  const calls = spans.filter(({ model }) => model !== null).length;
  return { calls, inputTokens, cachedInputTokens, outputTokens, costUsd };
}

/** Of a leaf. */
export function stageOfSpan({ parent }: TraceSpan): RunStage {
  const stage = (parent ?? '').split('#')[0] ?? '';
  if (stage.startsWith('specialist-')) return 'specialist';
  return runStages.find((each) => each === stage) ?? 'rest';
}
