/** Inputs and results of the activities that only a turn of a thread has. */
import { z } from 'zod';
import { RewriteSpec } from '../pipeline.ts';
import { SnapshotRef, StoreName } from '../snapshot.ts';
import { SpanScope } from '../trace.ts';
import { CarriedPlace, CheckedPlace, ThreadTurn } from './thread.ts';

export const RewriteCall = z.object({
  /** The follow-up as it was asked. */
  question: z.string(),
  earlier: ThreadTurn.shape.questions,
  /** Files that the answers before it cited: what "that file" may mean. */
  paths: z.array(z.string()).max(20),
  rewrite: RewriteSpec,
  /** Earlier replies of this call that could not be used, and why; empty on the first. */
  refused: z.array(z.object({ reply: z.string().max(1000), problem: z.string().max(300) })).max(5),
});
export type RewriteCall = z.infer<typeof RewriteCall>;

/** `not-needed`: no model was asked, since the question stands by itself. */
export const RewriteResult = z.discriminatedUnion('kind', [
  z.object({ kind: z.literal('rewritten'), question: z.string(), need: z.string() }),
  z.object({ kind: z.literal('unusable'), reply: z.string().max(1000), problem: z.string().max(300) }),
  z.object({ kind: z.literal('not-needed'), asked: z.literal(false) }),
]);
export type RewriteResult = z.infer<typeof RewriteResult>;

export const CheckPlacesInput = z.object({
  snapshot: SnapshotRef,
  places: z.array(CarriedPlace).min(1),
  scope: SpanScope,
  store: StoreName.exactOptional(),
});
export type CheckPlacesInput = z.infer<typeof CheckPlacesInput>;

export const CheckedPlaces = z.array(CheckedPlace);
export type CheckedPlaces = z.infer<typeof CheckedPlaces>;
