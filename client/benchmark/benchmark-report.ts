/** Writes the report and the memo of a benchmark into its folder. */
import { join } from 'node:path';
import type { BenchmarkManifest } from '../../contracts/benchmark.ts';
import type { ComparisonPlan } from '../../contracts/evaluation/comparison-plan.ts';
import { compareVariants } from '../../harness/comparison/compare-variants.ts';
import { whole } from '../../harness/comparison/cells.ts';
import { defaultWasteShare } from '../../harness/labels.ts';
import { comparisonJson } from '../../harness/rendering/comparison-text.ts';
import { memo } from '../../harness/report/memo.ts';
import type { LeftOut } from '../../harness/report/report.ts';
import { reportPage } from '../../harness/report/report-page.ts';
import { runLogExportFile } from '../../harness/run-log/run-log-store.ts';
import { type ReadVariant, readVariants, withOneDataset } from '../evaluate/variant-log.ts';
import { datasetOf } from '../../application/benchmarks/benchmark-folders.ts';
import { manifestBeside } from './benchmark-folder.ts';
import { UsageError } from '../../lib/errors.ts';
import type { GradeOptions } from '../evaluate/graded-log.ts';
import { asUsage } from '../input/json-lines-file.ts';
import { routerRegrets } from '../router/router-regrets.ts';
import { reportOfVariants } from '../evaluate/report-of-variants.ts';
import { rm } from 'node:fs/promises';
import { type Cipher, createCipher } from '../../codecs/cipher.ts';
import { replaceFile } from '../../lib/fs.ts';
import { encryptedEnding, reportFile } from '../../application/benchmarks/benchmark-reports.ts';
import { readSettings } from '../../application/read-settings.ts';

const withoutPrefix = 'without-';

/**
 * Grades and compares what the run log holds, be it the whole benchmark or a part of it. The first variant is the baseline.
 * @param folder absolute, with `benchmark.json`, `dataset.jsonl` and the run log
 * @returns the absolute paths of both files
 * @throws UsageError for a folder that is no benchmark's, and for one whose log has records of fewer than two variants
 */
export async function writeBenchmarkReport(folder: string): Promise<{ report: string; memo: string }> {
  const log = runLogExportFile(folder);
  const manifest = await manifestBeside(log);
  if (manifest === null) throw new UsageError(`${folder} holds no benchmark.json`);
  const options = { dataset: datasetOf(folder), wasteShare: defaultWasteShare };
  const [baseline, candidate, ...others] = await plannedVariants(log, manifest, options);
  if (baseline === undefined || candidate === undefined)
    throw new UsageError(
      `${log} has records of one variant only, and a report compares two: "switchyard signals ${log}" tells what it shows by itself`,
    );
  const comparison = asUsage(() => compareVariants(baseline, candidate, manifest.plan));
  const { plan, startedAt } = manifest;
  const leftOut = others.flatMap((other) => leftOutOf(candidate, other, plan));
  const compared = { comparison, gates: [], baseline, candidate, others, leftOut, startedAt };
  const report = { ...(await reportOfVariants(compared, options)), routers: await routerRegrets(folder, manifest) };
  const files = { report: reportFile(folder), memo: join(folder, 'memo.md') };
  const { keys } = readSettings().encryption;
  const cipher = createCipher(keys);
  await writeOwn(join(folder, 'comparison.json'), comparisonJson(comparison), cipher);
  return {
    report: await writeOwn(files.report, reportPage(report), cipher),
    memo: await writeOwn(files.memo, memo(report, 'report.html'), cipher),
  };
}

/**
 * What is encrypted has a name that no browser opens, and leaves no older one in the clear beside it.
 * @returns the file's path
 */
async function writeOwn(file: string, text: string, cipher: Cipher): Promise<string> {
  const [kept, other] = cipher.isOn ? [file + encryptedEnding, file] : [file, file + encryptedEnding];
  await replaceFile(kept, cipher.seal(Buffer.from(text, 'utf8')));
  await rm(other, { force: true });
  return kept;
}

/** Those with records, in the order of the plan; a variant that the plan does not have is left out. */
async function plannedVariants(
  log: string,
  { variants, dataset }: BenchmarkManifest,
  options: GradeOptions,
): Promise<ReadVariant[]> {
  const read = withOneDataset(await readVariants(log, options), dataset);
  return variants.flatMap(({ name }) => read.find((variant) => variant.name === name) ?? []);
}

/**
 * The variants' pipelines differ by a specialist and perhaps by its tools, which is what is measured: they are compared
 * without their specs.
 */
function leftOutOf(candidate: ReadVariant, other: ReadVariant, plan: ComparisonPlan): LeftOut[] {
  if (!other.name.startsWith(withoutPrefix)) return [];
  const { cells } = asUsage(() => compareVariants({ ...candidate, spec: null }, { ...other, spec: null }, plan));
  const [accuracy, waste] = ['accuracy', 'waste'].map((name) =>
    cells.find(({ row, dimension }) => row === whole && dimension === name),
  );
  if (accuracy === undefined || waste === undefined) return [];
  // A gain in waste counts only where no worthwhile loss of accuracy is left open.
  return [{ specialist: other.name.slice(withoutPrefix.length), accuracy, lossRuledOut: !waste.accuracyOpen }];
}
