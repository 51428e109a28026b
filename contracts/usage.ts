/** What work cost: counted per model call, added up over a run. */
import { z } from 'zod';

/** Tokens are as the provider counts them; `inputTokens` includes the cached ones, `outputTokens` the reasoning ones. */
export const Usage = z.object({
  modelCalls: z.int().nonnegative(),
  inputTokens: z.int().nonnegative(),
  cachedInputTokens: z.int().nonnegative(),
  outputTokens: z.int().nonnegative(),
  reasoningTokens: z.int().nonnegative(),
  /** US dollars; null when a model without a known price took part, never 0 for "unknown". */
  costUsd: z.number().nonnegative().nullable(),
});
export type Usage = z.infer<typeof Usage>;
