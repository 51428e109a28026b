/** OpenAI's shapes of a chat completion and of its chunks. */
import type { Usage } from '../../contracts/chat.ts';
import type { UrlCitation } from './answer-text.ts';

/** What all objects of one answer say of it. */
export type CompletionHead = {
  id: string;
  /** Seconds since the epoch. */
  created: number;
  model: string;
};

type Delta = { role?: 'assistant'; content?: string; reasoning_content?: string; annotations?: UrlCitation[] };

/** @param includeUsage whether the client asked for usage: then every chunk but the last says that it has none */
export function chunk(
  head: CompletionHead,
  delta: Delta,
  { finish = null, includeUsage = false }: { finish?: 'stop' | null; includeUsage?: boolean } = {},
) {
  const choices = [{ index: 0, delta, logprobs: null, finish_reason: finish }];
  return { ...head, object: 'chat.completion.chunk' as const, choices, ...(includeUsage ? { usage: null } : {}) };
}

/** The chunk that tells the usage, and nothing else. */
export function usageChunk(head: CompletionHead, usage: Usage) {
  return { ...head, object: 'chat.completion.chunk' as const, choices: [], usage: wireUsage(usage) };
}

type Message = { content: string; reasoning?: string; annotations?: UrlCitation[] };

/** The answer in one piece. */
export function completion(head: CompletionHead, { content, reasoning, annotations = [] }: Message, usage: Usage) {
  const message = {
    ...{ role: 'assistant' as const, content, refusal: null, annotations },
    ...(reasoning === undefined ? {} : { reasoning_content: reasoning }),
  };
  const choices = [{ index: 0, message, logprobs: null, finish_reason: 'stop' as const }];
  return { ...head, object: 'chat.completion' as const, choices, usage: wireUsage(usage) };
}

/** Of all model calls of the run together. */
function wireUsage({ inputTokens, outputTokens, cachedInputTokens, reasoningTokens }: Usage) {
  return {
    prompt_tokens: inputTokens,
    completion_tokens: outputTokens,
    total_tokens: inputTokens + outputTokens,
    prompt_tokens_details: { cached_tokens: cachedInputTokens },
    completion_tokens_details: { reasoning_tokens: reasoningTokens },
  };
}

/** Of what was answered without a model. */
export const noUsage: Usage = {
  ...{ modelCalls: 0, inputTokens: 0, cachedInputTokens: 0, outputTokens: 0, reasoningTokens: 0, costUsd: 0 },
};
