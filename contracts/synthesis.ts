/** One answer made from the specialists' results. */
import { z } from 'zod';
import { ContentId } from './content.ts';
import { Draft } from './draft.ts';

export const Synthesis = Draft.extend({
  /** Results that another one replaces, and why. */
  superseded: z.array(z.object({ specialist: z.string(), reason: z.string().max(500) })).max(20),
});
export type Synthesis = z.infer<typeof Synthesis>;

export const SynthesisTurn = z.discriminatedUnion('kind', [
  z.object({ kind: z.literal('synthesis'), turn: ContentId, synthesisId: ContentId, synthesis: Synthesis }),
  z.object({ kind: z.literal('unparsable'), turn: ContentId, problem: z.string().max(300) }),
]);
export type SynthesisTurn = z.infer<typeof SynthesisTurn>;
