/** How a run ended and what it answered, as far as its record says. */
import type { RunLogRecord } from '../../contracts/run-log.ts';

/** `unknown`: the record has neither an outcome, nor an answer, nor an error. */
export type Ending = 'answered' | 'abstained' | 'gave-up' | 'broke' | 'cancelled' | 'unknown';

/** Of a log without outcomes, taken from its answer and error; an answer that is there and empty is none. */
export function endingOf({ outcome, final_answer, error }: RunLogRecord): Ending {
  switch (outcome) {
    case 'answered':
      return 'answered';
    case 'insufficient-evidence':
      return 'abstained';
    case 'retries-exhausted':
    case 'budget-spent':
      return 'gave-up';
    case 'unavailable':
      return 'broke';
    case 'cancelled':
      return 'cancelled';
    case null:
      if (error !== null) return 'broke';
      if (final_answer === null) return 'unknown';
      return final_answer.trim() === '' ? 'gave-up' : 'answered';
    default:
      throw outcome satisfies never;
  }
}

/** '' where a run is known to have ended without an answer; null where the record does not say what it was. */
export function answerOf(record: RunLogRecord): string | null {
  if (record.final_answer !== null) return record.final_answer;
  const ending = endingOf(record);
  return ending === 'answered' || ending === 'unknown' ? null : '';
}
