/** Which HTTP status stands for what: of errors of the application layer, and of failures that end a run without an answer. */
import type { ErrorCode } from '../application/errors.ts';
import { type FailureKind, failureKinds } from '../contracts/failures.ts';

const statuses: Record<ErrorCode, number> = {
  InvalidInput: 400,
  RunNotFound: 404,
  RunExists: 409,
  RunStillGoesOn: 409,
  RunHasEnded: 409,
  RunNotRetryable: 409,
  RunBroken: 502,
  RunSilent: 503,
  RuntimeGone: 503,
  ServerUnavailable: 503,
  ServerRefused: 502,
  Unreadable: 500,
  Interrupted: 503,
  Failed: 500,
};

/** The status of an error of the application layer. */
export const httpStatusOf = (code: ErrorCode): number => statuses[code];

/**
 * The status of a run that ended `unavailable` with nothing to show. What the model's endpoint has said of its key or of its
 * limits is never passed on as 401 or 429: those would be of the caller's own key here.
 */
export function httpStatusOfFailure(kind: FailureKind): number {
  if (kind === 'RepositoryUnusable') return 422;
  return failureKinds[kind].wait ? 503 : 502;
}
