/** What a run asks people while it goes on, and what they decide. */
import { z } from 'zod';
import { Draft } from './agent.ts';
import { CheckedCitation, Citation } from './evidence.ts';
import { SnapshotRef, StoreName } from './snapshot.ts';
import { argumentCharacters } from './tools.ts';
import { SpanScope } from './trace.ts';

/**
 * `clarify`: which of several routes or packages is meant; `draft`: whether an answer may go out, and in which words;
 * `try`: one more try where all were weak; `budget`: more of a limit that is reached; `provider`: whether to ask a
 * provider again that stayed away; `tool`: whether a tool of a foreign server that has effects may be called.
 */
export const DecisionKind = z.enum(['clarify', 'draft', 'try', 'budget', 'provider', 'tool']);
export type DecisionKind = z.infer<typeof DecisionKind>;

/** What is asked and the how-manieth of its sort it is in the run: the same in every replay, such as `draft-1`. */
export const RequestId = z
  .string()
  .max(100)
  .regex(/^(clarify|draft|try|budget|provider|tool)-([A-Za-z0-9]{1,20}-){0,3}[1-9][0-9]{0,5}$/);

/** An answer as a person wrote it; without citations those of the draft stay. */
export const EditedDraft = z.object({
  answer: z.string().min(1).max(20_000),
  citations: z.array(Citation).max(40).exactOptional(),
});
export type EditedDraft = z.infer<typeof EditedDraft>;

/** An edited answer, to be stored and its citations checked. */
export const EditInput = z.object({
  snapshot: SnapshotRef,
  draft: Draft,
  /** Foreign tools that have answered in the run. */
  foreignAnswered: z.array(z.string().max(100)).exactOptional(),
  store: StoreName.exactOptional(),
});
export type EditInput = z.infer<typeof EditInput>;

/** Which packages of a repository a question may be about. */
export const MatchPackagesInput = z.object({
  snapshot: SnapshotRef,
  question: z.string(),
  scope: SpanScope,
  store: StoreName.exactOptional(),
});
export type MatchPackagesInput = z.infer<typeof MatchPackagesInput>;

/** Their folders; empty where it is one, or nothing tells several apart. */
export const MatchedPackages = z.object({ packages: z.array(z.string().max(1024)) });
export type MatchedPackages = z.infer<typeof MatchedPackages>;

/** What a person decides of a request. */
export const Decision = z.object({
  requestId: RequestId,
  /** One of the choices of the request. */
  decision: z.string().min(1).max(100),
  /** Who decides. */
  by: z.string().min(1).max(200),
  note: z.string().max(2_000).exactOptional(),
  /** Of `edit`. */
  draft: EditedDraft.exactOptional(),
  /** Of `grant`: by how much the limit is raised, in its own unit. */
  amount: z.number().exactOptional(),
});
export type Decision = z.infer<typeof Decision>;

/** How a decision came to the run; `retry` is the signal that resumes whatever waits for its provider. */
export const DecisionWay = z.enum(['update', 'signal', 'retry', 'timer']);
export type DecisionWay = z.infer<typeof DecisionWay>;

/** Limits that a person can raise while the run goes on. */
export const RaisedLimit = z.enum(['modelCalls', 'tokens', 'costUsd', 'wallClockSeconds']);
export type RaisedLimit = z.infer<typeof RaisedLimit>;

/** A request that is open. Times are by the clock of the run. */
export const DecisionRequest = z.object({
  requestId: RequestId,
  kind: DecisionKind,
  /** For people. */
  asked: z.string().max(1_500),
  choices: z
    .array(
      z.object({
        choice: z.string(),
        meaning: z.string(),
        /** The field that a decision for it must have. */
        needs: z.enum(['note', 'draft', 'amount']).exactOptional(),
      }),
    )
    .min(1),
  /** Of `draft`: what is to be approved or edited. */
  draft: z.object({ answer: z.string(), citations: z.array(CheckedCitation) }).exactOptional(),
  /** Of `tool`: what would be called, with the arguments as the model wrote them, which are JSON. */
  call: z.object({ tool: z.string(), argumentsText: z.string().max(argumentCharacters) }).exactOptional(),
  /** Of `budget`: which limit, and the most by which it can be raised. */
  limit: RaisedLimit.exactOptional(),
  most: z.number().exactOptional(),
  since: z.iso.datetime(),
  /** Taken where nobody has decided by then. */
  default: z.object({ decision: z.string(), at: z.iso.datetime() }),
});
export type DecisionRequest = z.infer<typeof DecisionRequest>;

/** What has become of a request, in the record of the run. */
export const DecisionRecord = z.object({
  requestId: RequestId,
  kind: DecisionKind,
  /** Null: it was never asked. */
  asked: z.string().nullable(),
  decision: z.string(),
  /** Null: nobody, a timer took the default. */
  by: z.string().nullable(),
  note: z.string().exactOptional(),
  amount: z.number().exactOptional(),
  way: DecisionWay,
  askedAt: z.iso.datetime().nullable(),
  decidedAt: z.iso.datetime(),
  /** Why it was not applied. */
  refused: z.string().exactOptional(),
});
export type DecisionRecord = z.infer<typeof DecisionRecord>;

/**
 * `applied`: the request was open, or this very decision was applied before; `buffered`: the request is not open yet, and
 * the decision is kept for it; `too-late`: another decision stands, or nothing waits for one any more; `refused`: it is none
 * of the choices, or lacks what its choice needs, and the request stays open.
 */
export const DecisionAnswer = z.discriminatedUnion('kind', [
  z.object({ kind: z.literal('applied') }),
  z.object({ kind: z.literal('buffered') }),
  z.object({ kind: z.literal('too-late'), reason: z.string() }),
  z.object({ kind: z.literal('refused'), reason: z.string() }),
]);
export type DecisionAnswer = z.infer<typeof DecisionAnswer>;
