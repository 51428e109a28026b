/** Reads a failed activity: what kind of failure, where to look, and whether time or a person can mend it. */
import { ActivityFailure, ApplicationFailure, TimeoutFailure } from '@temporalio/workflow';
import type { FailureDetail } from '../activities/failures.ts';
import type { RunFailure } from '../contracts/outcome.ts';
import type { SpanRecord } from '../contracts/span.ts';

export type ReadFailure = {
  failure: RunFailure;
  /** The provider's wish, where the activity's limits were shorter. */
  retryAfterMs: number | null;
  /** A person can take the run up again once the cause is gone. */
  wait: boolean;
  /** The time ran out with no answer at all, as when the worker was away: worth another try at once. */
  expired: boolean;
  spans: readonly SpanRecord[];
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
  return {
    failure: {
      kind: 'ModelTimedOut',
      message: `${error.activityType} did not end in time (${cause?.message ?? 'no reason given'})`,
      setting: null,
    },
    retryAfterMs: null,
    wait: true,
    expired: cause instanceof TimeoutFailure,
    spans: [],
  };
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
  };
}
