/** Replies of a model, for tests of what reads them. */
import type { ChatReply, TokenLogprob } from '../../contracts/chat.ts';

const usage = {
  modelCalls: 1,
  inputTokens: 100,
  cachedInputTokens: 0,
  outputTokens: 10,
  reasoningTokens: 0,
  costUsd: 0,
};

export function chatReply(text: string, more: Partial<ChatReply> = {}): ChatReply {
  return { text, toolCalls: [], finishReason: 'stop', logprobs: null, model: 'test-model', usage, ...more };
}

/** One token position with its alternatives, most likely first. */
export function position(alternatives: Record<string, number>): TokenLogprob {
  const top = Object.entries(alternatives).map(([token, probability]) => ({ token, logprob: Math.log(probability) }));
  return { token: top[0]?.token ?? '', logprob: top[0]?.logprob ?? 0, top };
}
