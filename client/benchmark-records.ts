/** Reads what a benchmark has recorded, with the questions. */
import { join } from 'node:path';
import type { DatasetQuestion } from '../contracts/dataset.ts';
import type { RunLogRecord } from '../contracts/run-log.ts';
import { runLogExportFile } from '../harness/run-log/run-log-store.ts';
import { readQuestions, readRunLog } from './read-run-log.ts';

/** @throws UsageError with the line that is wrong */
export async function benchmarkRecords(folder: string): Promise<RunLogRecord[]> {
  const records: RunLogRecord[] = [];
  for await (const { record } of readRunLog(runLogExportFile(folder))) records.push(record);
  return records;
}

/** @throws UsageError with the line that is wrong */
export function questionsOfBenchmark(folder: string): Promise<DatasetQuestion[]> {
  return readQuestions(join(folder, 'dataset.jsonl'));
}
