/** Reads a failed activity: what kind of failure, where to look, and whether time or a person can fix it. */
import { ActivityFailure, ApplicationFailure, CancelledFailure, TimeoutFailure } from '@temporalio/workflow';
import type { FailureDetail } from '../../activities/failures.ts';
import { type FailureKind, failureKinds } from '../../contracts/failures.ts';
import type { RunFailure } from '../../contracts/run.ts';
import type { DoneOnTheWay, SpanRecord } from '../../contracts/trace.ts';

export type ReadFailure = {
  failure: RunFailure;
  /** The provider's wish, where the activity's limits were shorter. */
  retryAfterMs: number | null;
  /** A person can take the run up again once the cause is gone. */
  wait: boolean;
  /** The time ran out with no answer at all, as when the worker was away: worth another try at once. */
  expired: boolean;
  spans: readonly SpanRecord[];
  /** What stands although the activity has failed. */
  done: DoneOnTheWay;
};

/** Thrown when a run cannot go on. */
export class Unavailable extends Error {
  readonly failure: RunFailure;
  constructor(failure: RunFailure) {
    super(failure.message);
    this.failure = failure;
  }
}

/** @throws the error itself when it is no activity's failure: a mistake of ours, which must show. */
export function readFailure(error: unknown): ReadFailure {
  if (!(error instanceof ActivityFailure)) throw error;
  const { cause } = error;
  if (cause instanceof ApplicationFailure) return readApplicationFailure(cause);
  if (cause instanceof TimeoutFailure && cause.cause instanceof ApplicationFailure)
    return readApplicationFailure(cause.cause);
  const expired = cause instanceof TimeoutFailure;
  const kind = expired ? kindOfTimeout(error.activityType, cause) : 'Unforeseen';
  const { setting, wait } = failureKinds[kind];
  const what = kind === 'WorkerLost' ? 'was lost with its worker' : expired ? 'did not end in time' : 'failed';
  const message = `${error.activityType} ${what} (${cause?.message ?? 'no reason given'})`.slice(0, 1000);
  return {
    failure: { kind, message, setting },
    retryAfterMs: null,
    wait,
    expired,
    spans: heartbeatSpans(cause),
    done: {},
  };
}

/** What attempts before the one that timed out have left in the heartbeat's details: they may have been paid for. */
function heartbeatSpans(timeout: Error | undefined): readonly SpanRecord[] {
  if (!(timeout instanceof TimeoutFailure)) return [];
  const details = timeout.lastHeartbeatDetails as Partial<Pick<FailureDetail, 'spans'>> | undefined;
  return details?.spans ?? heartbeatSpans(timeout.cause);
}

/** What a cancelled activity says that it was paid for and has done, as far as it could say anything. */
export function toldByCancelled(error: unknown): Pick<ReadFailure, 'spans' | 'done'> {
  const cause = error instanceof ActivityFailure ? error.cause : error;
  if (!(cause instanceof CancelledFailure)) return { spans: [], done: {} };
  const detail = cause.details?.[0] as Partial<Pick<FailureDetail, 'spans' | 'done'>> | undefined;
  return { spans: detail?.spans ?? [], done: detail?.done ?? {} };
}

const timeoutsOfOthers: Partial<Record<string, FailureKind>> = {
  openRepository: 'RepositoryTimedOut',
  findCandidates: 'RepositoryTimedOut',
  proveQuestions: 'RepositoryTimedOut',
  runTool: 'ToolTimedOut',
  matchPackages: 'ToolTimedOut',
  verifyCitations: 'CitationCheckTimedOut',
  checkEdit: 'CitationCheckTimedOut',
  openForeignTools: 'ForeignServerUnavailable',
  callForeignTool: 'ForeignToolTimedOut',
  noteForeignCall: 'ToolTimedOut',
};

/** All other activities call a model. A limit over all attempts has the time-out of the last attempt as its cause. */
function kindOfTimeout(activityType: string, timeout: TimeoutFailure): FailureKind {
  const last = timeout.cause instanceof TimeoutFailure ? timeout.cause : timeout;
  if (last.timeoutType === 'HEARTBEAT') return 'WorkerLost';
  return timeoutsOfOthers[activityType] ?? 'ModelTimedOut';
}

/** The failure that a run waited for in vain. */
export function givenUp(failure: RunFailure, limitSeconds: number): RunFailure {
  const limit = limitSeconds < 86_400 ? `${limitSeconds} s` : `${Math.round(limitSeconds / 86_400)} days`;
  return { ...failure, message: `nobody took the run up again within ${limit}: ${failure.message}`.slice(0, 1000) };
}

function readApplicationFailure(cause: ApplicationFailure): ReadFailure {
  const detail = cause.details?.[0] as Partial<FailureDetail> | undefined;
  return {
    failure: {
      kind: (cause.type ?? 'Unforeseen') as RunFailure['kind'],
      message: cause.message,
      setting: detail?.setting ?? null,
    },
    retryAfterMs: detail?.retryAfterMs ?? null,
    wait: detail?.wait ?? false,
    expired: false,
    spans: detail?.spans ?? [],
    done: detail?.done ?? {},
  };
}
