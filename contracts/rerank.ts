/** A model puts the places that a search found in order: what is asked, and what comes back. */
import { z } from 'zod';
import { SnapshotRef } from './snapshot.ts';
import { RerankSpec } from './pipeline-spec.ts';
import { PlaceId, ToolRequest } from './tool.ts';

export const RerankCall = z.object({ snapshot: SnapshotRef, request: ToolRequest, rerank: RerankSpec });
export type RerankCall = z.infer<typeof RerankCall>;

export const RerankResult = z.object({
  /** Best first; where it is empty, the search's order stays. */
  order: z.array(PlaceId).max(30),
  /** Why the reply could not be used. */
  problem: z.string().max(300).exactOptional(),
});
export type RerankResult = z.infer<typeof RerankResult>;
