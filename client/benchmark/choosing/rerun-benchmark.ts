/** Asks a part of a benchmark again, as a benchmark of its own: what failed, what has a label, or questions by their ids. */
import type { BenchmarkManifest, SpendingLimit } from '../../../contracts/benchmark.ts';
import type { DatasetQuestion } from '../../../contracts/dataset.ts';
import type { RunLogRecord } from '../../../contracts/run-log.ts';
import { UsageError } from '../../../lib/errors.ts';
import { newRunId } from '../../../application/runs/start-run.ts';
import { readSettings } from '../../../application/read-settings.ts';
import { expectBenchmarkPrices } from '../../../application/pipelines/priced-models.ts';
import { estimateBenchmark } from '../benchmark-estimate.ts';
import { benchmarkFolder, readManifest } from '../../../application/benchmarks/benchmark-folders.ts';
import { benchmarkRecords, questionsOfBenchmark } from '../benchmark-folder.ts';
import { linesOf, shortHash } from '../benchmark-questions.ts';
import { benchmarkVariants } from '../benchmark-variants.ts';
import type { PlannedBenchmark } from '../plan-benchmark.ts';
import { runPlanned } from '../run-benchmark.ts';
import { labelsOf } from './recorded-labels.ts';

export type RerunChoice = {
  /** What broke, and what has no record. */
  failed: boolean;
  label?: string[];
  question?: string[];
};

export type RerunOptions = RerunChoice & {
  /** In place of the benchmark's own. */
  pipeline?: string[];
  concurrency: number;
  limit?: SpendingLimit;
  name?: string;
  cache?: boolean;
  yes: boolean;
  json: boolean;
};

/** @returns the exit code; @throws UsageError where there is no such benchmark, or nothing to ask again */
export async function rerunBenchmark(id: string, options: RerunOptions): Promise<number> {
  const settings = readSettings();
  const earlier = await readManifest(settings.dataDirectory, id);
  const questions = await chosen(earlier, benchmarkFolder(settings.dataDirectory, id), options);
  const { limit = null, concurrency, pipeline } = options;
  const variants =
    pipeline === undefined
      ? earlier.variants
      : await benchmarkVariants({ pipelines: pipeline, leaveOneOut: false, ...baselineOf(earlier, pipeline) });
  await expectBenchmarkPrices(variants, limit, settings.model);
  const text = linesOf(questions);
  const manifest: BenchmarkManifest = {
    ...earlier,
    id: options.name ?? newRunId('bench'),
    dataset: `${earlier.dataset.replace(/-[0-9a-f]{12}$/, '')}-${shortHash(text)}`,
    questions: questions.length,
    variants,
    offline: settings.model.offline,
    replies: options.cache === false ? 'fresh' : 'shared',
    startedAt: new Date().toISOString(),
  };
  const estimate = await estimateBenchmark(manifest, questions, { settings, concurrency });
  const planned = { manifest, text, estimate, remarks: remarksOf(options) };
  return runPlanned(planned, options, settings);
}

/** Nothing new is to be expected of the same pipelines and the same replies. */
function remarksOf({ pipeline, cache, failed }: RerunOptions): PlannedBenchmark['remarks'] {
  if (pipeline !== undefined || cache === false || failed) return [];
  return ['the pipelines are the same, and so are the replies that are used again: --no-cache asks anew'];
}

function baselineOf({ variants: [baseline] }: BenchmarkManifest, pipelines: readonly string[]) {
  return baseline !== undefined && pipelines.includes(baseline.name) ? { baseline: baseline.name } : {};
}

async function chosen(
  manifest: BenchmarkManifest,
  folder: string,
  { failed, label, question }: RerunChoice,
): Promise<DatasetQuestion[]> {
  if (!failed && label === undefined && question === undefined)
    throw new UsageError('say what is to be asked again: --failed, --label <label>, --question <id>');
  const all = await questionsOfBenchmark(folder);
  const unknown = question?.find((id) => !all.some((one) => one.id === id));
  if (unknown !== undefined) throw new UsageError(`the benchmark ${manifest.id} has no question "${unknown}"`);
  const labels = label === undefined ? null : await labelsOf(folder);
  const broken = failed ? brokenOf(manifest, await benchmarkRecords(folder)) : null;
  const fits = ({ id }: DatasetQuestion) =>
    question?.includes(id) === true ||
    labels?.get(id)?.some((each) => label?.includes(each)) === true ||
    broken?.(id) === true;
  const again = all.filter(fits);
  if (again.length > 0) return again;
  const what = [...(failed ? ['failed'] : []), ...(label === undefined ? [] : [`got the label ${label.join(' or ')}`])];
  throw new UsageError(`no question of ${manifest.id} has ${what.join(', or ')}: there is nothing to ask again`);
}

/** Whether a run of the question broke, or has no record. */
function brokenOf({ variants, trials }: BenchmarkManifest, records: readonly RunLogRecord[]) {
  const byQuestion = Map.groupBy(records, ({ question_id }) => question_id);
  return (id: string): boolean => {
    const some = byQuestion.get(id) ?? [];
    return some.length < variants.length * trials || some.some(({ error }) => error !== null);
  };
}
