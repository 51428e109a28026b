/** Whose replies a run may use again: those of other benchmarks, or of the runs that it is a fork of. */
import { z } from 'zod';
import { mostModelCalls } from './pipeline-rules.ts';
import { StoreName } from './snapshot.ts';
import { RunRef, SpanScope } from './trace.ts';

// Replies that benchmarks share.

/** Whose replies a run may use again, and who may use its own: the runs of one trial number in all benchmarks. */
export const ReplySharing = z.object({
  benchmark: z.string().min(1).max(200),
  trial: z.int().positive(),
  /** Variant and question: what one lane has asked for in its order, the same lane finds again in its order. */
  lane: z.string().min(1).max(400),
  /** True: every model call is paid, and what it gives is kept for others. */
  fresh: z.boolean(),
});
export type ReplySharing = z.infer<typeof ReplySharing>;

// Forks.

/** A fork, the run that it was made of, the run that this one was made of, and so on. */
export const longestChain = 8;

/** A place in the course of a run. The specialists of one round work side by side; the gate begins each round after the first. */
export const RunStep = z.object({
  stage: SpanScope.shape.stage,
  specialist: z.string().max(100).exactOptional(),
  /** From 1. */
  round: z.int().positive().exactOptional(),
  /** Of a specialist's model calls in a round, from 1; a repair belongs to the turn that it repairs. */
  turn: z.int().positive().exactOptional(),
});
export type RunStep = z.infer<typeof RunStep>;

export const ForkOf = RunRef.extend({
  /** The runs that that one was made of, the nearest first: their replies are found, too. */
  earlier: z
    .array(RunRef)
    .max(longestChain - 1)
    .exactOptional(),
  /** The calls of this step and of all that follows it are asked anew; absent: whatever is unchanged is taken. */
  from: RunStep.exactOptional(),
  /** That holds their replies: a worker that does not reach it leaves the fork to others. */
  store: StoreName.exactOptional(),
});
export type ForkOf = z.infer<typeof ForkOf>;

/** What one call may take, of the first of these runs that has it. */
export const TakenFrom = z.object({
  runs: z.array(RunRef).min(1).max(longestChain),
  /** The model is asked; what the tools before it gave is taken. */
  only: z.literal('tools').exactOptional(),
});
export type TakenFrom = z.infer<typeof TakenFrom>;

// What is known beforehand of what a fork will pay.

/** A model call that a run has made, and of which model a fork would ask the same. */
export const CallOfRun = z.object({
  /** As in `Payment`. */
  key: z.string().min(1).max(100),
  role: z.enum(['router', 'specialist', 'judge', 'synthesizer']),
  /** Null: the one that the worker's settings name for the role. */
  model: z.string().max(200).nullable(),
});
export type CallOfRun = z.infer<typeof CallOfRun>;

export const LookForRepliesInput = z.object({
  /** The run, and those that it was reset from. */
  runs: z.array(RunRef).min(1).max(longestChain),
  calls: z.array(CallOfRun).max(mostModelCalls),
  store: StoreName.exactOptional(),
});
export type LookForRepliesInput = z.infer<typeof LookForRepliesInput>;

/** By the call's key. `gone`: no reply is kept any more; `other-model`: it is that of another model, or of another endpoint. */
export const KeptReplies = z.record(z.string(), z.enum(['kept', 'gone', 'other-model']));
export type KeptReplies = z.infer<typeof KeptReplies>;
