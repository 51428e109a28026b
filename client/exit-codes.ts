/** What the exit code of a command means. */
import type { ErrorCode } from '../application/errors.ts';
import type { AnswerOutcome } from '../contracts/run.ts';

export const exitCodes = { worked: 0, failed: 1, usage: 2, gate: 100, interrupted: 130 } as const;

/** Of what ends a command early. */
export const exitCodesOfErrors: Record<ErrorCode, number> = {
  InvalidInput: exitCodes.usage,
  RunNotFound: exitCodes.usage,
  RunExists: exitCodes.usage,
  RunStillGoesOn: exitCodes.failed,
  RunHasEnded: exitCodes.failed,
  RunBroken: exitCodes.failed,
  RunNotRetryable: exitCodes.failed,
  RunSilent: exitCodes.failed,
  RuntimeGone: exitCodes.failed,
  ServerUnavailable: exitCodes.failed,
  ServerRefused: exitCodes.failed,
  Unreadable: exitCodes.usage,
  Interrupted: exitCodes.interrupted,
  Failed: exitCodes.failed,
};

export const exitCodeTable = `
Exit codes:
  0    the command did its work; for ask: answered, or insufficient-evidence
  1    it could not: for ask, retries-exhausted, budget-spent, unavailable or cancelled (printed in full);
       doctor found something missing
  2    the command, a setting or a file is wrong, or what it names does not exist; nothing was run
  100  compare: a gate is not met
  130  interrupted; the run stays resumable`;

/** An honest "the repository does not say" is a result; everything else that is no answer is a failure to scripts. */
export function exitCodeOf(kind: AnswerOutcome['kind']): number {
  switch (kind) {
    case 'answered':
    case 'insufficient-evidence':
      return exitCodes.worked;
    case 'retries-exhausted':
    case 'budget-spent':
    case 'unavailable':
    case 'cancelled':
      return exitCodes.failed;
    default:
      return kind satisfies never;
  }
}
