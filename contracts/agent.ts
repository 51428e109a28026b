/** What a specialist brings back, typed so that an empty result is never mistaken for an answer. */
import { z } from 'zod';
import { ContentId, SnapshotRef } from './snapshot.ts';
import { CheckedCitation, Citation } from './evidence.ts';
import { PlaceId, ToolRequest } from './tools.ts';
import { RerankSpec } from './pipeline.ts';

// A place that a search found, short enough for a model to compare it with many others.

export const SearchCandidate = z.object({
  path: z.string(),
  /** 1-based, both ends included. */
  firstLine: z.int().positive(),
  lastLine: z.int().positive(),
  /** The beginning of its text. */
  text: z.string(),
});
export type SearchCandidate = z.infer<typeof SearchCandidate>;

export const Draft = z.object({
  answer: z.string().max(20_000),
  citations: z.array(Citation).max(40),
  /** The model's own estimate that the answer is right and complete. */
  confidence: z.number().min(0).max(1),
  /** True: the repository does not hold the answer, and the draft says so. */
  insufficient: z.boolean(),
  /** What the answer leaves open. */
  gaps: z.array(z.string().max(500)).max(20),
});
export type Draft = z.infer<typeof Draft>;

/** One model call of a specialist; `turn` is the stored conversation up to and including the reply. */
export const SpecialistResult = z.discriminatedUnion('kind', [
  z.object({ kind: z.literal('tools'), turn: ContentId, requests: z.array(ToolRequest).min(1).max(16) }),
  z.object({ kind: z.literal('draft'), turn: ContentId, draftId: ContentId, draft: Draft }),
  z.object({ kind: z.literal('unparsable'), turn: ContentId, problem: z.string().max(300) }),
]);
export type SpecialistResult = z.infer<typeof SpecialistResult>;

/** `draft`: an answer; `empty`: nothing usable; `failed`: the work broke. */
export const SpecialistOutput = z.object({
  specialist: z.string(),
  /** Of this specialist, from 1. */
  try: z.int().positive(),
  /** Of the whole run, from 1: each time that the gate sends drafts back begins another. Runs of 0.1 did not tell it. */
  round: z.int().positive().exactOptional(),
  kind: z.enum(['draft', 'empty', 'failed']),
  answer: z.string(),
  citations: z.array(CheckedCitation),
  confidence: z.number().min(0).max(1),
  insufficient: z.boolean(),
  gaps: z.array(z.string()),
  /** Null unless kind is draft. */
  draftId: ContentId.nullable(),
  /** The gate's word on it; null where it was not reviewed, or where its judge could not be had. */
  accepted: z.boolean().nullable(),
  /** Why no judge has read it, although the pipeline has one: it stands by the checks of code alone. */
  unjudged: z.string().max(500).exactOptional(),
  /** Why it was sent back, is empty, or failed. */
  reasons: z.array(z.string()),
});
export type SpecialistOutput = z.infer<typeof SpecialistOutput>;

// The router's decision: a distribution over routes and what was made of it.

export const RouteDecision = z.object({
  route: z.string().describe('The most likely route; the fallback when the reply named none.'),
  probabilities: z
    .array(
      z.object({
        route: z.string().describe('The name of a specialist.'),
        probability: z.number().min(0).max(1).describe('Its share.'),
      }),
    )
    .describe('Every route of the pipeline, most likely first; adds up to 1.'),
  source: z
    .enum(['logprobs', 'text', 'fallback', 'forced', 'only-route', 'fitted'])
    .describe(
      'Where the probabilities come from; `text` and `fallback` give all weight to one route, `fitted` is a router that was fitted to labels.',
    ),
  fallback: z.boolean().describe('True when the reply named no route, so that the fallback was taken.'),
  reply: z
    .string()
    .max(200)
    .describe('The reply as the model wrote it, cut to 200 characters; empty when no model was asked.'),
});
export type RouteDecision = z.infer<typeof RouteDecision>;

// One answer made from the specialists' results.

export const Synthesis = Draft.extend({
  /** Results that another one replaces, and why. */
  superseded: z.array(z.object({ specialist: z.string(), reason: z.string().max(500) })).max(20),
});
export type Synthesis = z.infer<typeof Synthesis>;

export const SynthesisResult = z.discriminatedUnion('kind', [
  z.object({ kind: z.literal('synthesis'), turn: ContentId, synthesisId: ContentId, synthesis: Synthesis }),
  z.object({ kind: z.literal('unparsable'), turn: ContentId, problem: z.string().max(300) }),
]);
export type SynthesisResult = z.infer<typeof SynthesisResult>;

// The judge's typed verdict on a draft.

export const Verdict = z.object({
  accepted: z.boolean(),
  /** What must change, in sentences that the specialist can act on; empty when accepted. */
  reasons: z.array(z.string().max(500)).max(10),
});
export type Verdict = z.infer<typeof Verdict>;

export const JudgeResult = z.discriminatedUnion('kind', [
  z.object({ kind: z.literal('verdict'), turn: ContentId, verdict: Verdict }),
  z.object({ kind: z.literal('unparsable'), turn: ContentId, problem: z.string().max(300) }),
]);
export type JudgeResult = z.infer<typeof JudgeResult>;

// A model puts the places that a search found in order: what is asked, and what comes back.

export const RerankCall = z.object({ snapshot: SnapshotRef, request: ToolRequest, rerank: RerankSpec });
export type RerankCall = z.infer<typeof RerankCall>;

export const RerankResult = z.object({
  /** Best first; where it is empty, the search's order stays. */
  order: z.array(PlaceId).max(30),
  /** Why the reply could not be used. */
  problem: z.string().max(300).exactOptional(),
});
export type RerankResult = z.infer<typeof RerankResult>;
