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

/** What the activity has left for further attempts. */
export type TimeLeft = {
  lastAttempt: boolean;
  leftMs: number;
  /** Before the next attempt, unless the provider says otherwise. */
  backOffMs: number;
};

/** What work is cancelled with that took too long. */
export class TimedOut extends Error {
  readonly kind: FailureKind;
  constructor(kind: FailureKind, what: string) {
    super(`${what} did not end in time`);
    this.kind = kind;
  }
}

/** What errors of models/ know beyond their kind. */
type Facts = {
  setting?: string | null;
  retryAfterMs?: number | null;
  retry?: boolean;
  /** Our own reason to wait before the next attempt, where the back-off is shorter. */
  notBeforeMs?: number;
};

/** How an attempt ends whose worker process is gone, or stops: the next one begins at once. */
export function lostWithWorker(
  message = 'the worker process that was at it is gone',
  nextRetryDelay = 1,
): ApplicationFailure {
  // A delay of 0 tells the server not to try again at all (tried on 1.32).
  return ApplicationFailure.create({ type: 'WorkerLost', message, details: [waitingFor([])], nextRetryDelay });
}

/** How a call ends whose worker process was lost again and again: perhaps it is the call that does it. */
export function lostTooOften(spans: SpanRecord[], times: number): ApplicationFailure {
  const message = `lost with its worker ${times} times`;
  return ApplicationFailure.create({ type: 'WorkerLost', message, details: [waitingFor(spans)], nonRetryable: true });
}

function waitingFor(spans: SpanRecord[]): FailureDetail {
  const { setting, wait } = failureKinds.WorkerLost;
  return { setting, retryAfterMs: null, wait, spans };
}

export function toActivityFailure(
  error: unknown,
  spans: SpanRecord[],
  time: TimeLeft,
  kept: { done?: DoneOnTheWay } = {},
): Error {
  if (error instanceof CancelledFailure) return error;
  const message = messageOf(error).slice(0, 1000);
  const kind = kindOf(error);
  const facts = (error instanceof Error ? error : {}) as Facts;
  const rule = failureKinds[kind];
  const retryAfterMs = facts.retryAfterMs ?? null;
  const isLast = time.lastAttempt || (retryAfterMs ?? 0) >= time.leftMs;
  if (error instanceof ApplicationFailure && (error.nonRetryable || !isLast)) return error;
  const tooLong = retryAfterMs !== null && isLast;
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
    nonRetryable: !rule.retry || facts.retry === false || isLast,
    details: [detail],
    nextRetryDelay: Math.max(1, retryAfterMs ?? Math.max(time.backOffMs, facts.notBeforeMs ?? 0)),
    ...(error instanceof Error && kind === 'Unforeseen' ? { cause: error } : {}),
  });
}

/** Errors of models/ and retrieval/ say their kind by `kind` or by name; anything else is unforeseen. */
function kindOf(error: unknown): FailureKind {
  if (!(error instanceof Error)) return 'Unforeseen';
  const named = 'kind' in error && typeof error.kind === 'string' ? error.kind : error.name;
  return isFailureKind(named) ? named : 'Unforeseen';
}
