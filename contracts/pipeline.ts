/** A pipeline is data: everything in which one pipeline can differ from another. */
import { z } from 'zod';
import { FittedRouter } from './fitted-router.ts';
import { ForeignToolSpec } from './foreign/spec.ts';
import { mostModelCalls, pipelineMistakes } from './pipeline-rules.ts';

const Name = z
  .string()
  .regex(/^[a-z][a-z0-9_-]{0,39}$/, 'a name is 1 to 40 of a-z, 0-9, _ and -, starting with a letter');
const Prompt = z.string().trim().min(1, 'a prompt must not be empty').max(20_000);
const Probability = z.number().min(0).max(1);

const Model = z
  .string()
  .min(1)
  .max(200)
  .exactOptional()
  .describe('The model to ask; absent: the one that the settings name for the role.');

const FallbackModel = z
  .string()
  .min(1)
  .max(200)
  .exactOptional()
  .describe('Asked where the provider of the first one is out; absent: the run waits for that provider.');

const OwnPrompt = Prompt.exactOptional().describe('Instructions in place of the ones that ship.');
const replyTokens = 'The longest reply, in tokens; what a reasoning model thinks first is allowed on top.';

export const SpecialistSpec = z.strictObject({
  name: Name.describe("Its name, which is the route's, too."),
  purpose: z.string().trim().min(1).max(1000).describe('What it is for, in a sentence or two: the router reads it.'),
  prompt: Prompt.describe('Its instructions.'),
  tools: z
    .array(z.string().min(1))
    .min(1)
    .max(30)
    .describe('The tools that it may call, by name; of a foreign MCP server `mcp:SERVER/TOOL`.'),
  model: Model,
  fallbackModel: FallbackModel,
  turnLimit: z
    .int()
    .min(1)
    .max(200)
    .default(8)
    .describe('Model calls in one try, the last of which must be the answer.'),
  maxOutputTokens: z.int().min(64).max(200_000).default(2000).describe(replyTokens),
  mapTokens: z
    .int()
    .min(100)
    .max(3000)
    .exactOptional()
    .describe('About how many tokens of repository map it is given with the question; none unless set.'),
});
export type SpecialistSpec = z.infer<typeof SpecialistSpec>;

