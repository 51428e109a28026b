/** Makes a snapshot complete: its text copied, its index built; begins where an earlier try was killed. */
import { createHash } from 'node:crypto';
import type { DatabaseSync } from 'node:sqlite';
import type { Snapshot } from '../../contracts/snapshot.ts';
import { RepositoryUnusable } from '../failures.ts';
import { readFolderFile, walkFolder } from './folder-files.ts';
import { readHistory } from './git-history.ts';
import { readBlobs, readTree } from './git-objects.ts';
import { createIgnoreRules, folderOf } from './ignore-rules.ts';
import { indexSnapshot } from '../index/index-files.ts';
import { markUsed } from '../store/snapshot-use.ts';
import type { SnapshotSource } from './snapshot-source.ts';
import {
  blobWriter,
  countSkippedBlobs,
  findStored,
  noteFailure,
  type Skipped,
  type SnapshotEntry,
  writeSnapshot,
} from './snapshot-text.ts';
import { gitBlobId, readWorktree } from './worktree.ts';
import { describeSkipped, maxFileBytes, skipByMode, skipByPath, type SkipReason } from './text-files.ts';
import type { OnProgress } from '../worker-threads/thread-tasks.ts';

const maxFiles = 300_000;
const maxBytes = 2_000_000_000;

type CommitSource = SnapshotSource & { kind: 'commit' };
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
  return { ...snapshot, label: source.kind === 'commit' && id !== source.commit ? changedLabel(source) : source.label };
}

/** Stores what is not stored yet, and returns the snapshot's id. */
async function copyText(store: DatabaseSync, source: SnapshotSource, onProgress: OnProgress): Promise<string> {
  if (source.kind === 'folder') return copyFolder(store, source, onProgress);
  if (findStored(store, source.repositoryKey, source.commit) === null) await copyCommit(store, source, onProgress);
  return source.worktree === null ? source.commit : copyWorktree(store, source, source.worktree);
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
  const { gitDirectory, commit, prefix } = source;
  const skipped: Skipped = {};
  const entries = await listCommit(source, skipped);
  const blobs = blobWriter(store);
  const missing = [...new Set(entries.map((entry) => entry.blob))].filter((blob) => !blobs.has(blob));
  let done = 0;
  for await (const bytes of readBlobs(gitDirectory, missing)) {
    const oid = missing[done];
    if (bytes !== null && oid !== undefined) blobs.add(oid, bytes);
    done += 1;
    if (done % 200 === 0) onProgress({ stage: 'reading', done, total: missing.length });
  }
  blobs.flush();
  refuseEmpty(source.label, countSkippedBlobs(store, entries, skipped), skipped);
  const history = await readHistory(gitDirectory, commit, prefix);
  writeSnapshot(store, source, { id: commit, entries, skipped, history });
}

/**
 * Stores a commit with the changes of its working copy, and returns their hash: SHA-256 over the commit and all paths
 * and blobs, in order; the commit itself where nothing is changed.
 */
async function copyWorktree(store: DatabaseSync, source: CommitSource, worktree: string): Promise<string> {
  const skipped: Skipped = {};
  const committed = await listCommit(source, skipped);
  const blobs = blobWriter(store);
  const entries: SnapshotEntry[] = [];
  let changes = 0;
  for await (const { path, blob, bytes } of readWorktree(worktree, committed, (reason) => count(skipped, reason))) {
    if (bytes !== null) blobs.add(blob, bytes);
    changes += bytes === null ? 0 : 1;
    entries.push({ path, blob });
  }
  blobs.flush();
  if (changes === 0 && entries.length === committed.length) return source.commit;
  countSkippedBlobs(store, entries, skipped);
  const kept = keptEntries(store, entries);
  const id = contentHash(kept, `${source.commit}\n`);
  const history = await readHistory(source.gitDirectory, source.commit, source.prefix);
  writeSnapshot(store, { ...source, label: changedLabel(source), url: null }, { id, entries: kept, skipped, history });
  return id;
}

