/** Adds usage up, for every folder; without zod, since workflows are bundled with it. */
import type { Usage } from './chat.ts';

export const noUsage: Usage = {
  modelCalls: 0,
  inputTokens: 0,
  cachedInputTokens: 0,
  outputTokens: 0,
  reasoningTokens: 0,
  costUsd: 0,
};

/** Both together; one unknown cost makes the sum unknown, one estimate makes it estimated. */
export function addUsage(one: Usage, other: Usage): Usage {
  return {
    modelCalls: one.modelCalls + other.modelCalls,
    inputTokens: one.inputTokens + other.inputTokens,
    cachedInputTokens: one.cachedInputTokens + other.cachedInputTokens,
    outputTokens: one.outputTokens + other.outputTokens,
    reasoningTokens: one.reasoningTokens + other.reasoningTokens,
    costUsd: one.costUsd === null || other.costUsd === null ? null : one.costUsd + other.costUsd,
    ...(one.estimated === true || other.estimated === true ? { estimated: true as const } : {}),
  };
}