export const RouterSpec = z.strictObject({
  prompt: OwnPrompt,
  model: Model,
  fallbackModel: FallbackModel,
  fallback: Name.describe('The route taken when the reply names none, and two repairs did not either.'),
  clearProbability: Probability.default(0.5).describe(
    'A winner is clear when it has this probability and leads by `clearLead`; then it runs alone.',
  ),
  clearLead: Probability.default(0.15).describe('By how much a clear winner leads the second.'),
  fanOut: z.int().min(1).max(4).default(2).describe('How many routes run side by side when no winner is clear.'),
  maxOutputTokens: z.int().min(1).max(1000).default(10).describe(replyTokens),
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

const JudgeSpec = z.strictObject({
  prompt: OwnPrompt,
  model: Model,
  fallbackModel: FallbackModel,
  maxOutputTokens: z.int().min(64).max(20_000).default(600).describe(replyTokens),
});

export const GateSpec = z.strictObject({
  retryLimit: z.int().min(0).max(10).default(2).describe('How often weak drafts may be sent back.'),
  minResolvedCitations: Probability.default(0.5).describe(
    "Share of a draft's citations that must resolve; below it the draft is weak.",
  ),
  minConfidence: Probability.default(0).describe("The least confidence of a draft's own; below it the draft is weak."),
  judge: JudgeSpec.nullable().default(null).describe('Null: no model judges, only the code checks.'),
  judgeRequired: z
    .boolean()
    .exactOptional()
    .describe(
      'True: a run waits for its judge, and ends where there is none. Absent: a draft whose judge cannot be had, or gives no usable verdict, stands by the checks of code, marked as unjudged.',
    ),
  onWeak: z
    .enum(['same-route', 'next-route'])
    .default('same-route')
    .describe('Who works again after a weak draft: the same specialist, or the next likely route that has not run.'),
  retryModel: z.string().min(1).max(200).exactOptional().describe('A stronger model for tries after the first.'),
});
export type GateSpec = z.infer<typeof GateSpec>;

export const SynthesisSpec = z.strictObject({
  prompt: OwnPrompt,
  model: Model,
  fallbackModel: FallbackModel,
  maxOutputTokens: z.int().min(64).max(200_000).default(2000).describe(replyTokens),
  calls: z
    .enum(['when-needed', 'always'])
    .default('when-needed')
    .describe('when-needed: a single accepted result is the answer as it stands; always: a model writes every answer.'),
});
export type SynthesisSpec = z.infer<typeof SynthesisSpec>;

/** A model that puts the best 30 places of each search in order. */
export const RerankSpec = z.strictObject({
  prompt: OwnPrompt,
  model: Model.describe('The model to ask; absent: the model of the judge.'),
  fallbackModel: FallbackModel,
  maxOutputTokens: z.int().min(64).max(20_000).default(400).describe(replyTokens),
});
export type RerankSpec = z.infer<typeof RerankSpec>;

/** A model that makes a question of a thread, such as "And why?", one that stands by itself. */
export const RewriteSpec = z.strictObject({
  prompt: OwnPrompt,
  model: Model.describe('The model to ask; absent: the model of the judge.'),
  fallbackModel: FallbackModel,
  maxOutputTokens: z.int().min(64).max(20_000).default(300).describe(replyTokens),
});
export type RewriteSpec = z.infer<typeof RewriteSpec>;

/** Limits over the whole run, retries and fan-out included. */
export const Budget = z.strictObject({
  modelCalls: z
    .int()
    .positive()
    .max(mostModelCalls, `at most ${mostModelCalls} model calls: the history of a run has to stay below 10,000 events`)
    .default(60)
    .describe('Model calls of a run, failed ones included.'),
  tokens: z.int().positive().default(400_000).describe('Input and output tokens together.'),
  costUsd: z.number().positive().nullable().default(null).describe('US dollars; null sets no money limit.'),
  wallClockSeconds: z
    .int()
    .positive()
    .default(1800)
    .describe(
      "Time spent working or waiting for a provider's Retry-After. Free is time in which the run waits for a person and no branch of it does anything else, and time in which no worker was there; each moment once, however many branches wait.",
    ),
});
export type Budget = z.infer<typeof Budget>;

const asking = {
  policy: z
    .enum(['off', 'ask'])
    .default('off')
    .describe('off: the run decides by itself; ask: it asks a person, and waits.'),
  waitSeconds: z
    .int()
    .positive()
    .max(30 * 86_400)
    .default(86_400)
    .describe("How long it waits, in which the run's clock stands; then the default is taken."),
};
const onTimeout = (proceed: string, giveUp: string) =>
  z.enum(['proceed', 'give-up']).describe(`The default: proceed ${proceed}; give-up ${giveUp}.`);

/** Where a run asks people. Of kinds that are absent it asks nothing. */
export const DecisionPolicies = z.strictObject({
  clarify: z
    .strictObject({
      ...asking,
      onTimeout: onTimeout('goes on as without a person', 'ends the run as cancelled').default('proceed'),
    })
    .exactOptional()
    .describe('Which route is meant, where the router names no clear winner; which package, where several match.'),
  draft: z
    .strictObject({
      ...asking,
      onTimeout: onTimeout('gives the answer as it is', 'withholds it: retries-exhausted').default('proceed'),
    })
    .exactOptional()
    .describe('Whether an answer goes out as it is, is edited, or is sent back with a note.'),
  try: z
    .strictObject({
      ...asking,
      onTimeout: onTimeout('has one more try, once in a run', 'ends the run as retries-exhausted').default('give-up'),
    })
    .exactOptional()
    .describe('Whether there is one more try, with a note, where all drafts were weak.'),
  budget: z
    .strictObject(asking)
    .exactOptional()
    .describe('Whether a limit of the budget that is reached is raised; only a person can, a timer ends the run.'),
  tool: z
    .strictObject(asking)
    .exactOptional()
    .describe(
      'Whether a tool of a foreign MCP server that has effects may be called; only a person can say so, a timer refuses. off: every such call is refused.',
    ),
});
export type DecisionPolicies = z.infer<typeof DecisionPolicies>;

export const PipelineSpec = z
  .strictObject({
    $schema: z.string().exactOptional().describe('For editors; nothing else reads it.'),
    name: Name.describe('Names the pipeline: in logs, reports and traces.'),
    description: z.string().max(1000).default('').describe('For people.'),
    router: RouterSpec.nullable().default(null).describe('Null: the one specialist gets every question.'),
    specialists: z.array(SpecialistSpec).min(1).max(20).describe('Who answers; several need a router.'),
    gate: GateSpec.nullable().default(null).describe('What a draft must pass; null: each is accepted.'),
    rerank: RerankSpec.exactOptional().describe(
      'A model that puts the best 30 places of each search in order; absent: searches are shown as ranked.',
    ),
    rewrite: RewriteSpec.nullable()
      .exactOptional()
      .describe(
        'A model that rewrites a follow-up of a thread where it does not stand by itself; absent: with the defaults; null: follow-ups are asked as they are.',
      ),
    synthesis: SynthesisSpec.prefault({}).describe('One answer made of the accepted drafts.'),
    budget: Budget.prefault({}).describe('Limits over the whole run, retries and fan-out included.'),
    foreignTools: z
      .record(z.string().min(1).max(100), ForeignToolSpec)
      .exactOptional()
      .describe(
        'What holds of tools of foreign MCP servers, by name, in place of the hints of their servers. A tool that is not here must be marked as one that only reads.',
      ),
    decisions: DecisionPolicies.exactOptional().describe(
      'Where a run asks people; absent: nowhere. Runs of benchmarks never do.',
    ),
  })
  .superRefine((spec, context) => {
    for (const { message, path } of pipelineMistakes(spec)) context.addIssue({ code: 'custom', message, path });
  });
export type PipelineSpec = z.infer<typeof PipelineSpec>;
