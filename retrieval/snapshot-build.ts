/** Makes a snapshot complete: its text copied, its index built; begins where an earlier try was killed. */
import { createHash } from 'node:crypto';
import type { DatabaseSync } from 'node:sqlite';
import type { Snapshot } from '../contracts/snapshot.ts';
import { RepositoryUnusable } from './failures.ts';
import { readFolderFile, walkFolder } from './folder-files.ts';
import { readHistory } from './git-history.ts';
import { readBlobs, readTree } from './git-objects.ts';
import { createIgnoreRules } from './ignore-rules.ts';
import { indexSnapshot } from './index-files.ts';
import type { SnapshotSource } from './snapshot-source.ts';
import { blobWriter, countSkippedBlobs, type Skipped, type SnapshotEntry, writeSnapshot } from './snapshot-text.ts';
import { findStored } from './stored-snapshot.ts';
import { describeSkipped, maxFileBytes, type SkipReason, skipByMode, skipByPath } from './text-files.ts';
import type { OnProgress } from './thread-tasks.ts';

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
  const id = source.kind === 'commit' ? source.commit : await copyFolder(store, source, onProgress);
  if (source.kind === 'commit' && findStored(store, source.repositoryKey, id) === null) {
    await copyCommit(store, source, onProgress);
  }
  const snapshot = await finishSnapshot(store, source.repositoryKey, id, onProgress);
  if (snapshot === null) throw new Error(`snapshot ${id} vanished from its store while it was built`);
  return { ...snapshot, label: source.label };
}

/** Indexes what is left of a snapshot whose text is stored; null when it is not. */
export async function finishSnapshot(
  store: DatabaseSync,
  repositoryKey: string,
  id: string,
  onProgress: OnProgress,
): Promise<Snapshot | null> {
  const stored = findStored(store, repositoryKey, id);
  if (stored?.state === 'building') await indexSnapshot(store, stored.number, stored.snapshot.files, onProgress);
  return stored?.snapshot ?? null;
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
    const folder = (ruleFiles[at]?.path ?? '').replace(/\/?[^/]*$/, '');
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
  const hash = createHash('sha256');
  for (const { path, blob } of kept) hash.update(`${path}\0${blob}\n`);
  const id = hash.digest('hex');
  writeSnapshot(store, source, { id, entries: kept, skipped, history: [] });
  return id;
}

function keptEntries(store: DatabaseSync, entries: SnapshotEntry[]): SnapshotEntry[] {
  const hasText = store.prepare('SELECT 1 FROM blob WHERE oid = ? AND text IS NOT NULL');
  return entries
    .filter(({ blob }) => hasText.get(blob) !== undefined)
    .sort((one, other) => (one.path < other.path ? -1 : 1));
}

/** The id that git gives these bytes in a SHA-1 repository. */
function gitBlobId(bytes: Buffer): string {
  return createHash('sha1').update(`blob ${bytes.length}\0`).update(bytes).digest('hex');
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
