/** Adds up what the spans of a trace took: by part of the run, and in all. */
import type { Trace, TraceSpan } from '../contracts/trace.ts';

/** `wallMs`: moments in which something of it went on; parts that overlap are counted in each. Null cost: unknown. */
export type Taken = {
  wallMs: number;
  calls: number;
  inputTokens: number;
  outputTokens: number;
  costUsd: number | null;
};

export const parts = ['repository', 'routing', 'specialists', 'gate', 'synthesis'] as const;
export type Part = (typeof parts)[number];

/** What orchestration adds to the work of specialists. */
export const overheadParts: readonly Part[] = ['routing', 'gate', 'synthesis'];

/** Leaves only: groups and the root hold what their leaves hold. */
export function leavesOf({ spans }: Trace): TraceSpan[] {
  const parents = new Set(spans.map(({ parent }) => parent));
  return spans.filter(({ key, parent }) => parent !== null && !parents.has(key));
}

/** Parts that a run has not are left out. */
export function takenByPart(trace: Trace): Map<Part, Taken> {
  const byPart = Map.groupBy(leavesOf(trace), partOf);
  return new Map(parts.flatMap((part) => (byPart.has(part) ? [[part, taken(byPart.get(part) ?? [])] as const] : [])));
}

export function taken(spans: readonly TraceSpan[]): Taken {
  const usages = spans.flatMap(({ usage }) => (usage === null ? [] : [usage]));
  const sum = (figure: (usage: (typeof usages)[number]) => number) =>
    usages.reduce((all, usage) => all + figure(usage), 0);
  const unknown = usages.some(({ costUsd }) => costUsd === null);
  return {
    wallMs: wallOf(spans),
    calls: spans.filter(({ model }) => model !== null).length,
    inputTokens: sum(({ inputTokens }) => inputTokens),
    outputTokens: sum(({ outputTokens }) => outputTokens),
    costUsd: unknown ? null : sum(({ costUsd }) => costUsd ?? 0),
  };
}

function partOf({ parent }: TraceSpan): Part {
  const stage = (parent ?? '').split('#')[0] ?? '';
  if (stage.startsWith('specialist-')) return 'specialists';
  return parts.find((part) => part === stage) ?? 'repository';
}

/** The length of the union. */
function wallOf(spans: readonly Pick<TraceSpan, 'startMs' | 'endMs'>[]): number {
  let [wallMs, reachedMs] = [0, Number.NEGATIVE_INFINITY];
  for (const { startMs, endMs } of spans.toSorted((one, other) => one.startMs - other.startMs)) {
    wallMs += Math.max(0, endMs - Math.max(startMs, reachedMs));
    reachedMs = Math.max(reachedMs, endMs);
  }
  return wallMs;
}
