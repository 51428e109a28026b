/** What tokens of a model cost, as data: looked up once (config/price-list.ts), then handed along with what it prices. */
import { z } from 'zod';
import type { Usage } from '../chat.ts';

const dollars = z.number().nonnegative();
const Rates = z.object({ input: dollars, cachedInput: dollars, output: dollars });

/** US dollars for a million tokens. */
export const ModelPrice = Rates.extend({
  /** What holds for the whole of a request with more input tokens than `moreThan`; by `moreThan`, ascending. */
  longer: z.array(Rates.extend({ moreThan: z.int().positive() })).exactOptional(),
});
export type ModelPrice = z.infer<typeof ModelPrice>;

/** `price` is null where none is known, `contextWindow` (tokens, input and output together) likewise. */
export type KnownModel = { price: ModelPrice | null; contextWindow: number | null };

export interface PriceList {
  /** By the name that is sent. */
  of(model: string): KnownModel;
}

/** By the model's name, as it is asked for. */
export const ModelPrices = z.record(z.string(), ModelPrice);
export type ModelPrices = z.infer<typeof ModelPrices>;

/** The rates of a request with so many input tokens. */
export function ratesOf(price: ModelPrice, inputTokens: number): z.infer<typeof Rates> {
  return price.longer?.findLast(({ moreThan }) => inputTokens > moreThan) ?? price;
}

/** US dollars for the tokens; null where no price is known. Reasoning is paid as output. */
export function costUsd(
  price: ModelPrice | null,
  { inputTokens, cachedInputTokens, outputTokens }: Pick<Usage, 'inputTokens' | 'cachedInputTokens' | 'outputTokens'>,
): number | null {
  if (price === null) return null;
  const { input, cachedInput, output } = ratesOf(price, inputTokens);
  const fresh = inputTokens - cachedInputTokens;
  return (fresh * input + cachedInputTokens * cachedInput + outputTokens * output) / 1_000_000;
}
