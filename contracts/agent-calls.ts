/** Inputs of the activities that call a model: what is new in this call, and a reference to all that was said before. */
import { z } from 'zod';
import { ContentId, RepositoryRef, Snapshot, SnapshotRef } from './snapshot.ts';
import { RouteDecision } from './agent.ts';
import { CheckedCitation } from './evidence.ts';
import { FittedRouter } from './fitted-router.ts';
import { GateSpec, RouterSpec, SpecialistSpec, SynthesisSpec } from './pipeline.ts';
import { ReplySharing, TakenFrom } from './reuse.ts';
import { SpanScope } from './trace.ts';
import { PlaceId, ToolRequest } from './tools.ts';
import { Hints } from './threads/thread.ts';
import { ModelPrices } from './model/price.ts';

/** `standalone`: of a follow-up, the same in full. */
const asked = { question: z.string(), standalone: z.string().exactOptional() };
/** What one call may use, all its attempts and repeated sends together. */
export const Grant = z.object({
  /** Replies that may still be delivered for it; absent in calls that an earlier version has scheduled. */
  replies: z.int().nonnegative().exactOptional(),
  /** Input and output tokens together. */
  tokens: z.int().nonnegative(),
  /** US dollars; null: no limit. */
  costUsd: z.number().nonnegative().nullable(),
});
export type Grant = z.infer<typeof Grant>;

/** The answer to a call that was not sent, or not sent again: what it was granted leaves no room for a useful reply. */
export const DoesNotFit = z.object({
  kind: z.literal('does-not-fit'),
  limit: z.enum(['modelCalls', 'tokens', 'costUsd']),
  /** An upper estimate. */
  inputTokens: z.int().nonnegative(),
});
export type DoesNotFit = z.infer<typeof DoesNotFit>;

/**
 * The answer to a call that was not sent, since a tool of its turn could not be run: the workflow runs those of which it
 * has no result by themselves. `asked` false tells that no model was asked, so that the call does not count.
 */
export const ToolsFailed = z.object({
  kind: z.literal('tools-failed'),
  asked: z.literal(false),
  why: z.string().max(300),
});
export type ToolsFailed = z.infer<typeof ToolsFailed>;

/** The answer of a judge that was not asked, since code has found the draft weak. */
export const DraftRefused = z.object({
  kind: z.literal('refused'),
  asked: z.literal(false),
  reasons: z.array(z.string()),
});
export type DraftRefused = z.infer<typeof DraftRefused>;

/** The answer of a judge that was not asked, since the draft's citations could not be checked. */
export const CheckFailed = z.object({ kind: z.literal('check-failed'), asked: z.literal(false) });
export type CheckFailed = z.infer<typeof CheckFailed>;

/** The store that holds what the run needs; absent where no worker reaches another one. */
const store = z.string().max(100).exactOptional();

/** What a call needs to be paid once and within limits. */
export const Payment = z.object({
  /** Names the call within its run: the same however often it is attempted or scheduled again. */
  key: z.string().min(1),
  /** True under a money limit: a model without a known price is then refused before it is paid. */
  requirePrice: z.boolean(),
  scope: SpanScope,
  /** Those that the run keeps; a model that is not here has the worker's. */
  prices: ModelPrices.exactOptional(),
  /** Absent: no limit, as in runs that began before there were grants. */
  grant: Grant.exactOptional(),
  /** What all attempts together may take: failures of the call itself, and time at work. */
  limits: z.object({ attempts: z.int().positive(), totalSeconds: z.int().positive() }).exactOptional(),
  /**
   * The model that is asked where the provider of the first one is out; `after` names the failure for which it is asked
   * this time, absent: it is not.
   */
  fallback: z.object({ model: z.string().min(1), after: z.string().max(100).exactOptional() }).exactOptional(),
  /** Of a benchmark's run; absent: its replies are its own. */
  sharing: ReplySharing.exactOptional(),
  /** Of a fork: the runs whose replies it takes; absent: the call is asked anew. */
  fork: TakenFrom.exactOptional(),
  store,
});
export type Payment = z.infer<typeof Payment>;

/** Follows a reply that could not be used; the stored turn holds that reply and everything before it. */
export const RepairCall = z.object({
  kind: z.literal('repair'),
  turn: ContentId,
  problem: z.string().max(300),
  /** False: the agent may call tools instead of answering. */
  mustAnswer: z.boolean(),
});
export type RepairCall = z.infer<typeof RepairCall>;

export const OpenRepositoryInput = z.object({ repository: RepositoryRef, store });
export type OpenRepositoryInput = z.infer<typeof OpenRepositoryInput>;

export const OpenedRepository = z.object({
  snapshot: Snapshot,
  /** Those that this deployment's server takes. */
  searchAttributes: z.array(z.string()),
  /** Tools that are not built in and say that they only read; absent where there are none. */
  readOnlyTools: z.array(z.string()).exactOptional(),
  store,
  /** Where the run's trace will be found, `{traceId}` for its id; null where there is no such place. */
  traceLink: z.string().nullable(),
});
export type OpenedRepository = z.infer<typeof OpenedRepository>;

