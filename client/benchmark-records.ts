/** Reads what a benchmark has recorded, with the questions. */
import { join } from 'node:path';
import type { DatasetQuestion } from '../contracts/dataset.ts';
import type { RunLogRecord } from '../contracts/run-log.ts';
import { readDataset } from '../harness/dataset.ts';
import { runLogReader } from '../harness/run-log/run-log-reader.ts';
import { asUsage, readWholeFile } from './json-lines-file.ts';
import { linesOfFile } from './lines-of-file.ts';

/** @throws UsageError with the line that is wrong */
export async function benchmarkRecords(folder: string): Promise<RunLogRecord[]> {
  const file = join(folder, 'run-log.jsonl');
  const reader = runLogReader(file);
  const records: RunLogRecord[] = [];
  let line = 0;
  for await (const text of linesOfFile(file)) {
    line += 1;
    const record = asUsage(() => reader.read(text, line));
    if (record !== null) records.push(record);
  }
  return records;
}

/** @throws UsageError with the line that is wrong */
export async function questionsOfBenchmark(folder: string): Promise<DatasetQuestion[]> {
  const file = join(folder, 'dataset.jsonl');
  const text = await readWholeFile(file);
  return asUsage(() => readDataset(text, file));
}
