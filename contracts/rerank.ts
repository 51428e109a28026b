/** A model puts the places that a search found in order: what is asked, and what comes back. */
import { z } from 'zod';
import { SnapshotRef } from './snapshot.ts';
import { RerankSpec } from './pipeline-spec.ts';
import { PlaceId, ToolRequest } from './tool.ts';

export const RerankCall = z.object({ snapshot: SnapshotRef, request: ToolRequest, rerank: RerankSpec });
export type RerankCall = z.infer<typeof RerankCall>;

/** Best first; empty where there was nothing to put in order, or no usable reply: then the search's order stays. */
export const RerankResult = z.object({ order: z.array(PlaceId).max(30) });
export type RerankResult = z.infer<typeof RerankResult>;
