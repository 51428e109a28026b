/** Inputs of the activities that call a model: what is new in this call, and a reference to all that was said before. */
import { z } from 'zod';
import { ContentId, RepositoryRef, Snapshot, SnapshotRef } from './snapshot.ts';
import { CheckedCitation } from './evidence.ts';
import { GateSpec, RouterSpec, SpecialistSpec, SynthesisSpec } from './pipeline.ts';
import { SpanScope } from './trace.ts';
import { PlaceId } from './tools.ts';
import { ModelPrices } from './model/price.ts';

const question = z.string();
/** What one call may use, all its attempts and repeated sends together. */
export const Grant = z.object({
  /** Input and output tokens together. */
  tokens: z.int().nonnegative(),
  /** US dollars; null: no limit. */
  costUsd: z.number().nonnegative().nullable(),
});
export type Grant = z.infer<typeof Grant>;

/** The answer to a call that was not sent: what it was granted leaves no room for a useful reply. */
export const DoesNotFit = z.object({
  kind: z.literal('does-not-fit'),
  limit: z.enum(['tokens', 'costUsd']),
  /** An upper estimate. */
  inputTokens: z.int().nonnegative(),
});
export type DoesNotFit = z.infer<typeof DoesNotFit>;

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
});
export type Payment = z.infer<typeof Payment>;

/** One paid call: which call of which run it is, and for what. */
export const JournalKey = z.object({
  workflowId: z.string(),
  runId: z.string(),
  callKey: z.string(),
  requestHash: z.string(),
});
export type JournalKey = z.infer<typeof JournalKey>;

/** In the journal's folder, the file with the entries of a run; whatever its id holds, it is no other place. */
export const journalFileName = (runId: string): string => `${encodeURIComponent(runId)}.journal`;
/** Those, and files of the format before, one a call, which nobody reads any more. */
export const journalFiles = /\.journal$|^[0-9a-f]{64}\.json(\.[0-9a-f-]+\.tmp)?$/;

/** Follows a reply that could not be used; the stored turn holds that reply and everything before it. */
export const RepairCall = z.object({
  kind: z.literal('repair'),
  turn: ContentId,
  problem: z.string().max(300),
  /** False: the agent may call tools instead of answering. */
  mustAnswer: z.boolean(),
});
export type RepairCall = z.infer<typeof RepairCall>;

export const OpenRepositoryInput = z.object({ repository: RepositoryRef });
export type OpenRepositoryInput = z.infer<typeof OpenRepositoryInput>;

export const OpenedRepository = z.object({
  snapshot: Snapshot,
  /** Those that this deployment's server takes. */
  searchAttributes: z.array(z.string()),
  /** Where the run's trace will be found, `{traceId}` for its id; null where there is no such place. */
  traceLink: z.string().nullable(),
});
export type OpenedRepository = z.infer<typeof OpenedRepository>;

export const RouteCall = z.object({
  question,
  router: RouterSpec,
  routes: z.array(SpecialistSpec.pick({ name: true, purpose: true })).min(1),
  /** Earlier replies that named no route; empty on the first call. */
  refused: z.array(z.string().max(200)),
});
export type RouteCall = z.infer<typeof RouteCall>;

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
    question,
    specialist: SpecialistSpec,
    /** What the gate said of the earlier draft; empty on the first try. */
    review: z.array(z.string()),
    earlierDraft: ContentId.nullable(),
    mustAnswer: z.boolean(),
  }),
  z.object({
    kind: z.literal('next'),
    turn: ContentId,
    answers: z.array(ToolAnswer),
    mustAnswer: z.boolean(),
  }),
  RepairCall,
]);
export type SpecialistCall = z.infer<typeof SpecialistCall>;

export const VerifyInput = z.object({
  snapshot: SnapshotRef,
  /** A stored draft or synthesis. */
  content: ContentId,
  scope: SpanScope,
});
export type VerifyInput = z.infer<typeof VerifyInput>;

export const JudgeCall = z.discriminatedUnion('kind', [
  z.object({
    kind: z.literal('opening'),
    snapshot: SnapshotRef,
    question,
    judge: GateSpec.shape.judge.unwrap().unwrap(),
    draft: ContentId,
    citations: z.array(CheckedCitation),
  }),
  RepairCall,
]);
export type JudgeCall = z.infer<typeof JudgeCall>;

export const SynthesisCall = z.discriminatedUnion('kind', [
  z.object({
    kind: z.literal('opening'),
    snapshot: SnapshotRef,
    question,
    synthesis: SynthesisSpec,
    candidates: z
      .array(z.object({ specialist: z.string(), draft: ContentId, citations: z.array(CheckedCitation) }))
      .min(1),
  }),
  RepairCall,
]);
export type SynthesisCall = z.infer<typeof SynthesisCall>;
