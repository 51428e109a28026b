/** Counts what one reply cost, from the usage that the endpoint reports. */
import { z } from 'zod';
import type { Usage } from '../../contracts/chat.ts';
import { costUsd, type ModelPrice } from '../../contracts/model/price.ts';

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

/** Of an estimate, where an endpoint reports no usage or none that can be right. */
export const charactersPerToken = 4;

/** Characters sent and received. */
export type TextSizes = { sent: number; received: number };

/** More than any request or reply has: a figure above is a mistake. */
const mostTokens = 1_000_000_000;
/** Characters sent from which one token of input or none cannot be right. */
const longPrompt = 100;

/**
 * Usage of one call, at the price of the model that was asked for: a server may call what answered as it likes.
 * What an endpoint does not report, or what cannot be right, is estimated, a token for every 4 characters, rounded up, and
 * marked so: no input for a long prompt, no output for a reply with text. Counting nothing would leave the run's token
 * budget without force.
 */
export function countUsage(reported: unknown, price: ModelPrice | null, sizes: TextSizes): Usage {
  const read = Reported.safeParse(reported);
  const tokens = read.success ? believed(reportedTokens(read.data), read.data, sizes) : estimatedTokens(sizes);
  const { estimated, ...counts } = tokens;
  return { modelCalls: 1, ...counts, costUsd: costUsd(price, counts), ...(estimated ? { estimated } : {}) };
}

/** Whether an endpoint has reported input tokens that can be right. */
export function reportsUsage(reported: unknown, { sent }: Pick<TextSizes, 'sent'> = { sent: 0 }): boolean {
  const read = Reported.safeParse(reported);
  return read.success && inputIsPlausible(read.data.prompt_tokens, sent);
}

type Tokens = Omit<Usage, 'modelCalls' | 'costUsd' | 'estimated'>;
type Marked = Tokens & { estimated?: true };

const inputIsPlausible = (tokens: number, sent: number): boolean =>
  tokens <= mostTokens && (tokens > 1 || sent < longPrompt);

function believed(tokens: Tokens, usage: z.infer<typeof Reported>, sizes: TextSizes): Marked {
  const guess = estimatedTokens(sizes);
  const input = inputIsPlausible(tokens.inputTokens, sizes.sent);
  const output = tokens.outputTokens <= mostTokens && (tokens.outputTokens > 0 || sizes.received === 0);
  if (input && output) return tokens;
  // The total may tell what a part does not.
  const rest = Math.round((usage.total_tokens ?? 0) - usage.prompt_tokens);
  const outputTokens = input && rest > 0 && rest <= mostTokens ? rest : guess.outputTokens;
  return {
    ...tokens,
    ...(input ? {} : { inputTokens: guess.inputTokens, cachedInputTokens: 0 }),
    ...(output ? {} : { outputTokens, reasoningTokens: Math.min(tokens.reasoningTokens, outputTokens) }),
    estimated: true,
  };
}

function reportedTokens(usage: z.infer<typeof Reported>): Tokens {
  const { prompt_tokens: inputTokens, completion_tokens: completion } = usage;
  const reasoningTokens = usage.completion_tokens_details?.reasoning_tokens ?? 0;
  const cached = usage.prompt_tokens_details?.cached_tokens ?? usage.prompt_cache_hit_tokens ?? 0;
  // Some (xAI, Gemini's compatible endpoint) count the thinking beside the completion; the total gives it away.
  const beside = reasoningTokens > 0 && usage.total_tokens === inputTokens + completion + reasoningTokens;
  const outputTokens = beside ? completion + reasoningTokens : Math.max(completion, reasoningTokens);
  return { inputTokens, cachedInputTokens: Math.min(cached, inputTokens), outputTokens, reasoningTokens };
}

function estimatedTokens({ sent, received }: TextSizes): Marked {
  return {
    inputTokens: Math.ceil(sent / charactersPerToken),
    cachedInputTokens: 0,
    outputTokens: Math.ceil(received / charactersPerToken),
    reasoningTokens: 0,
    estimated: true,
  };
}
