/** How a run ends: a value of one of six kinds, always with the whole state. */
import { z } from 'zod';
import { SpecialistOutput } from './draft.ts';
import { CheckedCitation } from './evidence.ts';
import { type FailureKind, failureKinds } from './failure-kinds.ts';
import { RouteDecision } from './routing.ts';
import { Snapshot } from './snapshot.ts';
import { ToolCalled } from './tool.ts';
import { Usage } from './usage.ts';

/** The state of a question, in the words of the run log. */
export const AnswerState = z.object({
  question: z.string(),
  pipeline: z.string(),
  snapshot: Snapshot.nullable(),
  route: z.string().nullable(),
  routing: RouteDecision.nullable(),
  routes_run: z.array(z.string()),
  specialist_output: z.array(SpecialistOutput),
  /** The final answer's citations, checked. */
  evidence: z.array(CheckedCitation),
  tools_called: z.array(ToolCalled),
  final_answer: z.string().nullable(),
  confidence: z.number().min(0).max(1).nullable(),
  retry_count: z.int().nonnegative(),
  gaps: z.array(z.string()),
  superseded: z.array(z.object({ specialist: z.string(), reason: z.string() })),
  usage: Usage,
  /** The models that answered, by role. */
  models: z.record(z.string(), z.string()),
  /** Where the run's trace is found soon after its end; null where traces have no such place. */
  trace_link: z.string().nullable().default(null),
});
export type AnswerState = z.infer<typeof AnswerState>;

export const BudgetLimit = z.enum(['modelCalls', 'tokens', 'costUsd', 'wallClockSeconds']);
export type BudgetLimit = z.infer<typeof BudgetLimit>;

/** A failure that ended or halts a run, for a person: what happened, and the setting or place to look at. */
export const RunFailure = z.object({
  kind: z.enum(Object.keys(failureKinds) as [FailureKind, ...FailureKind[]]),
  message: z.string().max(1000),
  setting: z.string().max(200).nullable(),
});
export type RunFailure = z.infer<typeof RunFailure>;

export const AnswerOutcome = z.discriminatedUnion('kind', [
  z.object({ kind: z.literal('answered'), state: AnswerState }),
  z.object({ kind: z.literal('insufficient-evidence'), state: AnswerState }),
  z.object({ kind: z.literal('retries-exhausted'), state: AnswerState, reasons: z.array(z.string()) }),
  z.object({ kind: z.literal('budget-spent'), state: AnswerState, limit: BudgetLimit }),
  z.object({ kind: z.literal('unavailable'), state: AnswerState, failure: RunFailure }),
  z.object({ kind: z.literal('cancelled'), state: AnswerState }),
]);
export type AnswerOutcome = z.infer<typeof AnswerOutcome>;
