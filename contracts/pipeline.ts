/** A pipeline is data: everything in which one pipeline can differ from another. */
import { z } from 'zod';
import { FittedRouter } from './fitted-router.ts';
import { mostModelCalls, pipelineMistakes } from './pipeline-rules.ts';

const Name = z
  .string()
  .regex(/^[a-z][a-z0-9_-]{0,39}$/, 'a name is 1 to 40 of a-z, 0-9, _ and -, starting with a letter');
const Prompt = z.string().trim().min(1, 'a prompt must not be empty').max(20_000);
const Probability = z.number().min(0).max(1);

/** Absent: the model that the settings name for the role. */
const Model = z.string().min(1).max(200).exactOptional();

/** Asked where the provider of the first one is out; absent: the run waits for that provider. */
const FallbackModel = Model;

export const SpecialistSpec = z.strictObject({
  name: Name,
  /** What it is for, in a sentence or two: the router reads it. */
  purpose: z.string().trim().min(1).max(1000),
  prompt: Prompt,
  tools: z.array(z.string().min(1)).min(1).max(30),
  model: Model,
  fallbackModel: FallbackModel,
  /** Model calls in one try, the last of which must be the answer. */
  turnLimit: z.int().min(1).max(200).default(8),
  maxOutputTokens: z.int().min(64).max(200_000).default(2000),
  /** About how many tokens of repository map it is given with the question; none unless set. */
  mapTokens: z.int().min(100).max(3000).exactOptional(),
});
export type SpecialistSpec = z.infer<typeof SpecialistSpec>;

export const RouterSpec = z.strictObject({
  prompt: Prompt.exactOptional(),
  model: Model,
  fallbackModel: FallbackModel,
  /** The route taken when the reply names none, and two repairs did not either. */
  fallback: Name,
  /** A winner is clear when it has this probability and leads the second by this much; then it runs alone. */
  clearProbability: Probability.default(0.5),
  clearLead: Probability.default(0.15),
  /** How many routes run side by side when no winner is clear. */
  fanOut: z.int().min(1).max(4).default(2),
  maxOutputTokens: z.int().min(1).max(1000).default(10),
  kind: z
    .enum(['model', 'fitted', 'cascade'])
    .exactOptional()
    .describe(
      'Who decides: a model (also where absent), a router fitted to labels, or that one first and the model where it is not sure enough.',
    ),
  fitted: FittedRouter.exactOptional().describe(
    "The fitted router; in a pipeline's file, `fittedFile` names the file that `switchyard router fit` wrote.",
  ),
  risk: Probability.exactOptional().describe(
    'Of a cascade: how often the fitted router may be wrong where it decides, by its risk-coverage curve; 0.1 unless given.',
  ),
  repositoryFeatures: z
    .boolean()
    .exactOptional()
    .describe(
      "Whether it reads where a search's results lie and which names exist, and so waits for the index. Absent: a fitted router that has learned from it does, a model does not.",
    ),
});
export type RouterSpec = z.infer<typeof RouterSpec>;

export const GateSpec = z.strictObject({
  /** How often weak drafts may be sent back. */
  retryLimit: z.int().min(0).max(10).default(2),
  /** Share of a draft's citations that must resolve; below it the draft is weak. */
  minResolvedCitations: Probability.default(0.5),
  minConfidence: Probability.default(0),
  /** Null: no model judges, only the code checks. */
  judge: z
    .strictObject({
      prompt: Prompt.exactOptional(),
      model: Model,
      fallbackModel: FallbackModel,
      maxOutputTokens: z.int().min(64).max(20_000).default(600),
    })
    .nullable()
    .default(null),
  /**
   * True: a run waits for its judge, and ends where there is none. Absent: a draft whose judge cannot be had, or gives no
   * usable verdict, stands by the checks of code, marked as unjudged.
   */
  judgeRequired: z.boolean().exactOptional(),
  /** Who works again after a weak draft: the same specialist, or the next likely route that has not run. */
  onWeak: z.enum(['same-route', 'next-route']).default('same-route'),
  /** A stronger model for tries after the first. */
  retryModel: Model,
});
export type GateSpec = z.infer<typeof GateSpec>;

export const SynthesisSpec = z.strictObject({
  prompt: Prompt.exactOptional(),
  model: Model,
  fallbackModel: FallbackModel,
  maxOutputTokens: z.int().min(64).max(200_000).default(2000),
  /** `when-needed`: a single accepted result is the answer as it stands; `always`: a model writes every answer. */
  calls: z.enum(['when-needed', 'always']).default('when-needed'),
});
export type SynthesisSpec = z.infer<typeof SynthesisSpec>;

/** A model that puts the best 30 places of each search in order. */
export const RerankSpec = z.strictObject({
  prompt: Prompt.exactOptional(),
  /** Absent: the model of the judge. */
  model: Model,
  fallbackModel: FallbackModel,
  maxOutputTokens: z.int().min(64).max(20_000).default(400),
});
export type RerankSpec = z.infer<typeof RerankSpec>;

/** Limits over the whole run, retries and fan-out included. */
export const Budget = z.strictObject({
  modelCalls: z
    .int()
    .positive()
    .max(mostModelCalls, `at most ${mostModelCalls} model calls: the history of a run has to stay below 10,000 events`)
    .default(60),
  /** Input and output tokens together. */
  tokens: z.int().positive().default(400_000),
  /** US dollars; null sets no money limit. */
  costUsd: z.number().positive().nullable().default(null),
  /**
   * Time spent working or waiting for a provider's Retry-After. Free is time in which the run waits for a person and no
   * branch of it does anything else, and time in which no worker was there; each moment once, however many branches wait.
   */
  wallClockSeconds: z.int().positive().default(1800),
});
export type Budget = z.infer<typeof Budget>;

export const PipelineSpec = z
  .strictObject({
    $schema: z.string().exactOptional(),
    name: Name,
    description: z.string().max(1000).default(''),
    router: RouterSpec.nullable().default(null),
    specialists: z.array(SpecialistSpec).min(1).max(20),
    gate: GateSpec.nullable().default(null),
    /** Absent: searches are shown as ranked. */
    rerank: RerankSpec.exactOptional(),
    synthesis: SynthesisSpec.prefault({}),
    budget: Budget.prefault({}),
  })
  .superRefine((spec, context) => {
    for (const { message, path } of pipelineMistakes(spec)) context.addIssue({ code: 'custom', message, path });
  });
export type PipelineSpec = z.infer<typeof PipelineSpec>;
