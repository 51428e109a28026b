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
    costUsd: addCosts(one.costUsd, other.costUsd),
    ...(one.estimated === true || other.estimated === true ? { estimated: true as const } : {}),
    ...addReused(one.reused, other.reused),
  };
}

function addReused(one: Usage['reused'], other: Usage['reused']): Pick<Usage, 'reused'> {
  if (one === undefined || other === undefined) {
    const reused = one ?? other;
    return reused === undefined ? {} : { reused };
  }
  return {
    reused: {
      modelCalls: one.modelCalls + other.modelCalls,
      inputTokens: one.inputTokens + other.inputTokens,
      outputTokens: one.outputTokens + other.outputTokens,
      costUsd: addCosts(one.costUsd, other.costUsd),
    },
  };
}

const addCosts = (one: number | null, other: number | null) => (one === null || other === null ? null : one + other);

/** Tokens and US dollars that were paid: without replies that were used again. Null: nobody knows the cost. */
export function paidOf({ inputTokens, outputTokens, costUsd, reused, modelCalls }: Usage) {
  const all = { modelCalls, tokens: inputTokens + outputTokens, costUsd };
  if (reused === undefined) return all;
  // Where every call was used again nothing was paid, whatever it would have cost.
  const nothing = modelCalls === reused.modelCalls;
  const known = costUsd === null || reused.costUsd === null ? null : Math.max(0, costUsd - reused.costUsd);
  return {
    modelCalls: modelCalls - reused.modelCalls,
    tokens: all.tokens - reused.inputTokens - reused.outputTokens,
    costUsd: nothing ? 0 : known,
  };
}
