/** Reads a run log and a dataset, record by record, so that a log of any size fits. */
import type { DatasetQuestion } from '../../contracts/dataset.ts';
import type { RunLogRecord } from '../../contracts/run-log.ts';
import { readDataset } from '../../harness/dataset.ts';
import { runLogReader } from '../../harness/run-log/run-log-reader.ts';
import { shortHash } from '../benchmark/benchmark-questions.ts';
import { exportRunLog } from '../benchmark/export-run-log.ts';
import { lineOpener } from '../../application/clear-content.ts';
import { asUsage, readWholeFile } from '../input/json-lines-file.ts';
import { linesOfFile } from '../input/lines-of-file.ts';
import { scoreReader } from './stored-scores.ts';

/**
 * Of a benchmark that runs, what is recorded by now; with the scores of graders of one's own that are kept beside the log.
 * @param warn called with fields that are not read
 * @throws UsageError with the line that is wrong
 */
export async function* readRunLog(
  file: string,
  warn?: (warning: string) => void,
): AsyncGenerator<{ record: RunLogRecord; line: number }> {
  exportRunLog(file);
  const reader = runLogReader(file, warn);
  const open = lineOpener();
  const scored = await scoreReader(file, warn ?? (() => {}));
  let line = 0;
  for await (const text of linesOfFile(file)) {
    line += 1;
    const record = asUsage(() => reader.read(open(text), line));
    if (record !== null) yield { record: scored(record), line };
  }
}

/** @throws UsageError with the line that is wrong */
export async function readQuestions(file: string): Promise<DatasetQuestion[]> {
  return (await readQuestionsWithHash(file)).questions;
}

/** The hash is what the name of a benchmark's dataset ends with. @throws UsageError with the line that is wrong */
export async function readQuestionsWithHash(file: string): Promise<{ questions: DatasetQuestion[]; hash: string }> {
  const text = await readWholeFile(file);
  return { questions: asUsage(() => readDataset(text, file)), hash: shortHash(text) };
}
