/** Tool calls as they cross the boundary between workflow and activity: small, the text itself stays in the store. */
import { z } from 'zod';
import { ContentId } from './snapshot.ts';
import { Evidence } from './evidence.ts';
import { foreignFailures } from './foreign/ends.ts';

/** What is kept of the arguments of a call. */
export const argumentCharacters = 4000;

/** What a model asked for; `argumentsText` is the JSON text as the model wrote it, cut to 4,000 characters. */
export const ToolRequest = z.object({
  callId: z.string().min(1).max(200),
  tool: z.string().min(1).max(100),
  argumentsText: z.string().max(argumentCharacters),
});
export type ToolRequest = z.infer<typeof ToolRequest>;

/** Names a place within one snapshot. */
export const PlaceId = z.object({ path: z.string(), firstLine: z.int().positive(), lastLine: z.int().positive() });
export type PlaceId = z.infer<typeof PlaceId>;

/**
 * How a call of a foreign tool ended. `answered`: its server gave a result, which may say that the tool failed; `failed`: it
 * gave none; `refused`: the call was not made, since nobody has approved it; `unknown`: the call may have had its effects,
 * and is not made again.
 */
export const ForeignEnd = z.object({
  server: z.string().max(100),
  end: z.enum(['answered', 'failed', 'refused', 'unknown']),
  failure: z.enum(foreignFailures).exactOptional(),
});
export type ForeignEnd = z.infer<typeof ForeignEnd>;

/** What a tool gave: a reference to the exact bytes that the model will see, and what they point at. */
export const ToolResult = z.object({
  callId: z.string(),
  tool: z.string(),
  status: z.enum(['ok', 'error']),
  content: ContentId,
  /** Version of the renderer that made the bytes; another version may not render the same bytes again. */
  renderer: z.int().positive(),
  bytes: z.int().nonnegative(),
  /** True when the result says that there is more than it shows. */
  cut: z.boolean(),
  /** The best places shown, at most 8. */
  evidence: z.array(Evidence).max(8),
  /** What was wrong, where the status is `error`. */
  problem: z.string().max(300).exactOptional(),
  /** Which service had a part in it, or should have had; `degraded`: it did not answer. */
  remark: z.object({ text: z.string().max(500), degraded: z.boolean() }).exactOptional(),
  /** Of a tool of a foreign MCP server. */
  foreign: ForeignEnd.exactOptional(),
});
export type ToolResult = z.infer<typeof ToolResult>;

/** A tool's answer, by reference: the activity renders it again for the model. */
export const ToolAnswer = z.object({
  callId: z.string(),
  content: ContentId,
  renderer: z.int().positive(),
  /** The order in which a model put the places of a search: without it the same search gives other bytes. */
  order: z.array(PlaceId).max(30).exactOptional(),
  /** Of a tool of a foreign server: what it gave cannot be made again. */
  foreign: z.literal(true).exactOptional(),
});
export type ToolAnswer = z.infer<typeof ToolAnswer>;

/** One line of `tools_called`, for people and graders. */
export const ToolCalled = z.object({
  specialist: z.string(),
  try: z.int().positive(),
  tool: z.string(),
  argumentsText: z.string().max(argumentCharacters),
  status: z.enum(['ok', 'error']),
  content: ContentId,
  paths: z.array(z.string()).max(8),
  /** What was wrong, where the status is `error`; runs of 0.1 did not tell it. */
  problem: z.string().max(300).exactOptional(),
  /** Of a tool of a foreign MCP server. */
  foreign: ForeignEnd.exactOptional(),
});
export type ToolCalled = z.infer<typeof ToolCalled>;

// One file found by a search, with its best place.

export const SearchRow = z.object({
  path: z.string(),
  /** 1-based, both ends included. */
  firstLine: z.int().positive(),
  lastLine: z.int().positive(),
  symbol: z.string().nullable(),
  /** Comparable within one search only. */
  score: z.number(),
});
export type SearchRow = z.infer<typeof SearchRow>;
