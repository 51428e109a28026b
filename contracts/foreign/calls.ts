/** Calls of tools of foreign MCP servers as they cross the boundary between workflow and activity. */
import { z } from 'zod';
import { ContentId } from '../snapshot.ts';
import { TakenFrom } from '../reuse.ts';
import { ToolRequest } from '../tools.ts';
import { SpanScope } from '../trace.ts';
import { foreignFailures } from './ends.ts';
import { ForeignToolSpec } from './spec.ts';

const Name = z.string().max(100);
const store = z.string().max(100).exactOptional();
export const ForeignFailure = z.enum(foreignFailures);

/** A tool as a run has pinned it at its beginning. */
export const ForeignTool = z.object({
  /** As the pipeline names it. */
  name: Name,
  /** What models are offered, stored; the same bytes as long as the server says the same of the tool. */
  definition: ContentId,
  /** SHA-256 of all that the server says of the tool: one that differs later is not called. */
  hash: ContentId,
  /** It may have effects: each call needs an approval. */
  effects: z.boolean(),
  /** A call that failed may be made again. */
  repeatable: z.boolean(),
  /** Of the server: who approves calls that have effects. */
  policy: z.enum(['ask', 'allow', 'refuse']),
  /** Of one call. */
  timeoutSeconds: z.int().positive(),
});
export type ForeignTool = z.infer<typeof ForeignTool>;

/** A tool that a pipeline names and the run does without. */
export const MissingForeignTool = z.object({ name: Name, failure: ForeignFailure, why: z.string().max(300) });
export type MissingForeignTool = z.infer<typeof MissingForeignTool>;

export const OpenForeignToolsInput = z.object({
  tools: z.array(Name),
  /** What the pipeline says of them, by name. */
  said: z.record(z.string(), ForeignToolSpec),
  store,
});
export type OpenForeignToolsInput = z.infer<typeof OpenForeignToolsInput>;

export const OpenedForeignTools = z.object({ tools: z.array(ForeignTool), missing: z.array(MissingForeignTool) });
export type OpenedForeignTools = z.infer<typeof OpenedForeignTools>;

const asked = { request: ToolRequest, tool: ForeignTool, scope: SpanScope, store };

export const ForeignCall = z.object({
  ...asked,
  /** Of a fork: the runs whose results it takes. */
  fork: TakenFrom.exactOptional(),
});
export type ForeignCall = z.infer<typeof ForeignCall>;

/** A call that was not made, or whose end nobody knows: what the model is told in place of a result. */
export const ForeignNote = z.object({
  ...asked,
  end: z.enum(['failed', 'refused', 'unknown']),
  why: z.string().max(2_500),
  failure: ForeignFailure.exactOptional(),
});
export type ForeignNote = z.infer<typeof ForeignNote>;
