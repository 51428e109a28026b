/** An immutable picture of a repository: what a run reads, whatever happens to the repository meanwhile. */
import { z } from 'zod';

// References to immutable text kept outside of history, by the hash of its bytes.

/** SHA-256 of the stored bytes, hex. */
export const ContentId = z.string().regex(/^[0-9a-f]{64}$/);
export type ContentId = z.infer<typeof ContentId>;

/** Names the store that holds what a run needs: where a call has none, no worker reaches another one. */
export const StoreName = z.string().max(100);

/** With the files that are known to hold keys and passwords; part of the snapshot's identity. */
const includeSecrets = z.literal(true).exactOptional();

const Ref = z.string().min(1).max(1024).exactOptional();

/** Where the user says the repository is. `path` is absolute by the time it reaches a workflow. */
export const RepositoryRef = z.discriminatedUnion('kind', [
  z.object({
    kind: z.literal('path'),
    path: z.string().min(1).max(4096),
    ref: Ref,
    /** With what the working copy changes; the snapshot's id then covers the changes. */
    uncommitted: z.literal(true).exactOptional(),
    includeSecrets,
  }),
  z.object({ kind: z.literal('url'), url: z.string().min(1).max(4096), ref: Ref, includeSecrets }),
]);
export type RepositoryRef = z.infer<typeof RepositoryRef>;

/** Enough to find a snapshot again, on this machine or, with a URL, on another. */
export const SnapshotRef = z.object({
  /**
   * The commit (git), followed by four digits that say how its files were read; or a content hash over paths and blobs
   * (a plain folder, a commit with uncommitted changes or with submodules). Of earlier versions, the commit alone.
   */
  id: z.string().regex(/^[0-9a-f]{40,68}$/),
  /** Names the store file that holds it: one a repository. */
  repositoryKey: z.string().regex(/^[a-z0-9][a-z0-9._-]{0,99}$/),
  url: z.string().nullable(),
});
export type SnapshotRef = z.infer<typeof SnapshotRef>;

/** Files of the repository that a snapshot does not hold, or holds in part, for one reason. */
export const LeftOut = z.object({
  /** For people, such as `binary` or `too large`. */
  reason: z.string().max(60),
  count: z.int().positive(),
  /** The first paths, printable; a folder that is left out whole ends in `/` and counts once. */
  examples: z.array(z.string().max(200)).max(10),
});
export type LeftOut = z.infer<typeof LeftOut>;

export const Snapshot = SnapshotRef.extend({
  kind: z.enum(['commit', 'folder']),
  /** For people: the folder's or repository's name, with the ref that was asked for. */
  label: z.string().max(300),
  files: z.int().nonnegative(),
  bytes: z.int().nonnegative(),
  /** What cannot be found in it, by reason; absent in snapshots of earlier versions. */
  leftOut: z.array(LeftOut).max(20).exactOptional(),
});
export type Snapshot = z.infer<typeof Snapshot>;
