/** Lists the benchmarks of a data directory by their folders: no server is asked. */
import type { BenchmarkManifest } from '../../../contracts/benchmark.ts';
import { defaultWasteShare } from '../../../harness/labels.ts';
import { countRecord, emptyTally } from '../../../harness/benchmark-tally.ts';
import { runLogExportFile } from '../../../harness/run-log/run-log-store.ts';
import { paidOf } from '../../../contracts/usage-sum.ts';
import { messageOf } from '../../../lib/errors.ts';
import { printableLine } from '../../../lib/printable.ts';
import { gradedCases } from '../../evaluate/graded-log.ts';
import { exitCodes } from '../../exit-codes.ts';
import { readSettings } from '../../../application/read-settings.ts';
import { inColumns, note, print, printJson } from '../../terminal/output.ts';
import {
  benchmarkFolder,
  benchmarkIds,
  datasetOf,
  readManifest,
} from '../../../application/benchmarks/benchmark-folders.ts';
import { costText } from '../benchmark-text.ts';
import { exportRunLog } from '../export-run-log.ts';
import type { Printed } from '../../output-schemas/output-schemas.ts';

/** The oldest first. One whose folder cannot be read is named on stderr. */
export async function benchmarksByTime(dataDirectory: string): Promise<BenchmarkManifest[]> {
  const manifests: BenchmarkManifest[] = [];
  for (const id of await benchmarkIds(dataDirectory)) {
    try {
      manifests.push({ ...(await readManifest(dataDirectory, id)), id });
    } catch (error) {
      note(printableLine(`${id} is left out: ${messageOf(error)}`));
    }
  }
  return manifests.toSorted((one, other) => Date.parse(one.startedAt) - Date.parse(other.startedAt));
}

/** @returns the exit code: 1 where one of them could not be read */
export async function listBenchmarks(json: boolean): Promise<number> {
  const { dataDirectory } = readSettings();
  const manifests = await benchmarksByTime(dataDirectory);
  const rows: [string, string][] = [];
  for (const manifest of manifests) {
    const shown = await shownBenchmark(dataDirectory, manifest);
    if (json) printJson(shown satisfies Printed<'bench list'>, { variants: 'map' });
    else rows.push([printableLine(manifest.id), printableLine(lineOf(shown))]);
  }
  for (const line of inColumns(rows)) print(line);
  if (manifests.length === 0) note('there are no benchmarks yet: switchyard bench run');
  return manifests.length === (await benchmarkIds(dataDirectory)).length ? exitCodes.worked : exitCodes.failed;
}

async function shownBenchmark(dataDirectory: string, manifest: BenchmarkManifest) {
  const { id, startedAt, dataset, questions, trials, offline } = manifest;
  const names = manifest.variants.map(({ name }) => name);
  const folder = benchmarkFolder(dataDirectory, id);
  const log = runLogExportFile(folder);
  exportRunLog(log);
  const tally = emptyTally(names);
  const models = new Set<string>();
  for await (const { record, graded } of gradedCases(log, {
    dataset: datasetOf(folder),
    wasteShare: defaultWasteShare,
  })) {
    countRecord(tally, record, graded.correct);
    for (const model of Object.values(record.models ?? {})) models.add(model);
  }
  const { arms: variants, usage, failed } = tally;
  const paid = paidOf(usage);
  const runs = questions * trials * names.length;
  const done = Object.values(variants).reduce((sum, variant) => sum + variant.done, 0);
  return {
    ...{ id, startedAt, dataset, questions, trials, offline, runs, done, failed, variants, models: [...models].sort() },
    ...{ costUsd: usage.costUsd, paidUsd: paid.costUsd, folder },
  };
}

function lineOf(shown: Awaited<ReturnType<typeof shownBenchmark>>): string {
  const { startedAt, dataset, questions, done, runs, failed, variants, paidUsd } = shown;
  const right = Object.entries(variants).map(
    ([name, each]) => `${name} ${each.graded === 0 ? '–' : `${((100 * each.right) / each.graded).toFixed(0)} %`}`,
  );
  return [
    startedAt.slice(0, 16).replace('T', ' '),
    `${questions} of ${dataset}`,
    ...(done < runs ? [`${done} of ${runs} runs`] : []),
    `right: ${right.join(', ')}`,
    ...(failed === 0 ? [] : [`${failed} failed`]),
    costText(paidUsd),
  ].join(' · ');
}
