/** The input of a run, and what can be asked of it while it runs. */
import { z } from 'zod';
import { AnswerState, RunFailure } from './outcome.ts';
import { PipelineSpec } from './pipeline-spec.ts';
import { RepositoryRef } from './snapshot.ts';
import { Experiment, ManagedPrompt } from './trace.ts';

export const questionMaxCharacters = 20_000;

/** Time limits that belong to the deployment rather than to the arm. */
export const CallLimits = z.object({
  /** One attempt of one model call. */
  modelCallSeconds: z.int().positive(),
  /** All attempts of one model call, back-off included. */
  modelCallTotalSeconds: z.int().positive(),
  modelCallAttempts: z.int().positive(),
  heartbeatSeconds: z.int().min(2),
  /** How long a run waits for people, all its waits together; 30 days unless given. */
  personWaitSeconds: z.int().positive().exactOptional(),
});
export type CallLimits = z.infer<typeof CallLimits>;

export const QuestionInput = z.object({
  question: z.string().trim().min(1).max(questionMaxCharacters),
  repository: RepositoryRef,
  pipeline: PipelineSpec,
  /** Skips the router. */
  forcedRoute: z.string().nullable(),
  limits: CallLimits,
  /** Groups traces: a conversation, or a benchmark's run. */
  session: z.string().min(1).max(200).exactOptional(),
  experiment: Experiment.exactOptional(),
  /** Where prompts of the pipeline came from, by agent: only for traces. */
  prompts: z.record(z.string(), ManagedPrompt).exactOptional(),
  /** Task queue of its activities; the run's own unless given. */
  activityQueue: z.string().min(1).exactOptional(),
});
export type QuestionInput = z.infer<typeof QuestionInput>;

/** What the `state` query answers. */
export const RunProgress = z.object({
  stage: z.enum(['opening', 'routing', 'delegating', 'reviewing', 'synthesizing', 'waiting', 'finished']),
  /** What is being done right now, for people. */
  doing: z.string(),
  /** Set while the run waits for a provider that stays away; `runs retry` takes it up again. */
  waitingFor: RunFailure.nullable(),
  state: AnswerState,
});
export type RunProgress = z.infer<typeof RunProgress>;
