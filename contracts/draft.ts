/** What a specialist brings back, typed so that an empty result is never mistaken for an answer. */
import { z } from 'zod';
import { ContentId } from './content.ts';
import { CheckedCitation, Citation } from './evidence.ts';
import { ToolRequest } from './tool.ts';

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
export const SpecialistTurn = z.discriminatedUnion('kind', [
  z.object({ kind: z.literal('tools'), turn: ContentId, requests: z.array(ToolRequest).min(1).max(16) }),
  z.object({ kind: z.literal('draft'), turn: ContentId, draftId: ContentId, draft: Draft }),
  z.object({ kind: z.literal('unparsable'), turn: ContentId, problem: z.string().max(300) }),
]);
export type SpecialistTurn = z.infer<typeof SpecialistTurn>;

/** `draft`: an answer; `partial`: cut short, the best so far; `empty`: nothing usable; `failed`: the work broke. */
export const SpecialistOutput = z.object({
  specialist: z.string(),
  /** Of this specialist, from 1. */
  try: z.int().positive(),
  /** Of the whole run, from 1: each time that the gate sends drafts back begins another. Runs of 0.1 did not tell it. */
  round: z.int().positive().exactOptional(),
  kind: z.enum(['draft', 'partial', 'empty', 'failed']),
  answer: z.string(),
  citations: z.array(CheckedCitation),
  confidence: z.number().min(0).max(1),
  insufficient: z.boolean(),
  gaps: z.array(z.string()),
  /** Null unless kind is draft or partial. */
  draftId: ContentId.nullable(),
  /** The gate's word on it; null where it was not reviewed. */
  accepted: z.boolean().nullable(),
  /** Why it was sent back, is empty, or failed. */
  reasons: z.array(z.string()),
});
export type SpecialistOutput = z.infer<typeof SpecialistOutput>;
