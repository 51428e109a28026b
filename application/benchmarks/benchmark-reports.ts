/** What a surface shows of benchmarks: those of a data directory, and the report that each has written. */
import { existsSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { BenchmarkManifest } from '../../contracts/benchmark.ts';
import { messageOf, systemErrorCode } from '../../lib/errors.ts';
import { decodeText } from '../../lib/text-file.ts';
import { clearBytes } from '../clear-content.ts';
import { benchmarkFolder, benchmarkIds, readManifest } from './benchmark-folders.ts';

/** What is encrypted has a name that no browser opens; `switchyard keys decrypt` reads such a file. */
export const encryptedEnding = '.encrypted';

/** The file of its report, where that is not encrypted. */
export const reportFile = (folder: string): string => join(folder, 'report.html');

export type ListedBenchmark = { manifest: BenchmarkManifest; hasReport: boolean };

/** The newest first. `unreadable`: those whose folder could not be read, each with the reason. */
export async function listedBenchmarks(
  dataDirectory: string,
): Promise<{ benchmarks: ListedBenchmark[]; unreadable: { id: string; problem: string }[] }> {
  const benchmarks: ListedBenchmark[] = [];
  const unreadable: { id: string; problem: string }[] = [];
  for (const id of await benchmarkIds(dataDirectory)) {
    const file = reportFile(benchmarkFolder(dataDirectory, id));
    try {
      const manifest = { ...(await readManifest(dataDirectory, id)), id };
      benchmarks.push({ manifest, hasReport: existsSync(file) || existsSync(file + encryptedEnding) });
    } catch (error) {
      unreadable.push({ id, problem: messageOf(error) });
    }
  }
  benchmarks.sort((one, other) => Date.parse(other.manifest.startedAt) - Date.parse(one.manifest.startedAt));
  return { benchmarks, unreadable };
}

/**
 * The report as HTML that asks nothing of the network, in the clear.
 * @returns null where there is no such benchmark, or it has written none yet
 */
export async function reportOf(dataDirectory: string, id: string): Promise<string | null> {
  // An id is the name of a folder: only one that is listed is looked into.
  if (!(await benchmarkIds(dataDirectory)).includes(id)) return null;
  const file = reportFile(benchmarkFolder(dataDirectory, id));
  for (const name of [file, file + encryptedEnding]) {
    try {
      return decodeText(clearBytes(await readFile(name)));
    } catch (error) {
      if (systemErrorCode(error) !== 'ENOENT') throw error;
    }
  }
  return null;
}
