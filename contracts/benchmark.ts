/** What a benchmark is: fixed before it starts, and kept beside its run log. */
import { z } from 'zod';
import { ComparisonPlan } from './comparison-plan.ts';
import { PipelineSpec } from './pipeline-spec.ts';

export const BenchmarkArm = z.strictObject({
  /** Unique within the benchmark; `arm` in the run log. */
  name: z.string().min(1).max(100),
  /** SHA-256 of the pipeline as it runs. */
  specHash: z.string().min(1),
  pipeline: PipelineSpec,
  /** Skips the router: an arm of a counterfactual. */
  forcedRoute: z.string().min(1).exactOptional(),
});
export type BenchmarkArm = z.infer<typeof BenchmarkArm>;

/** `benchmark.json` in the benchmark's folder. The first arm is the baseline. */
export const BenchmarkManifest = z.strictObject({
  id: z.string().min(1).max(200),
  /** The dataset's name and the first 12 hexadecimal digits of its SHA-256, as `dataset` in the run log. */
  dataset: z.string().min(1),
  questions: z.int().positive(),
  trials: z.int().positive().max(100),
  arms: z.array(BenchmarkArm).min(1).max(20),
  plan: ComparisonPlan,
  /** True: the offline model answers. */
  offline: z.boolean(),
  /** ISO 8601. */
  startedAt: z.iso.datetime({ offset: true }),
});
export type BenchmarkManifest = z.infer<typeof BenchmarkManifest>;
