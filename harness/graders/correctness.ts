/**
 * The one rule of what is right.
 *
 * An answer to an answerable question is right when it mentions every fact of the ground truth, makes no forbidden claim, and at
 * least one of its citations resolves and lies in the expected places. Where the log does not say what was cited, the last is left
 * out. To a question that the repository does not answer, only an abstention is right. A run that ended without an
 * answer is wrong, and so is one that broke; one that a person cancelled has no grade, and none has one of which the log
 * does not say how it ended or what it answered. A model judge has no part in it.
 */
import type { DatasetQuestion } from '../../contracts/dataset.ts';
import type { RunLogRecord } from '../../contracts/run-log.ts';
import type { AnswerFigures } from './answer-grader.ts';
import { endingOf } from './run-ending.ts';

/** Null: not to be graded. */
export function isCorrect(record: RunLogRecord, question: DatasetQuestion, figures: AnswerFigures): boolean | null {
  const ending = endingOf(record);
  if (ending === 'cancelled' || ending === 'unknown') return null;
  if (question.kind === 'unanswerable') return ending === 'abstained';
  if (ending !== 'answered') return false;
  const { facts, forbidden, citations } = figures;
  if (citations?.inExpected === 0) return false;
  if (facts.missing === null || forbidden === null) return null;
  return facts.missing.length === 0 && forbidden.length === 0;
}
