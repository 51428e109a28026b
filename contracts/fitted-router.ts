/** A router fitted to labelled questions, as `switchyard router fit` writes it and a pipeline carries it: scales and weights. */
import { z } from 'zod';

/** Numbers of two bytes, little-endian, as base64. */
const Halves = z
  .string()
  .max(100_000)
  .regex(/^[A-Za-z0-9+/]*={0,2}$/, 'not base64');

export const FittedBlock = z.strictObject({
  kind: z.enum(['text', 'form', 'repository', 'embedding']).describe('What its features are counted of.'),
  size: z.int().positive().max(5000).describe('How many features it has.'),
  centre: Halves.describe('Of text the inverse document frequency of each bucket, else the mean of each feature.'),
  scale: Halves.describe('What features are divided by, after the mean was taken off.'),
  weights: Halves.describe('A weight for each feature, route by route.'),
});
export type FittedBlock = z.infer<typeof FittedBlock>;

const Share = z.number().min(0).max(1);

export const FittedRouter = z.strictObject({
  format: z.literal('switchyard-router-1').describe('The form of the file.'),
  routes: z.array(z.string().min(1).max(40)).min(2).max(20).describe('The routes that it knows.'),
  blocks: z.array(FittedBlock).min(1).max(4).describe('Kinds of features, with their scales and weights.'),
  bias: z.array(z.number()).max(20).describe('A constant for each route.'),
  platt: z
    .array(
      z.strictObject({ slope: z.number().describe('Its slope.'), intercept: z.number().describe('Its intercept.') }),
    )
    .max(20)
    .describe("For each route the sigmoid that turns its log odds into a probability (Platt's calibration)."),
  embeddingModel: z.string().max(200).nullable().describe('The model whose embeddings it reads; null: none.'),
  fittedOn: z
    .strictObject({
      questions: z.int().positive().describe('How many.'),
      byRoute: z.record(z.string(), z.int().nonnegative()).describe('How many of each route.'),
      hashes: z
        .array(z.string().regex(/^[0-9a-f]{8}$/))
        .max(20_000)
        .describe('A hash of each, so that figures can leave out what it has seen.'),
    })
    .describe('The labels that it was fitted on.'),
  riskCoverage: z
    .array(
      z.strictObject({
        probability: Share.describe('The least probability of the first route.'),
        coverage: Share.describe('The share of questions that have it.'),
        risk: Share.describe('How often these were wrong, out of fold.'),
        riskAtMost: Share.describe('What that may be in truth: the upper end of a 95 % interval.'),
      }),
    )
    .max(100)
    .describe('How often it is wrong on the questions that it is surest of.'),
  outOfFold: z
    .strictObject({
      agreement: Share.describe('With the labels, mean over the repetitions.'),
      low: Share.describe('Lower end of its 95 % interval.'),
      high: Share.describe('Upper end of its 95 % interval.'),
      brier: z.number().describe('Brier score over all routes, from 0 to 2.'),
      repetitions: z.int().positive().describe('Of the cross-validation.'),
      folds: z.int().nonnegative().describe('Of each repetition.'),
    })
    .describe('What cross-validation said when it was fitted.'),
});
export type FittedRouter = z.infer<typeof FittedRouter>;
