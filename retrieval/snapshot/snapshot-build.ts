/** Makes a snapshot complete: its text copied, its index built; begins where an earlier try was killed. */
import { createHash } from 'node:crypto';
import type { DatabaseSync } from 'node:sqlite';
import type { Snapshot } from '../../contracts/snapshot.ts';
import { RepositoryUnusable } from '../failures.ts';
import { readKnownFile, walkFolder } from './folder-files.ts';
import { readHistory } from './git-history.ts';
import { readBlobs, readTree } from './git-objects.ts';
import { createIgnoreRules, folderOf, type IgnoreRules } from './ignore-rules.ts';
import { indexSnapshot } from '../index/index-files.ts';
import { markUsed } from '../store/snapshot-use.ts';
import { type CommitSource, commitSnapshotId, readingMark, type SnapshotSource } from './snapshot-source.ts';
import {
  blobWriter,
  findStored,
  type KeptEntry,
  keptEntries,
  noteFailure,
  type SnapshotEntry,
  writeSnapshot,
} from './snapshot-text.ts';
import { readWorktree } from './worktree.ts';
import { describeLeftOut, type LeftOutList, leftOutList } from './left-out.ts';
import { keysOf, maxBytesOf } from '../reading/file-text.ts';
import { skipByMode, skipByPath } from './text-files.ts';
import type { OnProgress } from '../worker-threads/thread-tasks.ts';

const maxFiles = 300_000;
const maxBytes = 2_000_000_000;

type FolderSource = SnapshotSource & { kind: 'folder' };

/** @throws RepositoryUnusable */
export async function buildSnapshot(
  store: DatabaseSync,
  source: SnapshotSource,
  onProgress: OnProgress,
): Promise<Snapshot> {
  const id = await copyText(store, source, onProgress);
  const snapshot = await finishSnapshot(store, source.repositoryKey, id, onProgress);
  if (snapshot === null) throw new Error(`snapshot ${id} vanished from its store while it was built`);
  const changed = source.kind === 'commit' && id !== commitSnapshotId(source);
  return { ...snapshot, label: changed ? changedLabel(source) : source.label };
}

/** Stores what is not stored yet, and returns the snapshot's id. */
async function copyText(store: DatabaseSync, source: SnapshotSource, onProgress: OnProgress): Promise<string> {
  if (source.kind === 'folder') return copyFolder(store, source, onProgress);
  const id = commitSnapshotId(source);
  if (findStored(store, source.repositoryKey, id) === null) await copyCommit(store, source, onProgress);
  return source.worktree === null ? id : copyWorktree(store, source, source.worktree);
}

/** Indexes what is left of a snapshot whose text is stored; null when it is not. */
export async function finishSnapshot(
  store: DatabaseSync,
  repositoryKey: string,
  id: string,
  onProgress: OnProgress,
): Promise<Snapshot | null> {
  const stored = findStored(store, repositoryKey, id);
  if (stored === null || !markUsed(store, stored.number, id)) return null;
  if (stored.state === 'building') {
    try {
      await indexSnapshot(store, stored.number, stored.snapshot.files, (progress) => {
        markUsed(store, stored.number, id);
        onProgress(progress);
      });
      markUsed(store, stored.number, id);
    } catch (error) {
      noteFailure(store, stored.number, error);
      throw error;
    }
  }
  return stored.snapshot;
}

async function copyCommit(store: DatabaseSync, source: CommitSource, onProgress: OnProgress): Promise<void> {
  const leftOut = leftOutList();
  const entries = await listCommit(source, leftOut);
  await copyBlobs(store, source, entries, onProgress);
  const kept = keptEntries(store, entries, { ...source, leftOut });
  refuseEmpty(source.label, kept, leftOut);
  const history = await readHistory(source.gitDirectory, source.commit, source.prefix);
  writeSnapshot(store, source, { id: commitSnapshotId(source), entries: kept, leftOut, history });
}

/** Reads what is not in the store yet, each blob once for each way of reading it. */
async function copyBlobs(
  store: DatabaseSync,
  { withSecrets }: CommitSource,
  entries: readonly CommitEntry[],
  onProgress: OnProgress,
): Promise<void> {
  const blobs = blobWriter(store, withSecrets);
  const missing = entries.filter((entry) => !blobs.has(entry));
  let done = 0;
  for (const [gitDirectory, wanted] of Map.groupBy(missing, (entry) => entry.gitDirectory)) {
    const byBlob = Map.groupBy(wanted, ({ blob }) => blob);
    const readings = [...byBlob.values()].map((alike) => onePerReading(alike));
    let at = 0;
    for await (const bytes of readBlobs(gitDirectory, [...byBlob.keys()])) {
      for (const entry of readings[at] ?? []) if (bytes !== null) blobs.add(entry, bytes);
      at += 1;
      done += 1;
      if (done % 200 === 0) onProgress({ stage: 'reading', done, total: missing.length });
    }
  }
  blobs.flush();
}

/** Of entries with the same bytes those that may be read differently, by their names. */
function onePerReading(alike: readonly CommitEntry[]): CommitEntry[] {
  return [...new Map(alike.map((entry) => [keysOf(entry.path, entry.blob).join(), entry])).values()];
}

/**
 * Stores a commit with the changes of its working copy, and returns their hash: SHA-256 over the commit and all paths
 * and blobs, in order; the id of the commit's own snapshot where nothing is changed.
 */
