/** A finished piece of work, as data: history carries it, a trace sink sends it later, once. */
import { z } from 'zod';
import { ContentId } from './content.ts';
import { Usage } from './usage.ts';

/** The part of a run that a piece of work belongs to: traces are grouped by it. */
export const SpanScope = z.object({
  stage: z.enum(['routing', 'specialist', 'gate', 'synthesis']),
  specialist: z.string().max(100).exactOptional(),
  /** From 1. */
  try: z.int().positive().exactOptional(),
});
export type SpanScope = z.infer<typeof SpanScope>;

export const SpanRecord = z.object({
  /** Unique within the run; span ids are derived from it. */
  key: z.string().min(1).max(200),
  name: z.string().min(1).max(200),
  type: z.enum(['span', 'agent', 'generation', 'tool', 'retriever', 'evaluator']),
  /** Milliseconds since the epoch. */
  startMs: z.int(),
  endMs: z.int(),
  attempt: z.int().positive(),
  level: z.enum(['DEFAULT', 'WARNING', 'ERROR']).default('DEFAULT'),
  message: z.string().max(300).exactOptional(),
  model: z.string().exactOptional(),
  /** What the model was told beside the messages. */
  parameters: z.record(z.string(), z.union([z.string(), z.number()])).exactOptional(),
  /** The first 12 hexadecimal digits of the SHA-256 of the agent's instructions. */
  promptVersion: z.string().max(100).exactOptional(),
  usage: Usage.exactOptional(),
  /** A stored turn, or the text that a tool gave. */
  output: ContentId.exactOptional(),
});
export type SpanRecord = z.infer<typeof SpanRecord>;
