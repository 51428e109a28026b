/** Refuses a money limit that could not be kept because a model's price is not known. */
import type { Config } from '../../config/config.ts';
import { findPrice } from '../../contracts/model-prices.ts';
import type { PipelineSpec } from '../../contracts/pipeline.ts';
import { UsageError } from '../../lib/errors.ts';

/** Every model that a run of the pipeline may call, each once. */
export function modelsOf(spec: PipelineSpec, settings: Config['model']): string[] {
  const models = [
    ...(spec.router === null ? [] : [spec.router.model ?? settings.router]),
    ...spec.specialists.map((specialist) => specialist.model ?? settings.specialist),
    ...(spec.gate?.judge ? [spec.gate.judge.model ?? settings.judge] : []),
    ...(spec.gate?.retryModel === undefined ? [] : [spec.gate.retryModel]),
    ...(spec.rerank === undefined ? [] : [spec.rerank.model ?? settings.judge]),
    spec.synthesis.model ?? settings.synthesizer,
  ];
  return [...new Set(models)];
}

/** @throws UsageError for a money limit with a model whose price is unknown */
export function expectPrices(spec: PipelineSpec, settings: Config['model']): void {
  if (spec.budget.costUsd === null || settings.offline) return;
  const unpriced = modelsOf(spec, settings).filter((model) => findPrice(model) === null);
  if (unpriced.length === 0) return;
  throw new UsageError(
    `a money limit needs prices and there is none for ${unpriced.join(', ')}: limit --max-tokens instead, or add the price to contracts/model-prices.ts`,
  );
}
