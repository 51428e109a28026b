/**
 * Where the time of a run went: each moment from its start to its end belongs to exactly one part, so that the parts add
 * up to the wall clock. While several things go on side by side, the first of this order has the moment: a model's call,
 * a tool's (or other work of ours: opening the repository, checking citations), back-off between failed attempts,
 * queueing for a worker, orchestration (the worker deciding, the server handing over); a moment in which nothing goes on
 * is waiting, for a provider's Retry-After or for a person.
 */
import type { RunHistory } from './run-history.ts';
import { intervalsOf, type LatencyPart, latencyParts, type RunStage, stageAfter } from './run-intervals.ts';

/** Milliseconds. */
export type LatencyAnatomy = { totalMs: number } & Record<`${LatencyPart}Ms`, number>;

export const runStages = ['rest', 'routing', 'specialist', 'gate', 'synthesis'] as const satisfies RunStage[];

type Moment = { part: LatencyPart; stage: RunStage; ms: number };

/** A run that goes on is measured up to the last thing that is known of it. */
export function latencyAnatomy(history: RunHistory): LatencyAnatomy {
  return addedUp(momentsOf(history));
}

/** The same for each stage; the stages add up to the wall clock, too. */
export function latencyByStage(history: RunHistory): Record<RunStage, LatencyAnatomy> {
  const moments = momentsOf(history);
  const of = (stage: RunStage) => addedUp(moments.filter((moment) => moment.stage === stage));
  return {
    rest: of('rest'),
    routing: of('routing'),
    specialist: of('specialist'),
    gate: of('gate'),
    synthesis: of('synthesis'),
  };
}

function momentsOf(history: RunHistory): Moment[] {
  const { startMs } = history;
  const endMs = history.endMs ?? lastKnown(history);
  const intervals = intervalsOf(history, endMs).filter(({ fromMs, toMs }) => toMs > fromMs);
  const marks = [...new Set(intervals.flatMap(({ fromMs, toMs }) => [fromMs, toMs]).concat(startMs, endMs))]
    .filter((ms) => ms >= startMs && ms <= endMs)
    .toSorted((one, other) => one - other);
  return marks.slice(1).map((toMs, at) => {
    const fromMs = marks[at] ?? toMs;
    const going = intervals.filter((each) => each.fromMs <= fromMs && each.toMs >= toMs);
    const first = latencyParts.flatMap((part) => going.find((each) => each.part === part) ?? [])[0];
    const { part, stage } = first ?? { part: 'waiting', stage: stageAfter(history, toMs) };
    return { part, stage, ms: toMs - fromMs };
  });
}

function lastKnown({ startMs, activities, timers, tasks }: RunHistory): number {
  const times = [
    ...activities.flatMap((step) => [step.scheduledMs, step.startedMs, step.closedMs]),
    ...timers.flatMap((timer) => [timer.startedMs, timer.firedMs]),
    ...tasks.flatMap((task) => [task.scheduledMs, task.startedMs, task.completedMs]),
  ];
  return times.reduce<number>((most, ms) => Math.max(most, ms ?? startMs), startMs);
}

function addedUp(moments: readonly Moment[]): LatencyAnatomy {
  const anatomy = { totalMs: 0, modelMs: 0, toolMs: 0, backoffMs: 0, queueMs: 0, orchestrationMs: 0, waitingMs: 0 };
  for (const { part, ms } of moments) {
    anatomy.totalMs += ms;
    anatomy[`${part}Ms`] += ms;
  }
  return anatomy;
}
