/** A finished piece of work, as data: history carries it, a trace sink sends it later, once. */
import { z } from 'zod';
import { ContentId } from './content.ts';
import { Usage } from './usage.ts';

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
  usage: Usage.exactOptional(),
  input: ContentId.exactOptional(),
  output: ContentId.exactOptional(),
});
export type SpanRecord = z.infer<typeof SpanRecord>;