async function copyWorktree(store: DatabaseSync, source: CommitSource, worktree: string): Promise<string> {
  const { withSecrets, commit } = source;
  const leftOut = leftOutList();
  const committed = await listCommit(source, leftOut);
  const blobs = blobWriter(store, withSecrets);
  const entries: SnapshotEntry[] = [];
  let changes = 0;
  const onSkip: LeftOutList['add'] = (reason, path) => {
    changes += 1;
    leftOut.add(reason, path);
  };
  for await (const { path, blob, bytes } of readWorktree(worktree, committed, { withSecrets, onSkip })) {
    if (bytes !== null) blobs.add({ path, blob }, bytes);
    changes += bytes === null ? 0 : 1;
    entries.push({ path, blob });
  }
  blobs.flush();
  if (changes === 0 && entries.length === committed.length) return commitSnapshotId(source);
  const kept = inOrder(keptEntries(store, entries, { withSecrets, leftOut }));
  const id = contentHash(kept, `${commit} ${readingMark(withSecrets)}\n`);
  const history = await readHistory(source.gitDirectory, commit, source.prefix);
  writeSnapshot(store, { ...source, label: changedLabel(source), url: null }, { id, entries: kept, leftOut, history });
  return id;
}

function changedLabel({ label }: SnapshotSource): string {
  return `${label} with uncommitted changes`;
}

/** A committed file, and where git has its bytes. */
type CommitEntry = SnapshotEntry & { gitDirectory: string };

/** The tree's files that may be text, by path, mode, size and `.switchyardignore`; what git tracks, git ignores nothing of. */
async function listCommit(source: CommitSource, leftOut: LeftOutList): Promise<CommitEntry[]> {
  const { gitDirectory, commit, prefix, submodules, withSecrets } = source;
  const trees = [
    { gitDirectory, commit, prefix, folder: '' },
    ...submodules.map((one) => ({ ...one, prefix: '', folder: `${one.path}/` })),
  ];
  const held = new Set(submodules.map(({ path }) => path));
  const candidates: CommitEntry[] = [];
  let bytes = 0;
  for (const tree of trees) {
    for await (const { mode, path: inTree, blob, size } of readTree(tree.gitDirectory, tree.commit, tree.prefix)) {
      const path = tree.folder + inTree;
      const told = skipByMode(mode) ?? skipByPath(path, withSecrets);
      if (told === 'submodule' && held.has(path)) continue;
      const skip = told ?? ((size ?? 0) > maxBytesOf(path) ? 'too large' : null);
      if (skip !== null) leftOut.add(skip, skip === 'submodule' ? `${path}/` : path);
      else candidates.push({ path, blob, gitDirectory: tree.gitDirectory });
      bytes += skip === null ? (size ?? 0) : 0;
      refuseHuge(candidates.length, bytes);
    }
  }
  const rules = await ignoreRulesOf(candidates);
  return candidates.filter(({ path }) => {
    const ignored = rules?.ignores(path) === true;
    if (ignored) leftOut.add('ignored', path);
    return !ignored;
  });
}

/** Null where no file has any. */
async function ignoreRulesOf(candidates: readonly CommitEntry[]): Promise<IgnoreRules | null> {
  const ruleFiles = candidates.filter(({ path }) => /(^|\/)\.switchyardignore$/.test(path));
  if (ruleFiles.length === 0) return null;
  const rules = createIgnoreRules();
  for (const { path, blob, gitDirectory } of ruleFiles)
    for await (const text of readBlobs(gitDirectory, [blob]))
      if (text !== null) rules.add(folderOf(path), text.toString('utf8'));
  return rules;
}

/** Stores a folder's text and returns its content hash: SHA-256 over its paths and what was read of them, in order. */
async function copyFolder(store: DatabaseSync, source: FolderSource, onProgress: OnProgress): Promise<string> {
  const { root, withSecrets } = source;
  const leftOut = leftOutList();
  const entries: SnapshotEntry[] = [];
  const blobs = blobWriter(store, withSecrets);
  let bytes = 0;
  for (const path of walkFolder(root, { withSecrets, onSkip: leftOut.add })) {
    const read = await readKnownFile(root, path, (blob) => blobs.has({ path, blob }));
    if ('skip' in read) {
      leftOut.add(read.skip, path);
      continue;
    }
    const entry = { path, blob: read.blob };
    if (read.bytes !== null) blobs.add(entry, read.bytes);
    entries.push(entry);
    bytes += read.size;
    refuseHuge(entries.length, bytes);
    if (entries.length % 200 === 0) onProgress({ stage: 'reading', done: entries.length, total: null });
  }
  blobs.flush();
  const kept = inOrder(keptEntries(store, entries, { withSecrets, leftOut }));
  refuseEmpty(root, kept, leftOut);
  const id = contentHash(kept, `${readingMark(withSecrets)}\n`);
  writeSnapshot(store, source, { id, entries: kept, leftOut, history: [] });
  return id;
}

function inOrder(entries: KeptEntry[]): KeptEntry[] {
  return entries.sort((one, other) => (one.path < other.path ? -1 : 1));
}

function contentHash(entries: readonly KeptEntry[], head: string): string {
  const hash = createHash('sha256').update(head);
  for (const { path, key } of entries) hash.update(`${path}\0${key}\n`);
  return hash.digest('hex');
}

function refuseHuge(files: number, bytes: number): void {
  if (files <= maxFiles && bytes <= maxBytes) return;
  throw new RepositoryUnusable(
    `the repository has more than ${maxFiles} files or ${maxBytes / 1e9} GB of text: name a folder inside it`,
  );
}

function refuseEmpty(name: string, kept: readonly KeptEntry[], leftOut: LeftOutList): void {
  if (kept.length > 0) return;
  const left = describeLeftOut(leftOut.all());
  throw new RepositoryUnusable(
    `${name} holds no text files${left === '' ? '' : ` (left out: ${left})`}: name the folder that holds the source`,
  );
}