export const RouteCall = z.object({
  question: z.string(),
  router: RouterSpec,
  routes: z.array(SpecialistSpec.pick({ name: true, purpose: true })).min(1),
  /** Earlier replies that named no route; empty on the first call. */
  refused: z.array(z.string().max(200)),
  /** What the router is told of the repository is searched here; absent: nothing. */
  snapshot: SnapshotRef.exactOptional(),
});
export type RouteCall = z.infer<typeof RouteCall>;

export const FittedCall = z.object({
  question: z.string(),
  router: FittedRouter,
  /** Every specialist; those that the router does not know get no probability. */
  routes: z.array(z.string()).min(1),
  /** How often it may be wrong where it decides; null: it decides always. */
  risk: z.number().min(0).max(1).nullable(),
  /** Absent: without what the repository says. */
  snapshot: SnapshotRef.exactOptional(),
  scope: SpanScope,
  store,
});
export type FittedCall = z.infer<typeof FittedCall>;

/** `sure`: at the risk that was stated. */
export const FittedDecision = z.object({ decision: RouteDecision, sure: z.boolean() });
export type FittedDecision = z.infer<typeof FittedDecision>;

export const RunToolInput = z.object({
  snapshot: SnapshotRef,
  request: ToolRequest,
  /** The names that this specialist may use. */
  allowed: z.array(z.string()),
  /** Places of a search that go first, as a model put them. */
  order: z.array(PlaceId).max(30).exactOptional(),
  /** Why no model put the places of a search in order, where one should have. */
  notReranked: z.string().max(300).exactOptional(),
  scope: SpanScope,
  /** Of a fork: the runs whose results it takes. */
  fork: TakenFrom.exactOptional(),
  store,
});
export type RunToolInput = z.infer<typeof RunToolInput>;

/** A tool's answer, by reference: the activity renders it again for the model. */
export const ToolAnswer = z.object({
  callId: z.string(),
  content: ContentId,
  renderer: z.int().positive(),
  /** The order in which a model put the places of a search: without it the same search gives other bytes. */
  order: z.array(PlaceId).max(30).exactOptional(),
});
export type ToolAnswer = z.infer<typeof ToolAnswer>;

export const SpecialistCall = z.discriminatedUnion('kind', [
  z.object({
    kind: z.literal('opening'),
    snapshot: SnapshotRef,
    ...asked,
    specialist: SpecialistSpec,
    /** What the gate said of the earlier draft; empty on the first try. */
    review: z.array(z.string()),
    earlierDraft: ContentId.nullable(),
    hints: Hints.exactOptional(),
    mustAnswer: z.boolean(),
  }),
  z.object({
    kind: z.literal('next'),
    turn: ContentId,
    answers: z.array(ToolAnswer),
    mustAnswer: z.boolean(),
  }),
  z.object({
    kind: z.literal('tools'),
    turn: ContentId,
    /** What the turn has asked for: run first, and answered in the same call. */
    requests: z.array(ToolRequest).min(1),
    mustAnswer: z.boolean(),
  }),
  RepairCall,
]);
export type SpecialistCall = z.infer<typeof SpecialistCall>;

/** By which code finds a draft weak, see agents/gate-rule.ts. */
export const GateRule = GateSpec.pick({ minResolvedCitations: true, minConfidence: true }).extend({
  /** Why the draft may not say that the repository does not hold the answer; null where it may. */
  baseless: z.string().nullable(),
});
export type GateRule = z.infer<typeof GateRule>;

/** True where the run most likely ends with the call: the activity then hands it over to the exporter of traces. */
const handOver = z.literal(true).exactOptional();

export const VerifyInput = z.object({
  snapshot: SnapshotRef,
  /** A stored draft or synthesis. */
  content: ContentId,
  /** Absent: only the citations are checked. */
  rule: GateRule.exactOptional(),
  handOver,
  scope: SpanScope,
  store,
});
export type VerifyInput = z.infer<typeof VerifyInput>;

/** The citations of a draft, checked, and why it is weak by the rule: empty where it is not, or there is no rule. */
export const CheckedDraft = z.object({ citations: z.array(CheckedCitation), reasons: z.array(z.string()) });
export type CheckedDraft = z.infer<typeof CheckedDraft>;

export const JudgeCall = z.discriminatedUnion('kind', [
  z.object({
    kind: z.literal('opening'),
    snapshot: SnapshotRef,
    ...asked,
    judge: GateSpec.shape.judge.unwrap().unwrap(),
    draft: ContentId,
    rule: GateRule,
    /** Where they have been checked, and the draft is not weak; else both is found out first. */
    citations: z.array(CheckedCitation).exactOptional(),
    handOver,
  }),
  RepairCall,
]);
export type JudgeCall = z.infer<typeof JudgeCall>;

export const SynthesisCall = z.discriminatedUnion('kind', [
  z.object({
    kind: z.literal('opening'),
    snapshot: SnapshotRef,
    ...asked,
    synthesis: SynthesisSpec,
    candidates: z
      .array(z.object({ specialist: z.string(), draft: ContentId, citations: z.array(CheckedCitation) }))
      .min(1),
    handOver,
  }),
  RepairCall,
]);
export type SynthesisCall = z.infer<typeof SynthesisCall>;
