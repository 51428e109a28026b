/** A place that a search found, short enough for a model to compare it with many others. */
import { z } from 'zod';

export const SearchCandidate = z.object({
  path: z.string(),
  /** 1-based, both ends included. */
  firstLine: z.int().positive(),
  lastLine: z.int().positive(),
  /** The beginning of its text. */
  text: z.string(),
});
export type SearchCandidate = z.infer<typeof SearchCandidate>;
