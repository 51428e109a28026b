/** Places in a snapshot that support an answer, as a model claims them and as code has checked them. */
import { z } from 'zod';

/** A git object id (SHA-1 or SHA-256, hex). Plain folders use git's blob id too, so equal content has one id. */
export const BlobId = z.string().regex(/^([0-9a-f]{40}|[0-9a-f]{64})$/);
export type BlobId = z.infer<typeof BlobId>;

/** A path inside a snapshot: relative, `/` between parts. */
export const SnapshotPath = z.string().min(1).max(1024);

/** Lines of one file, 1-based, both ends included. */
export const Evidence = z.object({
  path: SnapshotPath,
  firstLine: z.int().positive(),
  lastLine: z.int().positive(),
  blob: BlobId,
  symbol: z.string().max(200).exactOptional(),
  score: z.number().exactOptional(),
});
export type Evidence = z.infer<typeof Evidence>;

/** What a model says that it read: to be checked, never believed. */
export const Citation = z.object({
  path: SnapshotPath,
  firstLine: z.int().positive(),
  lastLine: z.int().positive(),
  /** Words copied from those lines. */
  quote: z.string().max(2000),
});
export type Citation = z.infer<typeof Citation>;

/**
 * A citation after the check against the snapshot.
 * `verified`: the quoted words stand at those lines; `repaired`: they stand elsewhere in the file and the lines were
 * moved there; `unresolved`: they do not stand in the file, or there is no such file (`blob` is then null).
 */
export const CheckedCitation = z.object({
  path: SnapshotPath,
  firstLine: z.int().positive(),
  lastLine: z.int().positive(),
  quote: z.string().max(2000),
  blob: BlobId.nullable(),
  status: z.enum(['verified', 'repaired', 'unresolved']),
  /** Of a notebook, the cell of the first line, counted from 1. */
  cell: z.int().positive().exactOptional(),
  /** Why it is unresolved, or from which lines it was moved. */
  reason: z.string().max(300).exactOptional(),
  /**
   * It names a tool of a foreign MCP server, which has answered in this run: nobody can verify it by its lines, so that it
   * is never more than unresolved, nor held against the draft.
   */
  foreign: z.literal(true).exactOptional(),
});
export type CheckedCitation = z.infer<typeof CheckedCitation>;
