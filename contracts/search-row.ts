/** One file found by a search, with its best place. */
import { z } from 'zod';

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
