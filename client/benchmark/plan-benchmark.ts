/** Turns the options of `bench run` into a benchmark that is fixed before anything starts. */

import type { Config } from '../../config/config.ts';
import { BenchmarkManifest, type SpendingLimit } from '../../contracts/benchmark.ts';
import { ComparisonPlan } from '../../contracts/evaluation/comparison-plan.ts';
import type { PipelineSpec } from '../../contracts/pipeline.ts';
import { unmatchedReasons } from '../../harness/comparison/spec-differences.ts';
import { type VariantChoice, benchmarkVariants } from './benchmark-variants.ts';
import { type BenchmarkEstimate, estimateBenchmark } from './benchmark-estimate.ts';
import { benchmarkQuestions, type BenchmarkQuestions, type QuestionChoice } from './benchmark-questions.ts';
import type { QuestionFilter } from '../input/option-values.ts';
import { filtered } from './choosing/question-filter.ts';
import { costText, limitText, previewText } from './benchmark-text.ts';
import { confirmed } from '../terminal/confirm.ts';
import { note } from '../terminal/output.ts';
import { printableLine } from '../../lib/printable.ts';
import { newRunId } from '../../application/runs/start-run.ts';
import { unmetRouteRemarks } from './unmet-route-remarks.ts';
import { expectBenchmarkPrices } from '../../application/pipelines/priced-models.ts';

export type PlanOptions = QuestionChoice &
  Omit<VariantChoice, 'pipelines'> & {
    pipeline?: string[];
    trials: number;
    concurrency: number;
    limit?: SpendingLimit;
    name?: string;
    /** Those that all of them let through. */
    filter?: readonly QuestionFilter[];
    /** False: no reply of an earlier benchmark is used again. */
    cache?: boolean;
  };

export type PlannedBenchmark = {
  manifest: BenchmarkManifest;
  chosen: BenchmarkQuestions;
  estimate: BenchmarkEstimate;
  /** What a reader must know before it starts. */
  remarks: string[];
};

/** US dollars above which a person is asked first, without a limit of their own. */
const askAboveUsd = 1;
const shipped = ['single-agent', 'orchestrated'];

/** @throws UsageError for the first mistake */
export async function planBenchmark(options: PlanOptions, settings: Config): Promise<PlannedBenchmark> {
  const { pipeline: pipelines = shipped, limit = null, concurrency } = options;
  const variants = await benchmarkVariants({ ...options, pipelines });
  await expectBenchmarkPrices(variants, limit, settings.model);
  const chosen = await benchmarkQuestions(options, (all) =>
    filtered(all, options.filter ?? [], settings.dataDirectory),
  );
  // Variants that leave a specialist out lack its route on purpose.
  const given = variants.slice(0, pipelines.length).map(({ pipeline }) => pipeline);
  const remarks = [
    ...chosen.remarks,
    ...planRemarks(options, variants.length, chosen),
    ...unmatchedRemarks(given),
    ...unmetRouteRemarks(given, chosen.questions, chosen.routes),
  ];
  const manifest = BenchmarkManifest.parse({
    id: options.name ?? newRunId('bench'),
    dataset: chosen.name,
    ...(chosen.whole === undefined ? {} : { wholeDataset: chosen.whole }),
    datasetFolder: chosen.folder,
    questions: chosen.questions.length,
    trials: options.trials,
    variants,
    plan: ComparisonPlan.parse({}),
    offline: settings.model.offline,
    replies: options.cache === false ? 'fresh' : 'shared',
    startedAt: new Date().toISOString(),
  });
  const estimate = await estimateBenchmark(manifest, chosen.questions, { settings, concurrency });
  return { manifest, chosen, estimate, remarks };
}

/** Why a comparison will refuse a verdict, in its own words; the first variant is the baseline. */
function unmatchedRemarks(given: readonly PipelineSpec[]): string[] {
  const [baseline, ...candidates] = given;
  if (baseline === undefined) return [];
  return candidates.flatMap((candidate) =>
    unmatchedReasons(baseline, candidate).map((reason) => `there will be no verdict on "${candidate.name}": ${reason}`),
  );
}

/** What was asked for, and is not what will happen. */
function planRemarks(
  { questions, route, filter }: Pick<PlanOptions, 'questions' | 'route' | 'filter'>,
  variants: number,
  { questions: chosen }: BenchmarkQuestions,
) {
  const remarks: string[] = [];
  const whole = filter === undefined ? 'the dataset' : 'what the filters leave';
  const which = route === undefined || filter !== undefined ? whole : `the route ${route}`;
  if (questions !== undefined && questions > chosen.length)
    remarks.push(`--questions ${questions}: ${which} has ${chosen.length}, and all of them are asked`);
  if (variants === 1)
    remarks.push('one pipeline gives a run log, but no report and no memo: these compare two; add another --pipeline');
  return remarks;
}

/**
 * Shows what it will take; beyond the limit (without one: beyond a dollar, or where the cost is unknown) a person decides.
 * @returns false where the person said no
 * @throws UsageError where nobody can be asked
 */
export async function agreed(
  { manifest, estimate, remarks }: Pick<PlannedBenchmark, 'manifest' | 'estimate' | 'remarks'>,
  { limit = null, yes }: { limit?: SpendingLimit | null; yes: boolean },
): Promise<boolean> {
  note(previewText(manifest, estimate));
  for (const remark of remarks) note(printableLine(`note: ${remark}`));
  const why = whyAsk(estimate, limit);
  return why === null || yes || (await confirmed(why, 'Start it?'));
}

/** Null: nobody need be asked. */
export function whyAsk({ costUsd, tokens }: BenchmarkEstimate, limit: SpendingLimit | null): string | null {
  if (limit?.kind === 'tokens')
    return tokens > limit.most ? `it will likely stop at its limit of ${limitText(limit)}, before all is asked` : null;
  if (costUsd === null) return limit === null ? 'nobody knows what it will cost, and it has no --limit' : null;
  if (costUsd <= (limit?.most ?? askAboveUsd)) return null;
  if (limit === null) return `it will cost about ${costText(costUsd)}, and it has no --limit`;
  return `it will cost about ${costText(costUsd)} and likely stop at its limit of ${limitText(limit)}, before all is asked`;
}
