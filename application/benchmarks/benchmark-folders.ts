/** Finds the benchmarks of a data directory: a folder each, with a manifest. */
import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { isUnreadable } from '../../codecs/failures.ts';
import { dataPaths } from '../../config/data-paths.ts';
import { BenchmarkManifest } from '../../contracts/benchmark.ts';
import { LineProblem, readJsonLine } from '../../harness/json-lines.ts';
import { CommandFailure, messageOf, systemErrorCode, UsageError } from '../../lib/errors.ts';
import { decodeText } from '../../lib/text-file.ts';
import { clearBytes } from '../clear-content.ts';

/** The questions of a benchmark's folder. */
export const datasetOf = (folder: string): string => join(folder, 'dataset.jsonl');

/** Absolute; it need not exist. */
export function benchmarkFolder(dataDirectory: string, id: string): string {
  return join(dataPaths(dataDirectory).benchmarks, id);
}

/** No id begins so: what is being made, or deleted. */
export const unfinishedPrefix = '.new-';

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
