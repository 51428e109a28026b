/** Makes a benchmark's variants of pipelines: the baseline first, and on demand the candidate without one specialist each. */
import { createHash } from 'node:crypto';
import type { BenchmarkVariant } from '../../contracts/benchmark.ts';
import { PipelineSpec } from '../../contracts/pipeline.ts';
import { UsageError } from '../../lib/errors.ts';
import { loadPipeline } from '../../application/pipelines/pipeline-files.ts';

export type VariantChoice = {
  /** Shipped names or files. */
  pipelines: readonly string[];
  /** The name of one of them; unset: the first without a router, else the first. */
  baseline?: string;
  leaveOneOut: boolean;
};

/** @throws UsageError */
export async function benchmarkVariants(choice: VariantChoice): Promise<BenchmarkVariant[]> {
  return variantsOf(await Promise.all(choice.pipelines.map((each) => loadPipeline(each))), choice);
}

/** The same for pipelines that are read already. @throws UsageError */
export function variantsOf(
  specs: readonly PipelineSpec[],
  choice: { baseline?: string | undefined; leaveOneOut: boolean },
): BenchmarkVariant[] {
  if (specs.length === 0) throw new UsageError('a benchmark needs a pipeline');
  const names = specs.map(({ name }) => name);
  const twice = names.find((name, at) => names.indexOf(name) !== at);
  if (twice !== undefined) throw new UsageError(`two pipelines are named "${twice}": give one of them another name`);
  const baseline = baselineOf(specs, choice.baseline);
  const candidates = specs.filter((spec) => spec !== baseline);
  const less = choice.leaveOneOut ? withoutEach(candidates) : [];
  return [variantOf(baseline), ...candidates.map((spec) => variantOf(spec)), ...less];
}

/** The variant's hash is that of the pipeline with its prompts and defaults filled in. */
export function variantOf(pipeline: PipelineSpec, name = pipeline.name): BenchmarkVariant {
  const specHash = createHash('sha256').update(JSON.stringify(pipeline)).digest('hex');
  return { name, specHash, pipeline };
}

function baselineOf(specs: readonly PipelineSpec[], wanted: string | undefined): PipelineSpec {
  const found =
    wanted === undefined
      ? (specs.find(({ router }) => router === null) ?? specs[0])
      : specs.find(({ name }) => name === wanted);
  if (found !== undefined) return found;
  throw new UsageError(
    `--baseline must name one of the pipelines: ${specs.map(({ name }) => name).join(', ')}, not "${wanted}"`,
  );
}

/** Of the first variant with a router; the variants are named `without-<specialist>`. */
function withoutEach(candidates: readonly PipelineSpec[]): BenchmarkVariant[] {
  const split = candidates.find(({ router, specialists }) => router !== null && specialists.length > 1);
  if (split === undefined)
    throw new UsageError('--leave-one-out needs a pipeline with a router and two specialists besides the baseline');
  return split.specialists.map(({ name }) => variantOf(without(split, name), `without-${name}`));
}

/** Questions that went to the specialist by default go to the last of those that are left. */
function without(spec: PipelineSpec, specialist: string): PipelineSpec {
  const specialists = spec.specialists.filter(({ name }) => name !== specialist);
  const last = specialists.at(-1)?.name ?? '';
  const { router } = spec;
  const fallback = router === null || router.fallback === specialist ? last : router.fallback;
  const name = `without-${specialist}`.slice(0, 40);
  return PipelineSpec.parse({ ...spec, name, specialists, router: router === null ? null : { ...router, fallback } });
}
