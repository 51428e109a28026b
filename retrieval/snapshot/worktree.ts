/**
 * Reads what a checkout's working copy holds beyond its commit. File contents are compared here: git itself would start
 * the filters that a repository's settings name.
 */
import { RepositoryUnusable } from '../failures.ts';
import { readFolderFile, readKnownFile, type WalkOptions } from './folder-files.ts';
import { gitComplaint, runGit } from './git-command.ts';
import { createIgnoreRules, type IgnoreRules, folderOf } from './ignore-rules.ts';
import type { SnapshotEntry } from './snapshot-text.ts';
import { skipByPath } from './text-files.ts';

/** `bytes` is null for a file that is as the commit has it. */
export type WorktreeFile = SnapshotEntry & { bytes: Buffer | null };

/**
 * The committed files as the working copy has them, without those that are gone, and the untracked ones that no
 * `.gitignore` names.
 * @throws RepositoryUnusable
 */
export async function* readWorktree(
  folder: string,
  committed: readonly SnapshotEntry[],
  options: WalkOptions,
): AsyncGenerator<WorktreeFile> {
  const blobs = new Map(committed.map(({ path, blob }) => [path, blob]));
  const paths = [...blobs.keys(), ...(await untrackedPaths(folder, options))];
  const rules = await ignoreRules(folder, paths);
  for (const path of paths) {
    if (rules.ignores(path)) {
      options.onSkip('ignored', path);
      continue;
    }
    const read = await readKnownFile(folder, path, (blob) => blob === blobs.get(path));
    if ('skip' in read) {
      if (read.skip !== 'missing from the repository') options.onSkip(read.skip, path);
      continue;
    }
    const { blob, bytes } = read;
    yield { path, blob, bytes: blobs.get(path) === blob ? null : bytes };
  }
}

async function ignoreRules(folder: string, paths: readonly string[]): Promise<IgnoreRules> {
  const rules = createIgnoreRules();
  for (const path of paths.filter((one) => /(^|\/)\.switchyardignore$/.test(one))) {
    const read = await readFolderFile(folder, path);
    if ('bytes' in read) rules.add(folderOf(path), read.bytes.toString('utf8'));
  }
  return rules;
}

async function untrackedPaths(folder: string, { withSecrets, onSkip }: WalkOptions): Promise<string[]> {
  const listed = await runGit(['ls-files', '--others', '--exclude-standard', '-z'], { folder });
  if (listed.code !== 0)
    throw new RepositoryUnusable(`git cannot list what is new in ${folder}: ${gitComplaint(listed)}`);
  return listed.stdout.split('\0').filter((path) => {
    if (path === '' || path.endsWith('/')) return false;
    const skip = skipByPath(path, withSecrets);
    if (skip !== null) onSkip(skip, path);
    return skip === null;
  });
}
