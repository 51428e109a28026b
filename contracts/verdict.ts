/** The judge's typed verdict on a draft. */
import { z } from 'zod';
import { ContentId } from './content.ts';

export const Verdict = z.object({
  accepted: z.boolean(),
  /** What must change, in sentences that the specialist can act on; empty when accepted. */
  reasons: z.array(z.string().max(500)).max(10),
});
export type Verdict = z.infer<typeof Verdict>;

export const JudgeTurn = z.discriminatedUnion('kind', [
  z.object({ kind: z.literal('verdict'), turn: ContentId, verdict: Verdict }),
  z.object({ kind: z.literal('unparsable'), turn: ContentId, problem: z.string().max(300) }),
]);
export type JudgeTurn = z.infer<typeof JudgeTurn>;
