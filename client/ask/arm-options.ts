/** Applies what the command line says about retries and budgets to a pipeline, before anything starts. */
import type { PipelineSpec } from '../../contracts/pipeline.ts';
import { UsageError } from '../../lib/errors.ts';

export type ArmOptions = {
  retryLimit?: number;
  maxModelCalls?: number;
  maxTokens?: number;
  /** US dollars. */
  maxCostUsd?: number;
  maxSeconds?: number;
};

const mostRetries = 10;

/**
 * The pipeline with the options' limits in place of its own.
 * @throws UsageError for a retry limit where there is no gate, or above 10
 */
export function withOptions(spec: PipelineSpec, options: ArmOptions): PipelineSpec {
  const { retryLimit } = options;
  if (retryLimit !== undefined && spec.gate === null)
    throw new UsageError(`the pipeline "${spec.name}" has no gate, so that --retry-limit does nothing: leave it out`);
  if (retryLimit !== undefined && retryLimit > mostRetries)
    throw new UsageError(`--retry-limit may be ${mostRetries} at most, not ${retryLimit}`);
  return {
    ...spec,
    gate: spec.gate === null || retryLimit === undefined ? spec.gate : { ...spec.gate, retryLimit },
    budget: {
      modelCalls: options.maxModelCalls ?? spec.budget.modelCalls,
      tokens: options.maxTokens ?? spec.budget.tokens,
      costUsd: options.maxCostUsd ?? spec.budget.costUsd,
      wallClockSeconds: options.maxSeconds ?? spec.budget.wallClockSeconds,
    },
  };
}

/**
 * The route that was forced, if any.
 * @throws UsageError for a route that the pipeline has not
 */
export function forcedRoute(spec: PipelineSpec, route: string | undefined): string | null {
  if (route === undefined) return null;
  const routes = spec.specialists.map((specialist) => specialist.name);
  if (routes.includes(route)) return route;
  throw new UsageError(`the pipeline "${spec.name}" has no route "${route}": take one of ${routes.join(', ')}`);
}
