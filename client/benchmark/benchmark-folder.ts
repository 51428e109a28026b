/** Makes the folders of benchmarks (the manifest, the questions), and reads what is recorded of them. */
import { existsSync } from 'node:fs';
import { mkdir, mkdtemp, readFile, rename, rm, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { benchmarkFolder, datasetOf, unfinishedPrefix } from '../../application/benchmarks/benchmark-folders.ts';
import { clearBytes } from '../../application/clear-content.ts';
import { type Cipher, createCipher, type Encryption } from '../../codecs/cipher.ts';
import { sealLine } from '../../codecs/sealed-line.ts';
import { dataPaths } from '../../config/data-paths.ts';
import { BenchmarkManifest } from '../../contracts/benchmark.ts';
import type { DatasetQuestion } from '../../contracts/dataset.ts';
import type { RunLogRecord } from '../../contracts/run-log.ts';
import { readJsonLine } from '../../harness/json-lines.ts';
import { runLogExportFile } from '../../harness/run-log/run-log-store.ts';
import { systemErrorCode, UsageError } from '../../lib/errors.ts';
import { ownerOnly } from '../../lib/fs.ts';
import { decodeText } from '../../lib/text-file.ts';
import { readQuestions, readRunLog } from '../evaluate/read-run-log.ts';
import { asUsage } from '../input/json-lines-file.ts';

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
