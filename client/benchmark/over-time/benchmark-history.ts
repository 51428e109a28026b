/** `switchyard bench history`: what benchmarks found of each variant, over time. */
import { checkTrials } from '../../../harness/graded-trial.ts';
import { defaultWasteShare } from '../../../harness/labels.ts';
import { type Measured, measured, trendOf } from '../../../harness/trend.ts';
import { trendPage } from '../../../harness/report/trend-page.ts';
import { runLogExportFile } from '../../../harness/run-log/run-log-store.ts';
import type { BenchmarkManifest } from '../../../contracts/benchmark.ts';
import { messageOf, UsageError } from '../../../lib/errors.ts';
import { printableLine } from '../../../lib/printable.ts';
import { readVariants, withOneDataset } from '../../evaluate/variant-log.ts';
import { exitCodes } from '../../exit-codes.ts';
import { readSettings } from '../../../application/read-settings.ts';
import { note, print, printJson, writeResult } from '../../terminal/output.ts';
import { benchmarkFolder, datasetOf } from '../../../application/benchmarks/benchmark-folders.ts';
import { exportRunLog } from '../export-run-log.ts';
import { benchmarksByTime } from './list-benchmarks.ts';
import { trendText } from './trend-text.ts';

export type HistoryOptions = {
  variant?: string[];
  /** The beginning of its name. */
  datasetName?: string;
  recent: number;
  output?: string;
  json: boolean;
};

/** @returns the exit code; @throws UsageError where nothing fits what was asked for */
export async function showHistory({ variant, datasetName, recent, output, json }: HistoryOptions): Promise<number> {
  const { dataDirectory } = readSettings();
  const fitting = (await benchmarksByTime(dataDirectory)).filter(
    (manifest) => datasetName === undefined || manifest.dataset.startsWith(datasetName),
  );
  const all: Measured[] = [];
  for (const manifest of fitting.slice(-recent)) all.push(...(await measuredIn(dataDirectory, manifest)));
  const chosen = all.filter((each) => variant === undefined || variant.includes(each.variant));
  if (chosen.length === 0) {
    if (variant === undefined && datasetName === undefined) note('nothing is recorded yet: switchyard bench run');
    else throw new UsageError(`no benchmark has recorded that: ${namesOf(all, fitting)}`);
    return exitCodes.worked;
  }
  const trend = trendOf(chosen);
  if (json) for (const point of [...trend.values()].flat()) printJson(point);
  else print(trendText(trend));
  if (output !== undefined) await writeResult(output, trendPage(trend));
  return exitCodes.worked;
}

function namesOf(all: readonly Measured[], fitting: readonly BenchmarkManifest[]): string {
  if (fitting.length === 0) return '"switchyard bench list" shows the datasets';
  return `there are the variants ${[...new Set(all.map(({ variant }) => variant))].join(', ')}`;
}

/** One whose log cannot be graded is named on stderr and left out. */
async function measuredIn(dataDirectory: string, manifest: BenchmarkManifest): Promise<Measured[]> {
  const { id, startedAt, dataset, variants } = manifest;
  const folder = benchmarkFolder(dataDirectory, id);
  const log = runLogExportFile(folder);
  try {
    exportRunLog(log);
    const read = await readVariants(log, { dataset: datasetOf(folder), wasteShare: defaultWasteShare });
    return withOneDataset(read, dataset).flatMap(({ name, trials }) => {
      const planned = variants.find((each) => each.name === name);
      if (planned === undefined) return [];
      const { specHash, pipeline } = planned;
      const about = { benchmark: id, startedAt, variant: name, dataset, specHash, pipeline };
      return [measured(about, checkTrials(trials, name).trials)];
    });
  } catch (error) {
    note(printableLine(`${id} is left out: ${messageOf(error)}`));
    return [];
  }
}
