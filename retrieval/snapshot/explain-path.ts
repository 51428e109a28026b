/** Says of any path whether it is searchable in a repository, and if not, why. */
import { pathProblem } from '../reading/path-rule.ts';
import { isNotebook } from '../reading/notebook.ts';
import { maxBytesOf, readFileText } from '../reading/file-text.ts';
import { readFolderFile, walkFolder } from './folder-files.ts';
import { readTree } from './git-objects.ts';
import { similarPaths } from '../tools/path-filter.ts';
import { shownPath } from './left-out.ts';
import type { CommitSource, SnapshotSource } from './snapshot-source.ts';
import { blobFinder } from './snapshot-text.ts';
import type { SnapshotView } from './snapshot-view.ts';
import { type SkipReason, skipByMode, skipByPath } from './text-files.ts';

/** `reason` is null for a path that is searchable; `about` then says as what. `found` is false where there is no file. */
export type Explained = { path: string; found: boolean; reason: string | null; about: string | null };

/** @param view the snapshot that was made of the source */
export async function explainPath(view: SnapshotView, source: SnapshotSource, path: string): Promise<Explained> {
  const file = view.byPath.get(path);
  if (file !== undefined) {
    const chunks = Number(view.store.prepare('SELECT count(*) AS n FROM chunk WHERE file = ?').get(file.id)?.n);
    const parts = [`${file.class}, ${file.lines} lines in ${chunks} chunks`, ...remarksOn(view, path, file.blob)];
    return { path, found: true, reason: null, about: parts.join('; ') };
  }
  const reason =
    source.kind === 'commit'
      ? ((await commitReason(view, source, path)) ?? (await worktreeReason(source, path)))
      : await folderReason(source, path);
  if (reason !== null) return { path, found: true, reason: meaningOf(reason, path), about: null };
  const near = similarPaths(view, path);
  const hint = near.length > 0 ? `; near: ${near.join(', ')}` : '';
  return { path, found: false, reason: `there is no such file in ${source.label}${hint}`, about: null };
}

/** With what to do, where the reason alone does not say it. */
function meaningOf(reason: string, path: string): string {
  if (reason === 'secret') return 'secret: it is known to hold keys or passwords; --include-secrets reads it';
  return reason === 'name not usable' ? `name not usable: it ${pathProblem(path)}` : reason;
}

function remarksOn(view: SnapshotView, path: string, key: string): string[] {
  const skip = view.store.prepare('SELECT skip FROM blob WHERE oid = ?').get(key)?.skip;
  const notebook = isNotebook(path) ? ['a notebook: lines count in its cells, written as text'] : [];
  return skip === null || skip === undefined ? notebook : [String(skip), ...notebook];
}

async function commitReason(view: SnapshotView, source: CommitSource, path: string): Promise<string | null> {
  const { submodules, withSecrets } = source;
  const inside = submodules.findLast((one) => path.startsWith(`${one.path}/`));
  const tree = inside ?? { ...source, path: '' };
  const above = inside === undefined ? '' : `${inside.path}/`;
  for await (const entry of readTree(tree.gitDirectory, tree.commit, inside === undefined ? source.prefix : '')) {
    const entryPath = above + entry.path;
    if (skipByMode(entry.mode) === 'submodule' && path.startsWith(`${entryPath}/`))
      return `inside the submodule ${shownPath(entryPath)}, which is not checked out: git submodule update --init`;
    if (entryPath !== path) continue;
    const told = skipByMode(entry.mode) ?? skipByPath(path, withSecrets);
    if (told !== null) return told;
    if ((entry.size ?? 0) > maxBytesOf(path)) return 'too large';
    const row = blobFinder(view.store, withSecrets)({ path, blob: entry.blob });
    // What is in the commit, is text and was not copied was left out by an ignore file.
    return row?.skip ?? 'ignored';
  }
  return null;
}

/** Of a file that is not committed, where the working copy is read too. */
async function worktreeReason({ worktree, withSecrets }: CommitSource, path: string): Promise<SkipReason | null> {
  return worktree === null ? null : fileReason(worktree, path, withSecrets);
}

async function folderReason(source: SnapshotSource & { kind: 'folder' }, path: string): Promise<SkipReason | null> {
  const { root, withSecrets } = source;
  const told = await fileReason(root, path, withSecrets);
  if (told !== 'ignored') return told;
  for (const walked of walkFolder(root, { withSecrets, onSkip: () => undefined })) if (walked === path) return null;
  return 'ignored';
}

async function fileReason(root: string, path: string, withSecrets: boolean): Promise<SkipReason | null> {
  const told = skipByPath(path, withSecrets);
  if (told === 'name not usable') return told;
  const read = await readFolderFile(root, path);
  if ('skip' in read && read.skip === 'missing from the repository') return null;
  if (told !== null || 'skip' in read) return told ?? ('skip' in read ? read.skip : null);
  return readFileText(path, read.bytes, withSecrets).skip ?? 'ignored';
}
