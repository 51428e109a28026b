/** Counts what one reply cost, from the usage that the endpoint reports. */
import { z } from 'zod';
import type { Usage } from '../../contracts/chat.ts';
import { costUsd, type ModelPrice } from '../../contracts/model-price.ts';

const Count = z.number().nonnegative().transform(Math.round).nullish().catch(null);
const Reported = z.object({
  prompt_tokens: z.number().nonnegative().transform(Math.round),
  completion_tokens: z.number().nonnegative().transform(Math.round),
  total_tokens: Count,
  /** DeepSeek's place for the cached ones. */
  prompt_cache_hit_tokens: Count,
  prompt_tokens_details: z.object({ cached_tokens: Count }).nullish().catch(null),
  completion_tokens_details: z.object({ reasoning_tokens: Count }).nullish().catch(null),
});

/** Of an estimate, where an endpoint reports no usage. */
export const charactersPerToken = 4;

/** Characters sent and received, for endpoints that report no usage. */
export type TextSizes = { sent: number; received: number };

/**
 * Usage of one call, at the price of the model that was asked for: a server may call what answered as it likes.
 * An endpoint that reports none gets an estimate, a token for every 4 characters, rounded up: `Usage` has no mark for
 * estimates, and counting nothing would leave the run's token budget without force.
 */
export function countUsage(reported: unknown, price: ModelPrice | null, sizes: TextSizes): Usage {
  const read = Reported.safeParse(reported);
  const tokens = read.success ? reportedTokens(read.data) : estimatedTokens(sizes);
  return { modelCalls: 1, ...tokens, costUsd: costUsd(price, tokens) };
}

/** Whether an endpoint has reported usage that can be counted. */
export function reportsUsage(reported: unknown): boolean {
  return Reported.safeParse(reported).success;
}

type Tokens = Omit<Usage, 'modelCalls' | 'costUsd'>;

function reportedTokens(usage: z.infer<typeof Reported>): Tokens {
  const { prompt_tokens: inputTokens, completion_tokens: completion } = usage;
  const reasoningTokens = usage.completion_tokens_details?.reasoning_tokens ?? 0;
  const cached = usage.prompt_tokens_details?.cached_tokens ?? usage.prompt_cache_hit_tokens ?? 0;
  // Some (xAI, Gemini's compatible endpoint) count the thinking beside the completion; the total gives it away.
  const beside = reasoningTokens > 0 && usage.total_tokens === inputTokens + completion + reasoningTokens;
  const outputTokens = beside ? completion + reasoningTokens : Math.max(completion, reasoningTokens);
  return { inputTokens, cachedInputTokens: Math.min(cached, inputTokens), outputTokens, reasoningTokens };
}

function estimatedTokens({ sent, received }: TextSizes): Tokens {
  return {
    inputTokens: Math.ceil(sent / charactersPerToken),
    cachedInputTokens: 0,
    outputTokens: Math.ceil(received / charactersPerToken),
    reasoningTokens: 0,
  };
}
