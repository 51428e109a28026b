/** The table of graders: each is a pure function over a record and its ground truth, so that re-grading needs no new run. */
import type { DatasetQuestion } from '../../contracts/dataset.ts';
import type { RunLogRecord } from '../../contracts/run-log.ts';
import { gradeAnswer } from './answer-grader.ts';
import { gradeTools } from './tool-grader.ts';
import { gradeWaste } from './waste-grader.ts';

export const graders = {
  answer: gradeAnswer,
  tools: gradeTools,
  waste: gradeWaste,
} as const satisfies Record<string, (record: RunLogRecord, question: DatasetQuestion) => unknown>;

export type Grades = { [Name in keyof typeof graders]: ReturnType<(typeof graders)[Name]> };

export function gradesOf(record: RunLogRecord, question: DatasetQuestion): Grades {
  const grades = Object.entries(graders).map(([name, grade]) => [name, grade(record, question)]);
  return Object.fromEntries(grades) as Grades;
}
