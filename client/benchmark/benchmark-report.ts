/** Writes the report and the memo of a benchmark into its folder. */
import { join } from 'node:path';
import type { BenchmarkManifest } from '../../contracts/benchmark.ts';
import type { ComparisonPlan } from '../../contracts/comparison-plan.ts';
import { compareArms } from '../../harness/comparison/compare-arms.ts';
import { whole } from '../../harness/comparison/cells.ts';
import { defaultWasteShare } from '../../harness/labels.ts';
import { comparisonJson } from '../../harness/rendering/comparison-text.ts';
import { memo } from '../../harness/report/memo.ts';
import type { LeftOut } from '../../harness/report/report.ts';
import { reportPage } from '../../harness/report/report-page.ts';
import { runLogExportFile } from '../../harness/run-log/run-log-store.ts';
import { type ReadArm, readArms, withOneDataset } from '../evaluate/arm-log.ts';
import { datasetOf, manifestBeside } from './benchmark-folder.ts';
import { UsageError } from '../../lib/errors.ts';
import type { GradeOptions } from '../evaluate/graded-log.ts';
import { asUsage } from '../input/json-lines-file.ts';
import { reportOfArms } from '../evaluate/report-of-arms.ts';
import { writeResult } from '../terminal/output.ts';

const withoutPrefix = 'without-';

/**
 * Grades and compares what the run log holds, be it the whole benchmark or a part of it. The first arm is the baseline.
 * @param folder absolute, with `benchmark.json`, `dataset.jsonl` and the run log
 * @returns the absolute paths of both files
 * @throws UsageError for a folder that is no benchmark's, and for one whose log has records of fewer than two arms
 */
export async function writeBenchmarkReport(folder: string): Promise<{ report: string; memo: string }> {
  const log = runLogExportFile(folder);
  const manifest = await manifestBeside(log);
  if (manifest === null) throw new UsageError(`${folder} holds no benchmark.json`);
  const options = { dataset: datasetOf(folder), wasteShare: defaultWasteShare };
  const [baseline, candidate, ...others] = await plannedArms(log, manifest, options);
  if (baseline === undefined || candidate === undefined)
    throw new UsageError(
      `${log} has records of one arm only, and a report compares two: "switchyard signals ${log}" tells what it shows by itself`,
    );
  const comparison = asUsage(() => compareArms(baseline, candidate, manifest.plan));
  const { plan, startedAt } = manifest;
  const leftOut = others.flatMap((other) => leftOutOf(candidate, other, plan));
  const compared = { comparison, gates: [], baseline, candidate, others, leftOut, startedAt };
  const report = await reportOfArms(compared, options);
  const files = { report: join(folder, 'report.html'), memo: join(folder, 'memo.md') };
  await writeResult(join(folder, 'comparison.json'), comparisonJson(comparison));
  await writeResult(files.report, reportPage(report));
  await writeResult(files.memo, memo(report, 'report.html'));
  return files;
}

/** Those with records, in the order of the plan; an arm that the plan does not have is left out. */
async function plannedArms(
  log: string,
  { arms, dataset }: BenchmarkManifest,
  options: GradeOptions,
): Promise<ReadArm[]> {
  const read = withOneDataset(await readArms(log, options), dataset);
  return arms.flatMap(({ name }) => read.find((arm) => arm.name === name) ?? []);
}

/**
 * The arms' pipelines differ by a specialist and perhaps by its tools, which is what is measured: they are compared
 * without their specs.
 */
function leftOutOf(candidate: ReadArm, other: ReadArm, plan: ComparisonPlan): LeftOut[] {
  if (!other.name.startsWith(withoutPrefix)) return [];
  const { cells } = asUsage(() => compareArms({ ...candidate, spec: null }, { ...other, spec: null }, plan));
  const [accuracy, waste] = ['accuracy', 'waste'].map((name) =>
    cells.find(({ row, dimension }) => row === whole && dimension === name),
  );
  if (accuracy === undefined || waste === undefined) return [];
  // A gain in waste counts only where no worthwhile loss of accuracy is left open.
  return [{ specialist: other.name.slice(withoutPrefix.length), accuracy, lossRuledOut: !waste.accuracyOpen }];
}
