/** A record with its grades and labels: what comparisons, signals and reports read. */
import type { DatasetQuestion } from '../contracts/dataset.ts';
import type { RunLogRecord } from '../contracts/run-log.ts';
import { endingOf, isCorrect } from './graders/correctness.ts';
import { type Grades, gradesOf } from './graders/graders.ts';
import { wasRouted } from './graders/needed-kinds.ts';
import { defaultWasteShare, type Label, labelsOf } from './labels.ts';

export type GradedRecord = Grades & {
  question_id: string;
  arm: string;
  trial: number;
  dataset: string | null;
  expected_route: string;
  /** Null of an arm without a router. */
  route: string | null;
  /** Null where a person cancelled: that is nobody's failure. */
  correct: boolean | null;
  label: Label;
  secondary_labels: Label[];
  /** More calls for nothing than the declared share, whether or not the answer is right. */
  wasteful: boolean;
  abstained: boolean;
  error: boolean;
  offline: boolean | null;
};

/** A record with its gold and its grade. */
export type GradedCase = { record: RunLogRecord; question: DatasetQuestion; graded: GradedRecord };

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
    arm: record.arm,
    trial: record.trial,
    dataset: record.dataset,
    expected_route: question.expected_route,
    route: wasRouted(record) ? record.route : null,
    correct: isCorrect(record, question, grades.answer),
    label: primary,
    secondary_labels: secondary,
    wasteful: (grades.waste.share ?? 0) > wasteShare,
    abstained: ending === 'abstained',
    error: ending === 'broke',
    offline: record.offline,
    ...grades,
  };
}
