/** What a comparison will count as a gain, a harm and a difference worth having, fixed before the run starts. */
import { z } from 'zod';

/** A difference of two shares: 0.05 is five points. */
const Points = z.number().min(0).max(0.5);
/** A ratio of candidate to baseline, or its inverse: 1.25 is a quarter more, or a fifth less. */
const Ratio = z.number().min(1).max(10);

/** A smaller difference is neither a win nor a harm, however certain. */
export const ComparisonMargins = z.strictObject({
  accuracy: Points.default(0.01),
  route: Points.default(0.03),
  /** Routes whose margin is not `route`. */
  routes: z.record(z.string(), Points).default({}),
  waste: Points.default(0.05),
  costRatio: Ratio.default(1.25),
  latencyRatio: Ratio.default(1.25),
});
export type ComparisonMargins = z.infer<typeof ComparisonMargins>;

/**
 * The smallest difference that would change what one does. The run is sized to find it, a gain of this size must be ruled
 * out before "not justified: nothing to gain", and a loss of accuracy of this size before a win in waste, cost or latency.
 */
export const WorthwhileDifferences = z.strictObject({
  accuracy: z.number().positive().max(0.5).default(0.05),
  route: z.number().positive().max(0.5).default(0.1),
  waste: z.number().positive().max(0.5).default(0.1),
});
export type WorthwhileDifferences = z.infer<typeof WorthwhileDifferences>;

export const ComparisonPlan = z.strictObject({
  /** Chance of a false "justified" where the variants do not differ. */
  alpha: z.number().min(0.0001).max(0.2).default(0.05),
  /** Chance of finding a worthwhile difference, for the number of questions that is advised. */
  power: z.number().min(0.5).max(0.99).default(0.8),
  margins: ComparisonMargins.prefault({}),
  worthwhile: WorthwhileDifferences.prefault({}),
  /** Fewer questions on a route (or in all) never give a win or a proven harm. */
  minQuestions: z.int().min(5).max(10_000).default(20),
  draws: z.int().min(999).max(1_000_000).default(9_999),
  seed: z.int().default(20_251_123),
});
export type ComparisonPlan = z.infer<typeof ComparisonPlan>;
