/** What tokens cost: prices of models, in US dollars for a million tokens. A model that is not here costs null: unknown, never 0. */
import type { Usage } from './chat.ts';

export type ModelPrice = { input: number; cachedInput: number; output: number };

/** By name, see `findPrice`; a dated row wins over its family. */
export const modelPrices: Readonly<Record<string, ModelPrice>> = {
  'switchyard-offline': { input: 0, cachedInput: 0, output: 0 },
  'gpt-5': { input: 1.25, cachedInput: 0.125, output: 10 },
  'gpt-5-mini': { input: 0.25, cachedInput: 0.025, output: 2 },
  'gpt-5-nano': { input: 0.05, cachedInput: 0.005, output: 0.4 },
  'gpt-4.1': { input: 2, cachedInput: 0.5, output: 8 },
  'gpt-4.1-mini': { input: 0.4, cachedInput: 0.1, output: 1.6 },
  'gpt-4.1-nano': { input: 0.1, cachedInput: 0.025, output: 0.4 },
  'gpt-4o-2024-05-13': { input: 5, cachedInput: 5, output: 15 },
  'gpt-4o': { input: 2.5, cachedInput: 1.25, output: 10 },
  'gpt-4o-mini': { input: 0.15, cachedInput: 0.075, output: 0.6 },
  o3: { input: 2, cachedInput: 0.5, output: 8 },
  'o4-mini': { input: 1.1, cachedInput: 0.275, output: 4.4 },
};

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
