/**
 * Where the time of a run went: each moment from its start to its end belongs to exactly one part, so that the parts add
 * up to the wall clock. While several things go on side by side, the first of this order has the moment: a model's call,
 * a tool's, back-off between failed attempts, queueing for a worker, orchestration (the worker deciding, the server
 * handing over); a moment in which nothing goes on is waiting, for a provider's Retry-After or for a person.
 */
import type { ActivityStep, RunHistory } from './run-history.ts';

export const latencyParts = ['model', 'tool', 'backoff', 'queue', 'orchestration', 'waiting'] as const;
export type LatencyPart = (typeof latencyParts)[number];

/** Milliseconds. */
export type LatencyAnatomy = { totalMs: number } & Record<`${LatencyPart}Ms`, number>;

type Interval = { part: LatencyPart; fromMs: number; toMs: number };

/** Activities that wait for a model; the others work on our side. */
const modelCalls = new Set(['routeQuestion', 'callSpecialist', 'rerankPlaces', 'judgeDraft', 'synthesize']);

/** A run that goes on is measured up to the last thing that is known of it. */
export function latencyAnatomy(history: RunHistory): LatencyAnatomy {
  const intervals = [...history.activities.flatMap(activityIntervals), ...taskIntervals(history)];
  const last = intervals.reduce((most, { toMs }) => Math.max(most, toMs), history.startMs);
  return partition(intervals, history.startMs, history.endMs ?? last);
}

/**
 * The attempts of one activity and what lies between. Attempts are told by the worker's clock, the rest by the server's:
 * what a clock says outside of the activity's own time is cut off.
 */
function activityIntervals(step: ActivityStep): Interval[] {
  const { scheduledMs, startedMs, spans } = step;
  const closedMs = step.closedMs ?? Math.max(scheduledMs, startedMs ?? 0, ...spans.map(({ endMs }) => endMs));
  const within = (ms: number) => Math.min(Math.max(ms, scheduledMs), closedMs);
  const working: LatencyPart = modelCalls.has(step.type) ? 'model' : 'tool';
  const intervals: Interval[] = [{ part: 'orchestration', fromMs: scheduledMs, toMs: closedMs }];
  let reachedMs = scheduledMs;
  let attempts = 0;
  for (const { startMs, endMs, attempt } of spans) {
    const [fromMs, toMs] = [within(startMs), within(endMs)];
    // Attempts of a worker that died leave nothing: the time they took is lost like back-off.
    const part = attempts === 0 && attempt === 1 ? 'queue' : 'backoff';
    intervals.push({ part, fromMs: reachedMs, toMs: fromMs }, { part: working, fromMs, toMs });
    [reachedMs, attempts] = [toMs, attempts + 1];
  }
  if (attempts === 0 && startedMs !== null) {
    const part = step.attempts > 1 ? 'backoff' : 'queue';
    intervals.push({ part, fromMs: scheduledMs, toMs: within(startedMs) });
    intervals.push({ part: working, fromMs: within(startedMs), toMs: closedMs });
  } else if (attempts === 0) intervals.push({ part: 'queue', fromMs: scheduledMs, toMs: closedMs });
  return intervals;
}

/** The worker deciding what comes next, from the moment that there was something to decide. */
function taskIntervals({ tasks }: RunHistory): Interval[] {
  return tasks.map(({ scheduledMs, startedMs, completedMs }) => {
    return { part: 'orchestration', fromMs: scheduledMs, toMs: completedMs ?? startedMs ?? scheduledMs };
  });
}

function partition(intervals: readonly Interval[], startMs: number, endMs: number): LatencyAnatomy {
  const marks = [...new Set(intervals.flatMap(({ fromMs, toMs }) => [fromMs, toMs]).concat(startMs, endMs))]
    .filter((ms) => ms >= startMs && ms <= endMs)
    .toSorted((one, other) => one - other);
  const anatomy = { totalMs: endMs - startMs, ...noTime };
  for (const [at, fromMs] of marks.entries()) {
    const toMs = marks[at + 1] ?? fromMs;
    const going = new Set(
      intervals
        .filter((each) => each.fromMs <= fromMs && each.toMs >= toMs && each.toMs > each.fromMs)
        .map(({ part }) => part),
    );
    const part = latencyParts.find((each) => going.has(each)) ?? 'waiting';
    anatomy[`${part}Ms`] += toMs - fromMs;
  }
  return anatomy;
}

const noTime = { modelMs: 0, toolMs: 0, backoffMs: 0, queueMs: 0, orchestrationMs: 0, waitingMs: 0 };
