/** Names failures for the workflow: the one place where an error becomes a Temporal failure. */
import { ApplicationFailure, CancelledFailure } from '@temporalio/common';
import { type FailureKind, failureKinds, isFailureKind } from '../contracts/failures.ts';
import type { DoneOnTheWay, SpanRecord } from '../contracts/trace.ts';
import { messageOf } from '../lib/errors.ts';

/** What a failure carries to the workflow, as the first of its details. */
export type FailureDetail = {
  /** Where a person looks first. */
  setting: string | null;
  /** The provider's own wish, where it is longer than the activity's limits leave; the workflow waits that long. */
  retryAfterMs: number | null;
  /** The run waits for a person once this failure's attempts are spent. */
  wait: boolean;
  spans: SpanRecord[];
  /** What stands although the activity has failed. */
  done?: DoneOnTheWay;
};

/** How much time the activity has left for further attempts, in milliseconds. */
export type TimeLeft = { lastAttempt: boolean; leftMs: number };

/** What errors of models/ know beyond their kind. */
type Facts = { setting?: string | null; retryAfterMs?: number | null; retry?: boolean };

export function toActivityFailure(
  error: unknown,
  spans: SpanRecord[],
  time: TimeLeft,
  kept: { done?: DoneOnTheWay } = {},
): Error {
  if (error instanceof CancelledFailure) return error;
  if (error instanceof ApplicationFailure) return error;
  const message = messageOf(error).slice(0, 1000);
  const kind = kindOf(error);
  const facts = (error instanceof Error ? error : {}) as Facts;
  const rule = failureKinds[kind];
  const retryAfterMs = facts.retryAfterMs ?? null;
  const tooLong = retryAfterMs !== null && (time.lastAttempt || retryAfterMs >= time.leftMs);
  const detail: FailureDetail = {
    setting: facts.setting ?? rule.setting,
    retryAfterMs: tooLong ? retryAfterMs : null,
    wait: rule.wait,
    spans,
    ...kept,
  };
  return ApplicationFailure.create({
    type: kind,
    message,
    nonRetryable: !rule.retry || facts.retry === false || tooLong,
    details: [detail],
    // A delay of 0 tells the server not to try again at all (tried on 1.32).
    ...(retryAfterMs === null || tooLong ? {} : { nextRetryDelay: Math.max(1, retryAfterMs) }),
    ...(error instanceof Error && kind === 'Unforeseen' ? { cause: error } : {}),
  });
}

/** Errors of models/ and retrieval/ say their kind by `kind` or by name; anything else is unforeseen. */
function kindOf(error: unknown): FailureKind {
  if (!(error instanceof Error)) return 'Unforeseen';
  const named = 'kind' in error && typeof error.kind === 'string' ? error.kind : error.name;
  return isFailureKind(named) ? named : 'Unforeseen';
}
