/** Where a snapshot's text comes from once the user's reference has been pinned down. */

/** Everything in it is final: nothing is looked up by a name that may move. */
export type SnapshotSource = {
  dataDirectory: string;
  repositoryKey: string;
  label: string;
  /** A URL from which another machine can fetch the same commit; null when there is none. Holds no password. */
  url: string | null;
} & (
  | {
      kind: 'commit';
      /** The git directory that holds the objects; absolute. */
      gitDirectory: string;
      commit: string;
      /** The folder inside the commit, with a trailing slash; empty for the whole tree. */
      prefix: string;
      /** The working copy's folder, where its uncommitted changes are wanted. */
      worktree: string | null;
    }
  | { kind: 'folder'; root: string }
);
