/**
 * The run log: JSON lines, one record for each question, variant and trial. Ours fills every field; a log that other
 * software wrote needs `question_id` only, and what it does not say is null: unknown, never 0. Names of earlier versions
 * are read, too.
 */
import { z } from 'zod';
import { RouteDecision } from './agent.ts';
import { presentNames } from './run-log-names.ts';

const orNull = <Shape extends z.ZodType>(shape: Shape) => shape.nullable().default(null);
const Text = orNull(z.string());
const Line = orNull(z.int().positive());
const Count = orNull(z.int().nonnegative());
const Milliseconds = orNull(z.number().nonnegative());
const Share = orNull(z.number().min(0).max(1));

/** A cited place. A path alone is enough. */
const CitedPlace = z.object({
  path: z.string().min(1),
  first_line: Line,
  last_line: Line,
  quote: Text,
  status: orNull(z.enum(['verified', 'repaired', 'unresolved'])),
  /** The git blob that was cited. */
  blob: z.string().nullable().exactOptional(),
  /** Why it is unresolved, or from which lines it was moved. */
  reason: z.string().nullable().exactOptional(),
});
export const LoggedCitation = z.union([
  CitedPlace,
  z
    .string()
    .min(1)
    .transform((path) => CitedPlace.parse({ path })),
]);
export type LoggedCitation = z.infer<typeof LoggedCitation>;

/** A tool call. A name alone is enough; `paths` are the files that its result showed. */
const NamedCall = z.object({
  tool: z.string().min(1),
  /** What it searches, where the tool is none of ours. */
  kind: z.enum(['code', 'docs', 'any']).nullable().exactOptional(),
  specialist: Text,
  try: orNull(z.int().positive()),
  arguments_text: Text,
  status: orNull(z.enum(['ok', 'error'])),
  content: Text,
  paths: orNull(z.array(z.string())),
  /** What was wrong, where the status is `error`. */
  problem: z.string().nullable().exactOptional(),
});
export const LoggedToolCall = z.union([
  NamedCall,
  z
    .string()
    .min(1)
    .transform((tool) => NamedCall.parse({ tool })),
]);
export type LoggedToolCall = z.infer<typeof LoggedToolCall>;

export const LoggedOutput = z.object({
  specialist: z.string().min(1),
  try: z.int().positive().default(1),
  /** `partial`, a draft that was cut short, stands in logs of other software only. */
  kind: orNull(z.enum(['draft', 'partial', 'empty', 'failed'])),
  answer: z.string().default(''),
  citations: z.array(LoggedCitation).default([]),
  insufficient: orNull(z.boolean()),
  accepted: orNull(z.boolean()),
  /** Why its judge has not read it. */
  unjudged: z.string().exactOptional(),
  reasons: z.array(z.string()).default([]),
});
export type LoggedOutput = z.infer<typeof LoggedOutput>;

/** Where the time of a run went. The parts may add up to more than the total: calls run side by side. */
export const LatencyParts = z.object({
  total: Milliseconds,
  /** Waiting for a free worker. */
  queue: Milliseconds,
  model: Milliseconds,
  tool: Milliseconds,
  /** Between a failed attempt and the next. */
  backoff: Milliseconds,
  /** For a provider's Retry-After or a person. */
  waiting: Milliseconds,
  orchestration: Milliseconds,
});
export type LatencyParts = z.infer<typeof LatencyParts>;

/** Tokens as the provider counts them: input includes the cached ones, output the reasoning ones. */
const LoggedUsage = z.object({
  model_calls: z.int().nonnegative(),
  input_tokens: z.int().nonnegative(),
  cached_input_tokens: z.int().nonnegative(),
  output_tokens: z.int().nonnegative(),
  reasoning_tokens: z.int().nonnegative(),
  /** True: a part of it was counted in characters, since an endpoint reported none that can be right. */
  estimated: z.literal(true).exactOptional(),
  /** The part that was not paid by this run: replies of earlier benchmarks that were used again. */
  reused: z
    .object({
      model_calls: z.int().positive(),
      input_tokens: z.int().nonnegative(),
      output_tokens: z.int().nonnegative(),
      cost_usd: z.number().nonnegative().nullable(),
    })
    .exactOptional(),
});

export const RunOutcome = z.enum([
  'answered',
  'insufficient-evidence',
  'retries-exhausted',
  'budget-spent',
  'unavailable',
  'cancelled',
]);
export type RunOutcome = z.infer<typeof RunOutcome>;

const TypedError = z.object({ kind: Text, message: z.string(), setting: Text });
export const RunError = z.union([TypedError, z.string().transform((message) => TypedError.parse({ message }))]);

const PresentRecord = z.object({
  question_id: z.string().min(1),
  /** The pipeline that answered. */
  variant: z.string().min(1).default('unnamed'),
  trial: z.int().positive().default(1),
  /** Name and content hash of the dataset: records of different datasets are never mixed. */
  dataset: Text,
  question: Text,
  /** Null: follows from the answer and the error. */
  outcome: orNull(RunOutcome),
  /** Why it was not answered: the gate's last reasons, or the limit that was reached. */
  reasons: orNull(z.array(z.string())),

  route: Text,
  routing: orNull(RouteDecision),
  routes_run: orNull(z.array(z.string())),
  specialist_output: orNull(z.array(LoggedOutput)),
  /** The final answer's citations. */
  evidence: orNull(z.array(LoggedCitation)),
  tools_called: orNull(z.array(LoggedToolCall)),
  final_answer: Text,
  confidence: Share,
  retry_count: Count,
  gaps: orNull(z.array(z.string())),
  superseded: orNull(z.array(z.object({ specialist: z.string(), reason: z.string() }))),

  /** All model calls, failed attempts included. */
  usage: orNull(LoggedUsage),
  /** How often replies were made usable by reading alone, by repair. */
  repairs: z.record(z.string(), z.int().positive()).exactOptional(),
  /** Where a fallback model has answered, by role, and the failure for which it was asked. */
  fallbacks: z
    .record(z.string(), z.object({ model: z.string(), calls: z.int().positive(), after: z.string() }))
    .exactOptional(),
  /** Names under which another model answers than the one whose replies were kept, which were not used. */
  renamed_models: z.array(z.object({ asked: z.string(), before: z.string(), now: z.string() })).exactOptional(),
  /** US dollars, replies that were used again included; null where a model without a known price took part. */
  cost_usd: orNull(z.number().nonnegative()),
  /** The part of both that went into failed attempts. */
  failed_usage: orNull(LoggedUsage.extend({ cost_usd: orNull(z.number().nonnegative()) })),
  latency_ms: orNull(LatencyParts),
  started_at: orNull(z.iso.datetime({ offset: true })),

  workflow_id: Text,
  run_id: Text,
  links: z.object({ web: Text, trace: Text, history: Text }).prefault({}),
  spec_hash: Text,
  /** Models that answered, joined by commas; by role in `models`. */
  model: Text,
  models: orNull(z.record(z.string(), z.string())),
  /** The commit, or the content hash of a folder. */
  snapshot: Text,
  error: orNull(RunError),
  /** True: the offline model answered, so that the record shows the machinery and not a language model. */
  offline: orNull(z.boolean()),
});

export const RunLogRecord = z.preprocess(presentNames, PresentRecord);
export type RunLogRecord = z.infer<typeof RunLogRecord>;
