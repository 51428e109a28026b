/** Refuses a money limit that could not be kept because a model's price is not known. */
import type { Config } from '../../config/config.ts';
import { type ModelPrice, modelPrices } from '../../contracts/model-prices.ts';
import type { PipelineSpec } from '../../contracts/pipeline.ts';
import { UsageError } from '../../lib/errors.ts';

/** The same rule as the one that counts the money (models/pricing.ts): `-2025-08-07` or `-20250807`. */
const dateSuffix = /-20\d\d(-?)(?:0[1-9]|1[0-2])\1(?:0[1-9]|[12]\d|3[01])$/;

/** By a name in the table of prices, dated or not; null for any other. */
export function priceOf(model: string): ModelPrice | null {
  return (
    [model, model.replace(dateSuffix, '')]
      .flatMap((name) => (Object.hasOwn(modelPrices, name) ? (modelPrices[name] ?? []) : []))
      .at(0) ?? null
  );
}

export function hasPrice(model: string): boolean {
  return priceOf(model) !== null;
}

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
  const unpriced = modelsOf(spec, settings).filter((model) => !hasPrice(model));
  if (unpriced.length === 0) return;
  throw new UsageError(
    `a money limit needs prices and there is none for ${unpriced.join(', ')}: limit --max-tokens instead, or add the price to contracts/model-prices.ts`,
  );
}
