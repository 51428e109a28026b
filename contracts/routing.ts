/** The router's decision: a distribution over routes and what was made of it. */
import { z } from 'zod';

export const RouteDecision = z.object({
  /** The most likely route; the fallback when the reply named none. */
  route: z.string(),
  /** Every route of the spec, most likely first; adds up to 1. */
  probabilities: z.array(z.object({ route: z.string(), probability: z.number().min(0).max(1) })),
  /** Where the probabilities come from; `text` and `fallback` give all weight to one route. */
  source: z.enum(['logprobs', 'text', 'fallback', 'forced', 'only-route']),
  /** True when the reply named no route, so that the fallback was taken. */
  fallback: z.boolean(),
  /** The reply as the model wrote it, cut to 200 characters; empty when no model was asked. */
  reply: z.string().max(200),
});
export type RouteDecision = z.infer<typeof RouteDecision>;
