/** How this project's activities are called: their time limits and attempts, and what happens once those are spent. */
import { ActivityCancellationType, isCancellation, proxyActivities } from '@temporalio/workflow';
import type { Activities } from '../../activities/index.ts';
import type { ActivityResult, SpanRecord } from '../../contracts/trace.ts';
import type { CallLimits } from '../../contracts/run.ts';
import type { Usage } from '../../contracts/usage.ts';
import type { Call } from './budget.ts';
import { readFailure, type ReadFailure, Unavailable } from './failures.ts';

type ModelCalls = Pick<Activities, 'routeQuestion' | 'callSpecialist' | 'judgeDraft' | 'synthesize'>;
type ToolCalls = Pick<Activities, 'runTool' | 'verifyCitations'>;

/** A cancelled activity is waited for, so that the run ends after the HTTP request was given up, not before. */
const cancellationType = ActivityCancellationType.WAIT_CANCELLATION_COMPLETED;

/** Seconds that an attempt may take beyond the HTTP time-out, so that the true error is what is recorded. */
const marginSeconds = 15;

/** How often a call is scheduled again after its time ran out with no answer at all (the worker was away). */
const expiriesAllowed = 3;

/** @param activityQueue the workflow's own unless given */
export function callsWithin(limits: CallLimits, activityQueue?: string) {
  const queue = activityQueue === undefined ? {} : { taskQueue: activityQueue };
  const heartbeatTimeout = `${limits.heartbeatSeconds}s` as const;
  return {
    models: proxyActivities<ModelCalls>({
      ...queue,
      startToCloseTimeout: `${limits.modelCallSeconds + marginSeconds}s`,
      scheduleToCloseTimeout: `${limits.modelCallTotalSeconds}s`,
      heartbeatTimeout,
      cancellationType,
      retry: {
        maximumAttempts: limits.modelCallAttempts,
        initialInterval: '1s',
        backoffCoefficient: 2,
        maximumInterval: '30s',
      },
    }),
    // A search waits for its reranker no longer than one call may take, whatever becomes of it.
    rerankers: proxyActivities<Pick<Activities, 'rerankPlaces'>>({
      ...queue,
      scheduleToCloseTimeout: `${limits.modelCallSeconds + marginSeconds}s`,
      heartbeatTimeout,
      cancellationType,
      retry: { maximumAttempts: limits.modelCallAttempts, initialInterval: '1s', backoffCoefficient: 2 },
    }),
    repository: proxyActivities<Pick<Activities, 'openRepository'>>({
      ...queue,
      startToCloseTimeout: '30m',
      scheduleToCloseTimeout: '2h',
      heartbeatTimeout,
      cancellationType,
      retry: { maximumAttempts: 5, initialInterval: '1s' },
    }),
    tools: proxyActivities<ToolCalls>({
      ...queue,
      startToCloseTimeout: '2m',
      scheduleToCloseTimeout: '30m',
      heartbeatTimeout,
      cancellationType,
      retry: { maximumAttempts: 5, initialInterval: '500ms', maximumInterval: '10s' },
    }),
  };
}

/** What `untilAnswered` needs of its run. */
export type Waits = {
  /** A call is under way until what this returns is called. */
  begin(): () => void;
  /** @param call the model call that it was for */
  settle(usage: Usage | null, spans: readonly SpanRecord[], call?: Call): void;
  /** Sleeps as long as the provider asks. */
  pause(milliseconds: number, why: string): Promise<void>;
  /** Waits until a person says `runs retry`. */
  waitForPerson(failure: ReadFailure['failure']): Promise<void>;
};

/**
 * Calls an activity until it answers: a provider's long Retry-After is slept, a provider that stays away is waited for,
 * and neither spends an attempt. Bounded by the run's clock (Retry-After) and by the limit of waits for a person (outages).
 * @throws Unavailable when neither time nor a person can fix the failure, or no person came; the cancellation, when the
 * run is cancelled.
 */
export async function untilAnswered<Result>(
  waits: Waits,
  call: () => Promise<ActivityResult<Result>>,
): Promise<Result> {
  for (let expiries = 0; ; ) {
    const end = waits.begin();
    try {
      const { result, usage, spans } = await call();
      end();
      waits.settle(usage, spans);
      return result;
    } catch (error) {
      end();
      if (isCancellation(error)) throw error;
      const { failure, retryAfterMs, wait, expired, spans } = readFailure(error);
      waits.settle(null, spans);
      expiries += expired ? 1 : 0;
      if (retryAfterMs !== null) await waits.pause(retryAfterMs, failure.message);
      else if (wait && !(expired && expiries <= expiriesAllowed)) await waits.waitForPerson(failure);
      else if (!wait) throw new Unavailable(failure);
    }
  }
}

/**
 * Calls an activity that the run can do without: its own attempts are all that it gets, and nothing is waited for.
 * @throws Unavailable for every failure; the cancellation, when the run is cancelled.
 */
export async function answeredAtOnce<Result>(
  { begin, settle }: Pick<Waits, 'begin' | 'settle'>,
  call: () => Promise<ActivityResult<Result>>,
): Promise<Result> {
  const end = begin();
  try {
    const { result, usage, spans } = await call().finally(end);
    settle(usage, spans);
    return result;
  } catch (error) {
    if (isCancellation(error)) throw error;
    const { failure, spans } = readFailure(error);
    settle(null, spans);
    throw new Unavailable(failure);
  }
}
