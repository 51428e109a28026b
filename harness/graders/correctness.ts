/**
 * The one rule of what is right.
 *
 * An answer to an answerable question is right when it mentions every fact of the gold, makes no forbidden claim, and at
 * least one of its citations resolves and lies in the gold. Where the log does not say what was cited, the last is left
 * out. To a question that the repository does not answer, only an abstention is right. A run that ended without an
 * answer is wrong, and so is one that broke; one that a person cancelled has no grade. A model judge has no part in it.
 */
import type { DatasetQuestion } from '../../contracts/dataset.ts';
import type { RunLogRecord } from '../../contracts/run-log.ts';
import type { AnswerFigures } from './answer-grader.ts';

export type Ending = 'answered' | 'abstained' | 'gave-up' | 'broke' | 'cancelled';

/** How the run ended; of a log without outcomes, told by its answer and error. */
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
      return (final_answer ?? '').trim() === '' ? 'gave-up' : 'answered';
    default:
      throw outcome satisfies never;
  }
}

/** Null: not to be graded. */
export function isCorrect(record: RunLogRecord, question: DatasetQuestion, figures: AnswerFigures): boolean | null {
  const ending = endingOf(record);
  if (ending === 'cancelled') return null;
  if (question.kind === 'unanswerable') return ending === 'abstained';
  const { facts, forbidden, citations } = figures;
  return (
    ending === 'answered' &&
    facts.missing.length === 0 &&
    forbidden.length === 0 &&
    (citations === null || citations.inGold > 0)
  );
}
