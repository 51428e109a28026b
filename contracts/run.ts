/** How a run ends: a value of one of six kinds, always with the whole state. */
import { z } from 'zod';
import { RouteDecision, SpecialistOutput } from './agent.ts';
import { CheckedCitation } from './evidence.ts';
import { type FailureKind, failureKinds } from './failures.ts';
import { RepositoryRef, Snapshot } from './snapshot.ts';
import { ToolCalled } from './tools.ts';
import { Usage } from './chat.ts';
import { PipelineSpec } from './pipeline.ts';
import { DecisionRecord, DecisionRequest } from './decision.ts';
import { ForeignTool, MissingForeignTool } from './foreign/calls.ts';
import { ForkOf, ReplySharing } from './reuse.ts';
import { Experiment, ManagedPrompt, RenamedModel, RunRef } from './trace.ts';
import { ModelQueues } from './model/limits.ts';
import { ModelPrices } from './model/price.ts';
import { notesAtMost, RepositoryNote } from './threads/note.ts';
import { ThreadRecord, ThreadTurn } from './threads/thread.ts';

/** How a fallback model was used in one role. */
export const FallbackUse = z.object({ model: z.string(), calls: z.int().positive(), after: z.string().max(100) });
export type FallbackUse = z.infer<typeof FallbackUse>;

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
  /** What the final answer cites of tools of foreign servers, which nobody has verified; absent where it is nothing. */
  foreign_evidence: z.array(CheckedCitation).exactOptional(),
  tools_called: z.array(ToolCalled),
  final_answer: z.string().nullable(),
  confidence: z.number().min(0).max(1).nullable(),
  retry_count: z.int().nonnegative(),
  gaps: z.array(z.string()),
  /** What the tools have looked for, where the answer is that the repository does not hold it. */
  searched: z.array(z.string().max(300)).max(20).default([]),
  superseded: z.array(z.object({ specialist: z.string(), reason: z.string() })),
  usage: Usage,
  /** How often replies were made usable by reading alone, by repair; absent where none was. */
  repairs: z.record(z.string(), z.int().positive()).exactOptional(),
  /** Where a fallback model has answered, by role: which, how often, and the last failure of the first one's provider. */
  fallbacks: z.record(z.string(), FallbackUse).exactOptional(),
  /** Names under which another model answers than before, so that replies kept under them were not used. */
  renamed: z.array(RenamedModel).exactOptional(),
  /** The run that this one is a fork of. */
  fork_of: RunRef.exactOptional(),
  /** The models that answered, by role. */
  models: z.record(z.string(), z.string()),
  /** What people, or a timer in their place, have decided; absent where nothing was asked. */
  decisions: z.array(DecisionRecord).exactOptional(),
  /** The person whose words the answer is; absent: it is as agents wrote it. */
  edited_by: z.string().exactOptional(),
  /** Tools of foreign servers as the run has pinned them at its beginning; absent where the pipeline names none. */
  foreign_tools: z
    .array(z.union([ForeignTool.pick({ name: true, hash: true, effects: true }), MissingForeignTool]))
    .exactOptional(),
  /** Where the run's trace is found soon after its end; null where traces have no such place. */
  trace_link: z.string().nullable().default(null),
  /** Of a follow-up that was rewritten: what was routed and searched for; the answer is to the question as it was asked. */
  standalone_question: z.string().max(2000).exactOptional(),
  /** Of a turn of a thread. */
  thread: ThreadRecord.exactOptional(),
});
export type AnswerState = z.infer<typeof AnswerState>;

/** `history`: the run's own, which a server bounds; a pipeline does not set it. */
export const BudgetLimit = z.enum(['modelCalls', 'tokens', 'costUsd', 'wallClockSeconds', 'history']);
export type BudgetLimit = z.infer<typeof BudgetLimit>;

/** A failure that ended or halts a run, for a person: what happened, and the setting or place to look at. */
export const RunFailure = z.object({
  kind: z.enum(Object.keys(failureKinds) as [FailureKind, ...FailureKind[]]),
  message: z.string().max(1000),
  setting: z.string().max(200).nullable(),
});
export type RunFailure = z.infer<typeof RunFailure>;

/** How a run has ended: one of six kinds, with the whole state. */
export const AnswerOutcome = z.discriminatedUnion('kind', [
  z.object({ kind: z.literal('answered'), state: AnswerState }),
  z.object({ kind: z.literal('insufficient-evidence'), state: AnswerState }),
  z.object({ kind: z.literal('retries-exhausted'), state: AnswerState, reasons: z.array(z.string()) }),
  z.object({ kind: z.literal('budget-spent'), state: AnswerState, limit: BudgetLimit }),
  z.object({ kind: z.literal('unavailable'), state: AnswerState, failure: RunFailure }),
  z.object({ kind: z.literal('cancelled'), state: AnswerState }),
]);
export type AnswerOutcome = z.infer<typeof AnswerOutcome>;

