/** Says of any path whether it is searchable in a repository, and if not, why. */
import type { DatabaseSync } from 'node:sqlite';
import { readFolderFile, walkFolder } from './folder-files.ts';
import { readTree } from './git-objects.ts';
import { similarPaths } from '../tools/path-filter.ts';
import type { SnapshotSource } from './snapshot-source.ts';
import type { SnapshotView } from './snapshot-view.ts';
import { maxFileBytes, type SkipReason, skipByMode, skipByPath, textOf } from './text-files.ts';

/** `reason` is null for a path that is searchable; `about` then says as what. `found` is false where there is no file. */
export type Explained = { path: string; found: boolean; reason: string | null; about: string | null };

/** @param view the snapshot that was made of the source */
export async function explainPath(view: SnapshotView, source: SnapshotSource, path: string): Promise<Explained> {
  const file = view.byPath.get(path);
  if (file !== undefined) {
    const chunks = Number(view.store.prepare('SELECT count(*) AS n FROM chunk WHERE file = ?').get(file.id)?.n);
    return { path, found: true, reason: null, about: `${file.class}, ${file.lines} lines in ${chunks} chunks` };
  }
  const reason =
    source.kind === 'commit' ? await commitReason(view.store, source, path) : await folderReason(source.root, path);
  if (reason !== null) return { path, found: true, reason, about: null };
  const near = similarPaths(view, path);
  const hint = near.length > 0 ? `; near: ${near.join(', ')}` : '';
  return { path, found: false, reason: `there is no such file in ${source.label}${hint}`, about: null };
}

async function commitReason(
  store: DatabaseSync,
  source: SnapshotSource & { kind: 'commit' },
  path: string,
): Promise<SkipReason | null> {
  for await (const entry of readTree(source.gitDirectory, source.commit, source.prefix)) {
    if (entry.path !== path) continue;
    const told = skipByMode(entry.mode) ?? skipByPath(path);
    if (told !== null) return told;
    if ((entry.size ?? 0) > maxFileBytes) return 'too large';
    const row = store.prepare('SELECT skip FROM blob WHERE oid = ?').get(entry.blob);
    // What is in the commit, is text and was not copied was left out by an ignore file.
    return row === undefined ? 'ignored' : ((row.skip as SkipReason | null) ?? 'ignored');
  }
  return null;
}

async function folderReason(root: string, path: string): Promise<SkipReason | null> {
  const told = skipByPath(path);
  if (told !== null) return told;
  const read = await readFolderFile(root, path);
  if ('skip' in read) return read.skip === 'missing from the repository' ? null : read.skip;
  const text = textOf(read.bytes);
  if ('skip' in text) return text.skip;
  for (const walked of walkFolder(root, () => undefined)) if (walked === path) return null;
  return 'ignored';
}
