/** Reads a run log with the dataset it answers, and grades it record by record. */
import type { DatasetQuestion } from '../../contracts/dataset.ts';
import type { RunLogRecord } from '../../contracts/run-log.ts';
import { type GradedCase, type GradedRecord, gradeRecord } from '../../harness/graded-record.ts';
import { withRouteKinds } from '../../harness/graders/needed-kinds.ts';
import { datasetBeside, manifestBeside } from '../benchmark/benchmark-folder.ts';
import { UsageError } from '../../lib/errors.ts';
import { note } from '../terminal/output.ts';
import { printableLine } from '../../lib/printable.ts';
import { readQuestionsWithHash, readRunLog } from './read-run-log.ts';

export const warnOfLog = (warning: string): void => note(printableLine(`warning: ${warning}`));

export type GradeOptions = {
  dataset: string;
  wasteShare: number;
  /** A record of another dataset is refused; else it is warned of. */
  expectDataset?: boolean;
  /** The grader of one's own that says what is right in a comparison. */
  decidedBy?: string;
};

/** What a command on logs is given: the dataset of a benchmark's log need not be named. */
export type LogOptions = Pick<GradeOptions, 'wasteShare' | 'decidedBy'> & { dataset?: string };

/** @throws UsageError where no dataset is named, and no log lies in the folder of a benchmark */
export async function datasetOf({ dataset }: Pick<LogOptions, 'dataset'>, ...logs: string[]): Promise<string> {
  if (dataset !== undefined) return dataset;
  for (const log of logs) if ((await manifestBeside(log)) !== null) return datasetBeside(log);
  throw new UsageError(
    '--dataset <file.jsonl> is missing: it may be left out only for a log that lies in the folder of a benchmark',
  );
}

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
 * of its variants tell which kinds of text a route calls for.
 * @param warn called with fields of the log that are not read
 * @throws UsageError with the line that is wrong
 */
export async function* gradedCases(
  log: string,
  { dataset, wasteShare, expectDataset = false }: GradeOptions,
  warn?: (warning: string) => void,
): AsyncGenerator<GradedCase> {
  const pipelines = (await manifestBeside(log))?.variants.map(({ pipeline }) => pipeline) ?? [];
  const { questions: all, hash } = await readQuestionsWithHash(dataset);
  const questions = new Map(all.map((question) => [question.id, withRouteKinds(question, pipelines)]));
  const others = new Set<string>();
  for await (const { record, line } of readRunLog(log, warn)) {
    const other = otherDataset(record, hash);
    if (other !== null && !others.has(other)) {
      others.add(other);
      const what =
        `${log}:${line}: the record answers the dataset ${other}, and ${dataset} is not that file: ` +
        'it is another choice or version of its questions, or another dataset';
      if (expectDataset) throw new UsageError(`${what}; --other-dataset grades by it all the same`);
      warn?.(what);
    }
    const question = questionOf(record, `${log}:${line}`, questions, dataset);
    yield { record, question, graded: gradeRecord(record, question, { wasteShare }) };
  }
}

/** The dataset that a record names by its hash, where it is not the one of that hash. */
function otherDataset({ dataset }: RunLogRecord, hash: string): string | null {
  const own = /-([0-9a-f]{12})$/.exec(dataset ?? '')?.[1];
  return own === undefined || own === hash ? null : dataset;
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
