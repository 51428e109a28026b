/** Reads a run log with the dataset it answers, and grades it record by record. */
import type { DatasetQuestion } from '../../contracts/dataset.ts';
import type { RunLogRecord } from '../../contracts/run-log.ts';
import { type GradedCase, type GradedRecord, gradeRecord } from '../../harness/graded-record.ts';
import { withRouteKinds } from '../../harness/graders/needed-kinds.ts';
import { manifestBeside } from '../benchmark/benchmark-folder.ts';
import { UsageError } from '../../lib/errors.ts';
import { note } from '../terminal/output.ts';
import { printableLine } from '../../lib/printable.ts';
import { readQuestions, readRunLog } from './read-run-log.ts';

export const warnOfLog = (warning: string): void => note(printableLine(`warning: ${warning}`));

export type GradeOptions = { dataset: string; wasteShare: number };

/**
 * Nothing is returned unless the whole log can be read.
 * @throws UsageError with the line that is wrong
 */
export async function gradedLog(log: string, options: GradeOptions): Promise<GradedRecord[]> {
  const graded: GradedRecord[] = [];
  for await (const each of gradedCases(log, options, warnOfLog)) graded.push(each.graded);
  if (graded.length === 0) throw new UsageError(`${log} has no records`);
  return graded;
}

/**
 * One record after the other, so that a log of any size fits. Where the log lies in a benchmark's folder, the pipelines
 * of its arms tell which kinds of text a route calls for.
 * @param warn called with fields of the log that are not read
 * @throws UsageError with the line that is wrong
 */
export async function* gradedCases(
  log: string,
  { dataset, wasteShare }: GradeOptions,
  warn?: (warning: string) => void,
): AsyncGenerator<GradedCase> {
  const pipelines = (await manifestBeside(log))?.arms.map(({ pipeline }) => pipeline) ?? [];
  const questions = new Map(
    (await readQuestions(dataset)).map((question) => [question.id, withRouteKinds(question, pipelines)]),
  );
  for await (const { record, line } of readRunLog(log, warn)) {
    const question = questionOf(record, `${log}:${line}`, questions, dataset);
    yield { record, question, graded: gradeRecord(record, question, { wasteShare }) };
  }
}

function questionOf(
  record: RunLogRecord,
  place: string,
  questions: ReadonlyMap<string, DatasetQuestion>,
  dataset: string,
): DatasetQuestion {
  const question = questions.get(record.question_id);
  if (question === undefined)
    throw new UsageError(`${place}: ${dataset} has no question "${record.question_id}": is this its dataset?`);
  if (record.question !== null && record.question.trim() !== question.question)
    throw new UsageError(`${place}: question "${question.id}" is another one in ${dataset}: is this its dataset?`);
  return question;
}
