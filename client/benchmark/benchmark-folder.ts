/** Makes and finds the folders of benchmarks: the manifest, the questions, and what is recorded of them. */
import { existsSync } from 'node:fs';
import { mkdir, mkdtemp, readdir, readFile, rename, rm, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { type Cipher, createCipher, type Encryption } from '../../codecs/cipher.ts';
import { isUnreadable } from '../../codecs/failures.ts';
import { sealLine } from '../../codecs/sealed-line.ts';
import { dataPaths } from '../../config/data-paths.ts';
import { BenchmarkManifest } from '../../contracts/benchmark.ts';
import type { RunLogRecord } from '../../contracts/run-log.ts';
import { LineProblem, readJsonLine } from '../../harness/json-lines.ts';
import { runLogExportFile } from '../../harness/run-log/run-log-store.ts';
import { CommandFailure, messageOf, systemErrorCode, UsageError } from '../../lib/errors.ts';
import { decodeText } from '../../lib/text-file.ts';
import { ownerOnly } from '../../lib/fs.ts';
import { clearBytes } from '../../application/clear-content.ts';
import { asUsage } from '../input/json-lines-file.ts';
import type { DatasetQuestion } from '../../contracts/dataset.ts';
import { readQuestions, readRunLog } from '../evaluate/read-run-log.ts';

/** The questions of a benchmark's folder. */
export const datasetOf = (folder: string): string => join(folder, 'dataset.jsonl');

export function benchmarkFolder(dataDirectory: string, id: string): string {
  return join(dataPaths(dataDirectory).benchmarks, id);
}

/** No id begins so: what is being made, or deleted. */
export const unfinishedPrefix = '.new-';

/**
 * @param records that it begins with
 * @returns the new folder
 * @throws UsageError where there is one of that id
 */
export async function createBenchmark(
  { dataDirectory, encryption }: { dataDirectory: string; encryption: Encryption },
  manifest: BenchmarkManifest,
  dataset: string,
  records: readonly RunLogRecord[] = [],
): Promise<string> {
  const folder = benchmarkFolder(dataDirectory, manifest.id);
  await mkdir(dataPaths(dataDirectory).benchmarks, { recursive: true, mode: 0o700 });
  // Whole or not at all: a process that is killed here leaves no folder under the id.
  const unfinished = await mkdtemp(join(dataPaths(dataDirectory).benchmarks, unfinishedPrefix));
  const cipher = createCipher(encryption.keys);
  const write = (file: string, text: string) => writeFile(file, cipher.seal(Buffer.from(text)), { mode: ownerOnly });
  await write(datasetOf(unfinished), dataset);
  const log = records.map((record) => `${sealedRecord(record, cipher)}\n`).join('');
  await writeFile(runLogExportFile(unfinished), log, { mode: ownerOnly });
  await write(join(unfinished, 'benchmark.json'), `${JSON.stringify(manifest, null, 2)}\n`);
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

function sealedRecord(record: RunLogRecord, cipher: Cipher): string {
  const { question_id, variant, trial } = record;
  return sealLine(JSON.stringify(record), { question_id, variant, trial }, cipher);
}

/** @throws UsageError where there is no benchmark of that id; CommandFailure for one whose manifest cannot be read */
export async function readManifest(dataDirectory: string, id: string): Promise<BenchmarkManifest> {
  const file = join(benchmarkFolder(dataDirectory, id), 'benchmark.json');
  try {
    return readJsonLine(decodeText(clearBytes(await readFile(file))), file, BenchmarkManifest);
  } catch (error) {
    if (isUnreadable(error)) throw error;
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
  const text = decodeText(clearBytes(await readFile(file)));
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