function changedLabel({ label }: SnapshotSource): string {
  return `${label} with uncommitted changes`;
}

/** The tree's files that may be text, by path, mode, size and `.switchyardignore`; what git tracks, git ignores nothing of. */
async function listCommit({ gitDirectory, commit, prefix }: CommitSource, skipped: Skipped): Promise<SnapshotEntry[]> {
  const candidates: SnapshotEntry[] = [];
  let bytes = 0;
  for await (const { mode, path, blob, size } of readTree(gitDirectory, commit, prefix)) {
    const skip = skipByMode(mode) ?? skipByPath(path) ?? ((size ?? 0) > maxFileBytes ? 'too large' : null);
    if (skip !== null) count(skipped, skip);
    else candidates.push({ path, blob });
    bytes += skip === null ? (size ?? 0) : 0;
    refuseHuge(candidates.length, bytes);
  }
  const rules = createIgnoreRules();
  const ruleFiles = candidates.filter(({ path }) => /(^|\/)\.switchyardignore$/.test(path));
  let at = 0;
  for await (const text of readBlobs(
    gitDirectory,
    ruleFiles.map((entry) => entry.blob),
  )) {
    const folder = folderOf(ruleFiles[at]?.path ?? '');
    if (text !== null) rules.add(folder, text.toString('utf8'));
    at += 1;
  }
  return candidates.filter(({ path }) => {
    const ignored = ruleFiles.length > 0 && rules.ignores(path);
    if (ignored) count(skipped, 'ignored');
    return !ignored;
  });
}

/** Stores a folder's text and returns its content hash: SHA-256 over its paths and git blob ids, in order. */
async function copyFolder(store: DatabaseSync, source: FolderSource, onProgress: OnProgress): Promise<string> {
  const skipped: Skipped = {};
  const entries: SnapshotEntry[] = [];
  const blobs = blobWriter(store);
  let bytes = 0;
  for (const path of walkFolder(source.root, (reason) => count(skipped, reason))) {
    const read = await readFolderFile(source.root, path);
    if ('skip' in read) {
      count(skipped, read.skip);
      continue;
    }
    const blob = gitBlobId(read.bytes);
    blobs.add(blob, read.bytes);
    entries.push({ path, blob });
    bytes += read.bytes.length;
    refuseHuge(entries.length, bytes);
    if (entries.length % 200 === 0) onProgress({ stage: 'reading', done: entries.length, total: null });
  }
  blobs.flush();
  refuseEmpty(source.root, countSkippedBlobs(store, entries, skipped), skipped);
  const kept = keptEntries(store, entries);
  const id = contentHash(kept, '');
  writeSnapshot(store, source, { id, entries: kept, skipped, history: [] });
  return id;
}

function keptEntries(store: DatabaseSync, entries: SnapshotEntry[]): SnapshotEntry[] {
  const hasText = store.prepare('SELECT 1 FROM blob WHERE oid = ? AND text IS NOT NULL');
  return entries
    .filter(({ blob }) => hasText.get(blob) !== undefined)
    .sort((one, other) => (one.path < other.path ? -1 : 1));
}

function contentHash(entries: readonly SnapshotEntry[], head: string): string {
  const hash = createHash('sha256').update(head);
  for (const { path, blob } of entries) hash.update(`${path}\0${blob}\n`);
  return hash.digest('hex');
}

function count(skipped: Skipped, reason: SkipReason): void {
  skipped[reason] = (skipped[reason] ?? 0) + 1;
}

function refuseHuge(files: number, bytes: number): void {
  if (files <= maxFiles && bytes <= maxBytes) return;
  throw new RepositoryUnusable(
    `the repository has more than ${maxFiles} files or ${maxBytes / 1e9} GB of text: name a folder inside it`,
  );
}

function refuseEmpty(name: string, kept: number, skipped: Skipped): void {
  if (kept > 0) return;
  const left = describeSkipped(skipped);
  throw new RepositoryUnusable(
    `${name} holds no text files${left === '' ? '' : ` (left out: ${left})`}: name the folder that holds the source`,
  );
}