// The input of a run, and what can be asked of it while it runs.

export const questionMaxCharacters = 20_000;

/** What belongs to the deployment rather than to the pipeline: the limits of calls in time, and what they cost. */
export const CallLimits = z.object({
  /** One attempt of one model call. */
  modelCallSeconds: z.int().positive(),
  /** All attempts of one model call, back-off included. */
  modelCallTotalSeconds: z.int().positive(),
  modelCallAttempts: z.int().positive(),
  heartbeatSeconds: z.int().min(2),
  /** How long a run waits for people, all its waits together; 30 days unless given. */
  personWaitSeconds: z.int().positive().exactOptional(),
  /** Of the models that a run with a money limit may ask: it is held to the prices that it began with. */
  prices: ModelPrices.exactOptional(),
  /** Where model calls wait for their turn within the limits of endpoints; absent: no limit is set. */
  queues: ModelQueues.exactOptional(),
});
export type CallLimits = z.infer<typeof CallLimits>;

/** The input of a run: a question, a repository, a pipeline and limits. */
export const QuestionInput = z.object({
  question: z.string().trim().min(1).max(questionMaxCharacters),
  repository: RepositoryRef,
  pipeline: PipelineSpec,
  /** Skips the router. */
  forcedRoute: z.string().nullable(),
  limits: CallLimits,
  /** Groups traces: a conversation, or a benchmark's run. */
  session: z.string().min(1).max(200).exactOptional(),
  /** Who asks, for traces. */
  user: z.string().min(1).max(200).exactOptional(),
  /** Somebody is told, by the settings of its worker, when the run waits for a person, ends or fails. */
  webhook: z.literal(true).exactOptional(),
  experiment: Experiment.exactOptional(),
  /** Where prompts of the pipeline came from, by agent: only for traces. */
  prompts: z.record(z.string(), ManagedPrompt).exactOptional(),
  /** Task queue of its activities; the run's own unless given. */
  activityQueue: z.string().min(1).exactOptional(),
  /** Of a benchmark: replies of model calls are used again. */
  sharing: ReplySharing.exactOptional(),
  /** The run that this one is a fork of: unchanged calls are taken from it. */
  forkOf: ForkOf.exactOptional(),
  /** The thread that it is a turn of. */
  thread: ThreadTurn.exactOptional(),
  /** What people had remembered of the repository. */
  notes: z.array(RepositoryNote).max(notesAtMost.ofRun).exactOptional(),
});
export type QuestionInput = z.infer<typeof QuestionInput>;

/** How far the index of a run's repository is. */
export const OpeningProgress = z.object({
  stage: z.enum(['fetching', 'reading', 'indexing']),
  /** Files. */
  done: z.int().nonnegative(),
  total: z.int().nonnegative().nullable(),
  /** At the rate so far; null while that is not known. */
  secondsLeft: z.int().nonnegative().nullable(),
});
export type OpeningProgress = z.infer<typeof OpeningProgress>;

/** A tool that was asked for and has no result yet. */
export const ToolAsked = ToolCalled.pick({ specialist: true, try: true, tool: true, argumentsText: true });
export type ToolAsked = z.infer<typeof ToolAsked>;

/** What the `state` query answers. */
export const RunProgress = z.object({
  stage: z.enum(['opening', 'routing', 'delegating', 'reviewing', 'synthesizing', 'waiting', 'finished']),
  /** What is being done right now, for people. */
  doing: z.string(),
  /** Set while specialists wait for a repository whose index takes more than a few seconds. */
  opening: OpeningProgress.nullable().default(null),
  /** Set while the run waits for a provider that stays away; `runs resume` resumes it. */
  waitingFor: RunFailure.nullable(),
  /** What people are asked; absent where that is nothing. A wait for a provider is in `waitingFor`. */
  pending: z.array(DecisionRequest).exactOptional(),
  /** Tools that are under way. */
  tools_asked: z.array(ToolAsked).default([]),
  state: AnswerState,
});
export type RunProgress = z.infer<typeof RunProgress>;

// The input and result of a run that only routes: no repository is opened, no specialist works.

export const RouteInput = z.object({
  question: z.string().trim().min(1).max(questionMaxCharacters),
  pipeline: PipelineSpec,
  /** Skips the router. */
  forcedRoute: z.string().nullable(),
  limits: CallLimits,
  /** For a router that reads what the repository says; absent: it does without. */
  repository: RepositoryRef.exactOptional(),
});
export type RouteInput = z.infer<typeof RouteInput>;

export const RouteResult = RouteDecision.extend({
  usage: Usage,
  /** The model that answered; null when none was asked. */
  model: z.string().nullable(),
});
export type RouteResult = z.infer<typeof RouteResult>;
