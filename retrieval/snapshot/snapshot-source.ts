/** Where a snapshot's text comes from once the user's reference has been pinned down, and the id that this gives. */
import { createHash } from 'node:crypto';
import { readingVersion } from '../reading/file-text.ts';

/** A submodule whose commit is on this machine; `path` is its folder in the snapshot, without a closing slash. */
export type Submodule = { path: string; commit: string; gitDirectory: string };

/** Everything in it is final: nothing is looked up by a name that may move. */
export type SnapshotSource = {
  dataDirectory: string;
  repositoryKey: string;
  label: string;
  /** A URL from which another machine can fetch the same commit; null when there is none. Holds no password. */
  url: string | null;
  /** False: files that are known to hold keys and passwords are left out. */
  withSecrets: boolean;
} & (
  | {
      kind: 'commit';
      /** The git directory that holds the objects; absolute. */
      gitDirectory: string;
      commit: string;
      /** The folder inside the commit, with a trailing slash; empty for the whole tree. */
      prefix: string;
      /** Of any depth, those that are checked out. */
      submodules: Submodule[];
      /** The working copy's folder, where its uncommitted changes are wanted. */
      worktree: string | null;
    }
  | { kind: 'folder'; root: string }
);

export type CommitSource = SnapshotSource & { kind: 'commit' };

/** Four digits: by which rules files are read, and whether secrets are among them. */
export function readingMark(withSecrets: boolean): string {
  return readingVersion.toString(16).padStart(2, '0') + (withSecrets ? '01' : '00');
}

/** The same commit with other submodules checked out is another snapshot, which no URL gives. */
export function commitSnapshotId({ commit, submodules, withSecrets }: CommitSource): string {
  const mark = readingMark(withSecrets);
  if (submodules.length === 0) return commit + mark;
  const hash = createHash('sha256').update(`${commit} ${mark}\n`);
  for (const { path, commit: part } of submodules) hash.update(`${path}\0${part}\n`);
  return hash.digest('hex');
}

/** What a snapshot's id says of a commit; null for content hashes and for ids of earlier versions. */
export function commitOfSnapshot(id: string): { commit: string; withSecrets: boolean } | null {
  const [, commit, mark] = /^([0-9a-f]{40}|[0-9a-f]{64})([0-9a-f]{4})$/.exec(id) ?? [];
  for (const withSecrets of [false, true])
    if (commit !== undefined && mark === readingMark(withSecrets)) return { commit, withSecrets };
  return null;
}
