/** Makes and finds the folders of benchmarks: the manifest, the questions, and what is recorded of them. */
import { existsSync } from 'node:fs';
import { mkdir, mkdtemp, readdir, readFile, rename, rm, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { dataPaths } from '../../config/data-paths.ts';
import { BenchmarkManifest } from '../../contracts/benchmark.ts';
import type { RunLogRecord } from '../../contracts/run-log.ts';
import { LineProblem, readJsonLine } from '../../harness/json-lines.ts';
import { runLogExportFile } from '../../harness/run-log/run-log-store.ts';
import { CommandFailure, messageOf, systemErrorCode, UsageError } from '../../lib/errors.ts';
import { decodeText } from '../../lib/text-file.ts';
import { asUsage } from '../input/json-lines-file.ts';
import type { DatasetQuestion } from '../../contracts/dataset.ts';
import { readQuestions, readRunLog } from '../evaluate/read-run-log.ts';

/** The questions of a benchmark's folder. */
export const datasetOf = (folder: string): string => join(folder, 'dataset.jsonl');

export function benchmarkFolder(dataDirectory: string, id: string): string {
  return join(dataPaths(dataDirectory).benchmarks, id);
}

/** No id begins so. */
const unfinishedPrefix = '.new-';

/**
 * @param records that it begins with
 * @returns the new folder
 * @throws UsageError where there is one of that id
 */
export async function createBenchmark(
  dataDirectory: string,
  manifest: BenchmarkManifest,
  dataset: string,
  records: readonly RunLogRecord[] = [],
): Promise<string> {
  const folder = benchmarkFolder(dataDirectory, manifest.id);
  await mkdir(dataPaths(dataDirectory).benchmarks, { recursive: true, mode: 0o700 });
  // Whole or not at all: a process that is killed here leaves no folder under the id.
  const unfinished = await mkdtemp(join(dataPaths(dataDirectory).benchmarks, unfinishedPrefix));
  await writeFile(datasetOf(unfinished), dataset);
  await writeFile(runLogExportFile(unfinished), records.map((record) => `${JSON.stringify(record)}\n`).join(''));
  await writeFile(join(unfinished, 'benchmark.json'), `${JSON.stringify(manifest, null, 2)}\n`);
  try {
    await rename(unfinished, folder);
  } catch (error) {
    await rm(unfinished, { recursive: true });
    if (!['EEXIST', 'ENOTEMPTY', 'ENOTDIR'].includes(systemErrorCode(error) ?? '')) throw error;
    throw new UsageError(
      `there is already a benchmark ${manifest.id}: take it up again with "switchyard bench resume ${manifest.id}", or give another --name`,
    );
  }
  return folder;
}

/** @throws UsageError where there is no benchmark of that id; CommandFailure for one whose manifest cannot be read */
export async function readManifest(dataDirectory: string, id: string): Promise<BenchmarkManifest> {
  const file = join(benchmarkFolder(dataDirectory, id), 'benchmark.json');
  try {
    return readJsonLine(await readFile(file, 'utf8'), file, BenchmarkManifest);
  } catch (error) {
    if (error instanceof LineProblem) throw new CommandFailure(error.message);
    if (systemErrorCode(error) === 'ENOENT')
      throw new UsageError(
        `there is no benchmark ${id} in this data directory: "switchyard bench status" lists those there are`,
      );
    throw new CommandFailure(`${file} cannot be read: ${messageOf(error).slice(0, 300)}`);
  }
}

/** The manifest that lies beside a benchmark's run log; null where there is none. @throws UsageError for one that does not fit */
export async function manifestBeside(log: string): Promise<BenchmarkManifest | null> {
  const file = join(dirname(log), 'benchmark.json');
  if (!existsSync(file)) return null;
  const text = decodeText(await readFile(file));
  return asUsage(() => readJsonLine(text, file, BenchmarkManifest));
}

/** The dataset of a benchmark's run log. */
export function datasetBeside(log: string): string {
  return datasetOf(dirname(log));
}

/** The ids of all benchmarks of a data directory, sorted. */
export async function benchmarkIds(dataDirectory: string): Promise<string[]> {
  try {
    const entries = await readdir(dataPaths(dataDirectory).benchmarks, { withFileTypes: true });
    return entries
      .filter((entry) => entry.isDirectory() && !entry.name.startsWith(unfinishedPrefix))
      .map(({ name }) => name)
      .sort();
  } catch (error) {
    if (systemErrorCode(error) === 'ENOENT') return [];
    throw error;
  }
}

// Reads what a benchmark has recorded, with the questions.

/** @throws UsageError with the line that is wrong */
export async function benchmarkRecords(folder: string): Promise<RunLogRecord[]> {
  const records: RunLogRecord[] = [];
  for await (const { record } of readRunLog(runLogExportFile(folder))) records.push(record);
  return records;
}

/** @throws UsageError with the line that is wrong */
export function questionsOfBenchmark(folder: string): Promise<DatasetQuestion[]> {
  return readQuestions(datasetOf(folder));
}
