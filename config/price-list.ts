/**
 * What is known of models: their prices and context windows. A file of the user's comes first, then the price table of the
 * package `@pydantic/genai-prices`, which names its sources.
 *
 * A wrong price is worse than none. So the provider is told by the base URL; at an address that is no provider's (a
 * gateway, a server of one's own) by a prefix of the model's name, else only by the names of models that nobody but their
 * maker serves. Whoever serves open weights sets the price.
 */
import { readFile } from 'node:fs/promises';
import type { ModelPrice as PackagePrice, PriceCalculation } from '@pydantic/genai-prices';
import { z } from 'zod';
import type { KnownModel, ModelPrice, PriceList } from '../contracts/model/price.ts';
import { messageOf, UsageError } from '../lib/errors.ts';
import { decodeText } from '../lib/text-file.ts';

export type PriceSettings = {
  /** Null: OpenAI's own. */
  baseUrl: string | null;
  /** The built-in model answers, under whatever name: it costs nothing. */
  offline: boolean;
  /** Path of the user's own prices; null: none. */
  pricesFile: string | null;
};

const unknown: KnownModel = { price: null, contextWindow: null };
const free: ModelPrice = { input: 0, cachedInput: 0, output: 0 };
/** The offline model's server, when it runs on its own. */
const offlineModel = 'switchyard-offline';

/**
 * Loads the list. The package's table is large and is loaded only where a model is asked at an endpoint.
 * @throws UsageError when the user's file cannot be read or is not of its form
 */
export async function openPriceList({ baseUrl, offline, pricesFile }: PriceSettings): Promise<PriceList> {
  const own = pricesFile === null ? {} : await readPrices(pricesFile);
  if (offline) return { of: () => ({ price: free, contextWindow: null }) };
  const fromPackage = await packagePrices(baseUrl);
  return {
    of(model) {
      const row = Object.hasOwn(own, model) ? own[model] : undefined;
      if (row !== undefined) return row;
      return model === offlineModel ? { price: free, contextWindow: null } : fromPackage(model);
    },
  };
}

// The user's file.

const OwnPrice = z
  .strictObject({
    input: z.number().nonnegative(),
    cached_input: z.number().nonnegative().optional(),
    output: z.number().nonnegative(),
    context_window: z.int().positive().optional(),
  })
  .transform(
    ({ input, cached_input, output, context_window }): KnownModel => ({
      price: { input, cachedInput: cached_input ?? input, output },
      contextWindow: context_window ?? null,
    }),
  );
const OwnPrices = z.record(z.string().min(1), OwnPrice);

async function readPrices(path: string): Promise<Record<string, KnownModel>> {
  const wrong = (problem: string) => new UsageError(`SWITCHYARD_MODEL_PRICES: ${path}: ${problem}`);
  let value: unknown;
  try {
    value = JSON.parse(decodeText(await readFile(path)));
  } catch (error) {
    throw wrong(messageOf(error));
  }
  const read = OwnPrices.safeParse(value);
  if (read.success) return read.data;
  const [issue] = read.error.issues;
  throw wrong(
    `${issue?.path.join('.') || 'the file'}: ${issue?.message}; expected {"<model>": {"input": 1.25, "cached_input": 0.125, "output": 10}}, in US dollars for a million tokens`,
  );
}

// The package.

/** Makers whose models are served by themselves, or resold at their price. */
const makersAlone = new Set(['openai', 'anthropic', 'google', 'x-ai']);
const openWeights = /gpt-oss|gemma|grok-[12]\b/;

async function packagePrices(baseUrl: string | null): Promise<(model: string) => KnownModel> {
  const { calcPrice, findProvider } = await import('@pydantic/genai-prices');
  const oneToken = { input_tokens: 1 };
  const provider = findProvider(baseUrl === null ? { providerId: 'openai' } : { providerApiUrl: baseUrl });
  return (model) => {
    if (provider !== undefined) return knownModel(calcPrice(oneToken, model, { providerId: provider.id }));
    const [, prefix, name = model] = /^([\w.-]+)\/(.+)$/.exec(model) ?? [];
    if (prefix !== undefined && findProvider({ providerId: prefix }) === undefined) return unknown;
    const found = calcPrice(oneToken, name, prefix === undefined ? {} : { providerId: prefix });
    const certain = found !== null && makersAlone.has(found.provider.id) && !openWeights.test(found.model.id);
    return certain ? knownModel(found) : unknown;
  };
}

function knownModel(found: PriceCalculation | null): KnownModel {
  if (found === null) return unknown;
  return { price: priceOf(found.model_price), contextWindow: found.model.context_window ?? null };
}

/** Null for a model that is not paid by input and output tokens. */
function priceOf(price: PackagePrice): ModelPrice | null {
  const { input_mtok: input, output_mtok: output, cache_read_mtok: cached = input } = price;
  if (input === undefined || output === undefined || cached === undefined) return null;
  const at = (rate: NonNullable<typeof input>, tokens: number): number =>
    typeof rate === 'number' ? rate : (rate.tiers.findLast(({ start }) => tokens > start)?.price ?? rate.base);
  const rates = (tokens: number) => ({
    input: at(input, tokens),
    cachedInput: at(cached, tokens),
    output: at(output, tokens),
  });
  const starts = [input, output, cached].flatMap((rate) =>
    typeof rate === 'number' ? [] : rate.tiers.map(({ start }) => start),
  );
  const longer = [...new Set(starts)]
    .sort((left, right) => left - right)
    .map((moreThan) => ({ moreThan, ...rates(moreThan + 1) }));
  return longer.length === 0 ? rates(0) : { ...rates(0), longer };
}
