/** What tokens cost, from the one table of prices; a model that is not in it costs null. */
import { type ModelPrice, modelPrices } from '../contracts/model-prices.ts';
import type { Usage } from '../contracts/usage.ts';

const dateSuffix = /-20\d\d(-?)(?:0[1-9]|1[0-2])\1(?:0[1-9]|[12]\d|3[01])$/;

/**
 * The price of a model by its exact name, or by that name before a date (`-2025-08-07`, `-20250807`).
 * Nothing else is guessed: not a prefix, not a provider (`openai/…`), since a wrong price is worse than none.
 */
export function findPrice(model: string): ModelPrice | null {
  for (const name of [model, model.replace(dateSuffix, '')]) {
    if (Object.hasOwn(modelPrices, name)) return modelPrices[name] ?? null;
  }
  return null;
}

/** US dollars for the tokens; null when the model's price is unknown. Reasoning is paid as output. */
export function costUsd(
  model: string,
  tokens: Pick<Usage, 'inputTokens' | 'cachedInputTokens' | 'outputTokens'>,
): number | null {
  const price = findPrice(model);
  if (price === null) return null;
  const fresh = tokens.inputTokens - tokens.cachedInputTokens;
  const millionths =
    fresh * price.input + tokens.cachedInputTokens * price.cachedInput + tokens.outputTokens * price.output;
  return millionths / 1_000_000;
}
