/** A router fitted to labelled questions, as `switchyard router fit` writes it and a pipeline carries it: scales and weights. */
import { z } from 'zod';

/** Half-precision floats, little-endian, in base64. */
const Halves = z
  .string()
  .max(100_000)
  .regex(/^[A-Za-z0-9+/]*={0,2}$/, 'not base64');

/** Of the features of one kind: what brings them to a common scale, and a weight for each feature and route, route by route. */
export const FittedBlock = z.strictObject({
  kind: z.enum(['text', 'form', 'repository', 'embedding']),
  size: z.int().positive().max(5000),
  /** Text: the inverse document frequency of each bucket; else the mean. */
  centre: Halves,
  /** What is divided by, after the mean was taken off. */
  scale: Halves,
  weights: Halves,
});
export type FittedBlock = z.infer<typeof FittedBlock>;

export const FittedRouter = z.strictObject({
  format: z.literal('switchyard-router-1'),
  routes: z.array(z.string().min(1)).min(2).max(20),
  blocks: z.array(FittedBlock).min(1).max(4),
  bias: z.array(z.number()),
  /** Platt's slope and intercept for each route. */
  platt: z.array(z.strictObject({ slope: z.number(), intercept: z.number() })),
  /** The model whose embeddings it reads; null: none. */
  embeddingModel: z.string().nullable(),
  /** What it was fitted on, for people. */
  fittedOn: z.strictObject({
    questions: z.int().positive(),
    byRoute: z.record(z.string(), z.int().nonnegative()),
    /** Of each question, so that figures can leave out what it has seen. */
    hashes: z.array(z.string().regex(/^[0-9a-f]{8}$/)).max(20_000),
  }),
  /** Out of fold: at which probability of the first route the answers above it are wrong no more often than `risk`. */
  riskCoverage: z.array(
    z.strictObject({ probability: z.number(), coverage: z.number(), risk: z.number(), riskAtMost: z.number() }),
  ),
  /** Out of fold, over all repetitions: see docs/routing.md. */
  outOfFold: z.strictObject({
    agreement: z.number(),
    low: z.number(),
    high: z.number(),
    brier: z.number(),
    repetitions: z.int().positive(),
    folds: z.int().positive(),
  }),
});
export type FittedRouter = z.infer<typeof FittedRouter>;
