/** Refuses a money limit that could not be kept because a model's price is not known. */
import type { Config } from '../../config/config.ts';
import type { PipelineSpec } from '../../contracts/pipeline.ts';
import { InvalidInput } from '../errors.ts';
import type { BenchmarkVariant, SpendingLimit } from '../../contracts/benchmark.ts';
import type { ModelPrices } from '../../contracts/model/price.ts';
import { openPriceList } from '../../config/price-list.ts';

/** Every model that a run of the pipeline may call, each once. */
export function modelsOf(spec: PipelineSpec, settings: Config['model']): string[] {
  const models = [
    ...(spec.router === null ? [] : [spec.router.model ?? settings.router]),
    ...spec.specialists.map((specialist) => specialist.model ?? settings.specialist),
    ...(spec.gate?.judge ? [spec.gate.judge.model ?? settings.judge] : []),
    ...(spec.gate?.retryModel === undefined ? [] : [spec.gate.retryModel]),
    ...(spec.rerank === undefined ? [] : [spec.rerank.model ?? settings.judge]),
    spec.synthesis.model ?? settings.synthesizer,
    ...fallbackModelsOf(spec),
  ];
  return [...new Set(models)];
}

function fallbackModelsOf({ router, specialists, gate, rerank, synthesis }: PipelineSpec): string[] {
  const agents = [router, ...specialists, gate?.judge, rerank, synthesis];
  return agents.flatMap((agent) => agent?.fallbackModel ?? []);
}

/**
 * The prices that runs of the pipelines are held to, by model: those with a money limit, and all where `limit` says so.
 * @param limit how a person has limited all runs together in dollars, to name it; null: not at all
 * @returns null where nothing limits the money
 * @throws InvalidInput for a model whose price is not known
 */
export async function expectPrices(
  specs: readonly PipelineSpec[],
  settings: Config['model'],
  limit: string | null = null,
): Promise<ModelPrices | null> {
  const limited = limit === null ? specs.filter(({ budget }) => budget.costUsd !== null) : specs;
  if (limited.length === 0) return null;
  const list = await openPriceList(settings);
  const models = [...new Set(limited.flatMap((spec) => modelsOf(spec, settings)))];
  const priced = models.map((model) => ({ model, price: list.of(model).price }));
  const unpriced = priced.filter(({ price }) => price === null).map(({ model }) => model);
  if (unpriced.length > 0)
    throw new InvalidInput(
      'maxCostUsd',
      `a money limit needs prices and there is none for ${unpriced.join(', ')}: limit ${limit ?? '--max-tokens'} instead, or add the price to the file that SWITCHYARD_MODEL_PRICES names`,
    );
  return Object.fromEntries(priced.flatMap(({ model, price }) => (price === null ? [] : [[model, price]])));
}

/** The same for all runs of a benchmark, which may be limited together. @throws InvalidInput */
export function expectBenchmarkPrices(
  variants: readonly BenchmarkVariant[],
  limit: SpendingLimit | null,
  settings: Config['model'],
): Promise<ModelPrices | null> {
  const specs = variants.map(({ pipeline }) => pipeline);
  return expectPrices(specs, settings, limit?.kind === 'usd' ? 'tokens (--limit 500000tokens)' : null);
}
