/**
 * The run log: JSON lines, one record for each question, variant and trial. Ours fills every field; a log that other
 * software wrote needs `question_id` only, and what it does not say is null: unknown, never 0. Names of earlier versions
 * are read, too.
 */
import { z } from 'zod';
import { RouteDecision } from './agent.ts';
import {
  LatencyParts,
  LoggedCitation,
  LoggedOutput,
  LoggedToolCall,
  LoggedUsage,
  orNull,
  Text,
} from './evaluation/run-log-parts.ts';
import { presentNames } from './run-log-names.ts';

const Count = orNull(z.int().nonnegative());
const Share = orNull(z.number().min(0).max(1));

export type { LatencyParts, LoggedCitation, LoggedOutput, LoggedToolCall } from './evaluation/run-log-parts.ts';

export const RunOutcome = z.enum([
  'answered',
  'insufficient-evidence',
  'retries-exhausted',
  'budget-spent',
  'unavailable',
  'cancelled',
]);
export type RunOutcome = z.infer<typeof RunOutcome>;

const TypedError = z.object({
  kind: Text.describe('The kind of failure, such as ModelTimedOut.'),
  message: z.string().describe('What happened.'),
  setting: Text.describe('The setting or place to look at.'),
});
export const RunError = z.union([TypedError, z.string().transform((message) => TypedError.parse({ message }))]);

const Replaced = z.object({
  specialist: z.string().describe('Whose result was replaced.'),
  reason: z.string().describe('Why.'),
});

const Fallback = z.object({
  model: z.string().describe('The model that answered instead.'),
  calls: z.int().positive().describe('How often.'),
  after: z.string().describe("The failure of the first model's provider for which it was asked."),
});

const Renamed = z.object({
  asked: z.string().describe('The name that was asked for.'),
  before: z.string().describe('The model that answered when replies were kept.'),
  now: z.string().describe('The model that answers now.'),
});

const Links = z.object({
  web: Text.describe("The run in Temporal's Web UI."),
  trace: Text.describe('Its trace.'),
  history: Text.describe('Its compressed history, relative to the log.'),
});

/** What a grader of one's own says of a record. */
export const OwnScore = z.object({
  grader: z.string().min(1).max(100).describe("The grader's name."),
  score: Share.describe('0 to 1, where 1 is right; null: the record has no such grade.'),
  reason: Text.describe('Why, as the grader says it.'),
});
export type OwnScore = z.infer<typeof OwnScore>;

const PresentRecord = z.object({
  question_id: z.string().min(1).describe('The `id` of the question in the dataset; the only field that is required.'),
  variant: z.string().min(1).default('unnamed').describe('The pipeline that answered; one log may hold several.'),
  trial: z.int().positive().default(1).describe('From 1, where a variant was asked the same question several times.'),
  dataset: Text.describe('Name and content hash of the dataset: records of different datasets are never mixed.'),
  question: Text.describe("The question's text; where it is said it must be the dataset's."),
  outcome: orNull(RunOutcome).describe(
    'How the run ended; null: it follows from the answer and the error. insufficient-evidence is an abstention.',
  ),
  reasons: orNull(z.array(z.string())).describe(
    "Why it was not answered: the gate's last reasons, or the limit that was reached.",
  ),

  route: Text.describe('The specialist that the router chose; null: there was no router, or it is not known.'),
  routing: orNull(RouteDecision).describe('The decision of the router.'),
  routes_run: orNull(z.array(z.string())).describe('Every specialist that ran.'),
  specialist_output: orNull(z.array(LoggedOutput)).describe('What the specialists gave, in order.'),
  evidence: orNull(z.array(LoggedCitation)).describe("The final answer's citations; a path alone is enough."),
  foreign_evidence: z
    .array(LoggedCitation)
    .exactOptional()
    .describe('What the final answer cites of tools of foreign MCP servers: it is in no expected file.'),
  tools_called: orNull(z.array(LoggedToolCall)).describe(
    'Every call of a tool; a name alone is enough. `[]` says that there was none, null that it is not known.',
  ),
  final_answer: Text.describe(
    'The answer, in which the facts of the dataset are looked for: whole words, whatever the case and markup, unless a wording says otherwise.',
  ),
  confidence: Share.describe("The answer's own confidence, 0 to 1."),
  retry_count: Count.describe('Tries that the gate has asked for.'),
  gaps: orNull(z.array(z.string())).describe('What the answer says that it lacks.'),
  superseded: orNull(z.array(Replaced)).describe('Results that another one replaces.'),

  usage: orNull(LoggedUsage).describe('All model calls, failed attempts included.'),
  repairs: z
    .record(z.string(), z.int().positive())
    .exactOptional()
    .describe('How often replies were made usable by reading alone, by repair.'),
  fallbacks: z.record(z.string(), Fallback).exactOptional().describe('Where a fallback model has answered, by role.'),
  renamed_models: z
    .array(Renamed)
    .exactOptional()
    .describe('Names under which another model answers than the one whose replies were kept, which were not used.'),
  cost_usd: orNull(z.number().nonnegative()).describe(
    'US dollars, replies that were used again included; null where a model without a known price took part, 0 only where it was free.',
  ),
  failed_usage: orNull(
    LoggedUsage.extend({ cost_usd: orNull(z.number().nonnegative()).describe('US dollars of it.') }),
  ).describe('The part of usage and cost that went into failed attempts.'),
  latency_ms: orNull(LatencyParts).describe('Milliseconds.'),
  started_at: orNull(z.iso.datetime({ offset: true })).describe('ISO 8601.'),

  workflow_id: Text.describe("Temporal's id of the workflow."),
  run_id: Text.describe("Temporal's id of the run."),
  links: Links.prefault({}).describe('Where to look further.'),
  spec_hash: Text.describe('SHA-256 of the pipeline as it ran.'),
  model: Text.describe('Models that answered, joined by commas; variants that differ in it are not comparable.'),
  models: orNull(z.record(z.string(), z.string())).describe('Models that answered, by role.'),
  snapshot: Text.describe('The commit, or the content hash of a folder.'),
  error: orNull(RunError).describe('What broke the run; a text is enough. An error is a wrong answer.'),
  offline: orNull(z.boolean()).describe(
    'True: the offline model answered, so that the record shows the machinery and not a language model.',
  ),
  scores: z.array(OwnScore).describe('What graders of one’s own say, one entry a grader.').exactOptional(),
});

export const RunLogRecord = z.preprocess(presentNames, PresentRecord);
export type RunLogRecord = z.infer<typeof RunLogRecord>;
