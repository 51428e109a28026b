/** A record with its grades and labels: what comparisons, signals and reports read. */
import type { DatasetQuestion } from '../contracts/dataset.ts';
import type { OwnScore, RunLogRecord } from '../contracts/run-log.ts';
import { isCorrect } from './graders/correctness.ts';
import { endingOf } from './graders/run-ending.ts';
import { type Grades, gradesOf } from './graders/graders.ts';
import { isWasteful } from './graders/waste-grader.ts';
import { wasRouted } from './graders/needed-kinds.ts';
import { defaultWasteShare, type Label, labelsOf } from './labels.ts';

export type GradedRecord = Grades & {
  question_id: string;
  variant: string;
  trial: number;
  dataset: string | null;
  expected_route: string;
  /** Null of a variant without a router. */
  route: string | null;
  /** Null where a person cancelled, which is nobody's failure, and where the log does not say what came of the run. */
  correct: boolean | null;
  label: Label;
  secondary_labels: Label[];
  /** More calls for nothing than the declared share, whether or not the answer is right; null where the log does not say. */
  wasteful: boolean | null;
  /** Null where the log does not say how the run ended. */
  abstained: boolean | null;
  error: boolean;
  offline: boolean | null;
  /** What graders of one's own say; absent where there are none. */
  scores?: OwnScore[];
};

/** A record with its ground truth and its grade. */
export type GradedCase = { record: RunLogRecord; question: DatasetQuestion; graded: GradedRecord };

/** @param options `wasteShare`: a right answer is wasteful above this share of needless calls, from 0 to 1 */
export function gradeRecord(
  record: RunLogRecord,
  question: DatasetQuestion,
  { wasteShare = defaultWasteShare }: { wasteShare?: number } = {},
): GradedRecord {
  const grades = gradesOf(record, question);
  const { primary, secondary } = labelsOf({ record, question, grades, wasteShare });
  const ending = endingOf(record);
  return {
    question_id: record.question_id,
    variant: record.variant,
    trial: record.trial,
    dataset: record.dataset,
    expected_route: question.expected_route,
    route: wasRouted(record) ? record.route : null,
    correct: isCorrect(record, question, grades.answer),
    label: primary,
    secondary_labels: secondary,
    wasteful: isWasteful(grades.waste, wasteShare),
    abstained: ending === 'unknown' ? null : ending === 'abstained',
    error: ending === 'broke',
    offline: record.offline,
    ...(record.scores === undefined ? {} : { scores: record.scores }),
    ...grades,
  };
}
