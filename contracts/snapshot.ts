/** An immutable picture of a repository: what a run reads, whatever happens to the repository meanwhile. */
import { z } from 'zod';

// References to immutable text kept outside of history, by the hash of its bytes.

/** SHA-256 of the stored bytes, hex. */
export const ContentId = z.string().regex(/^[0-9a-f]{64}$/);
export type ContentId = z.infer<typeof ContentId>;

/** Where the user says the repository is. `path` is absolute by the time it reaches a workflow. */
export const RepositoryRef = z.discriminatedUnion('kind', [
  z.object({
    kind: z.literal('path'),
    path: z.string().min(1),
    ref: z.string().min(1).exactOptional(),
    /** With what the working copy changes; the snapshot's id then covers the changes. */
    uncommitted: z.literal(true).exactOptional(),
  }),
  z.object({ kind: z.literal('url'), url: z.string().min(1), ref: z.string().min(1).exactOptional() }),
]);
export type RepositoryRef = z.infer<typeof RepositoryRef>;

/** Enough to find a snapshot again, on this machine or, with a URL, on another. */
export const SnapshotRef = z.object({
  /** The commit (git) or a content hash over paths and blobs (a plain folder, or a commit with uncommitted changes). */
  id: z.string().regex(/^[0-9a-f]{40,64}$/),
  /** Names the store file that holds it: one a repository. */
  repositoryKey: z.string().regex(/^[a-z0-9][a-z0-9._-]{0,99}$/),
  url: z.string().nullable(),
});
export type SnapshotRef = z.infer<typeof SnapshotRef>;

export const Snapshot = SnapshotRef.extend({
  kind: z.enum(['commit', 'folder']),
  /** For people: the folder's or repository's name, with the ref that was asked for. */
  label: z.string().max(300),
  files: z.int().nonnegative(),
  bytes: z.int().nonnegative(),
});
export type Snapshot = z.infer<typeof Snapshot>;
