/** Finds the submodules of a commit whose own commits are on this machine, so that their files can be read too. */
import { realpathSync, statSync } from 'node:fs';
import { join, sep } from 'node:path';
import { pathProblem } from '../reading/path-rule.ts';
import { runGit } from './git-command.ts';
import type { Submodule } from './snapshot-source.ts';

const maxDepth = 5;
const maxSubmodules = 200;

export type Superproject = {
  /** Folders of git that may hold `modules/`: that of the checkout, and that which its worktrees share. */
  gitDirectories: readonly string[];
  /** The checkout's folder, where a submodule may have a `.git` folder of its own; null for a bare repository. */
  folder: string | null;
  commit: string;
};

/** Of any depth, in the order of their paths, which are relative to the whole checkout; null where the commit names none. */
export async function findSubmodules(parent: Superproject, signal: AbortSignal): Promise<Submodule[] | null> {
  const found: Submodule[] = [];
  if ((await collect(parent, '', 1, found, signal)) === 0) return null;
  return found.sort((one, other) => (one.path < other.path ? -1 : 1));
}

/** @returns how many the parent names */
async function collect(
  parent: Superproject,
  above: string,
  depth: number,
  found: Submodule[],
  signal: AbortSignal,
): Promise<number> {
  const named = await namedSubmodules(parent, signal);
  for (const { name, path } of named) {
    if (found.length >= maxSubmodules) break;
    const commit = await linkedCommit(parent, path, signal);
    if (commit === null) continue;
    const gitDirectory = await directoryWith(commit, candidates(parent, name, path), signal);
    if (gitDirectory === null) continue;
    found.push({ path: `${above}${path}`, commit, gitDirectory });
    const folder = parent.folder === null ? null : join(parent.folder, path);
    const child = { gitDirectories: [gitDirectory], folder, commit };
    if (depth < maxDepth) await collect(child, `${above}${path}/`, depth + 1, found, signal);
  }
  return named.length;
}

/** What `.gitmodules` of the commit names; nothing where there is none. */
async function namedSubmodules({ gitDirectories: [gitDirectory], commit }: Superproject, signal: AbortSignal) {
  const args = ['config', `--blob=${commit}:.gitmodules`, '-z', '--get-regexp', '^submodule\\..*\\.path$'];
  const listed = await runGit([`--git-dir=${gitDirectory}`, ...args], { signal });
  if (listed.code !== 0) return [];
  return listed.stdout.split('\0').flatMap((row) => {
    const [, name, path] = /^submodule\.(.*)\.path\n(.*)$/s.exec(row) ?? [];
    // A name is a folder below `modules/` and comes from the repository: one with ".." would lead out of it.
    if (name === undefined || path === undefined || pathProblem(name) !== null || pathProblem(path) !== null) return [];
    return [{ name, path }];
  });
}

async function linkedCommit(
  { gitDirectories: [gitDirectory], commit }: Superproject,
  path: string,
  signal: AbortSignal,
) {
  const args = [`--git-dir=${gitDirectory}`, 'ls-tree', '-z', '--full-tree', commit, '--', path];
  const listed = await runGit(args, { signal });
  return /^160000 commit ([0-9a-f]{40,64})\t/.exec(listed.stdout)?.[1] ?? null;
}

function candidates({ gitDirectories, folder }: Superproject, name: string, path: string): string[] {
  const modules = gitDirectories.flatMap((one) => within(join(one, 'modules'), join(one, 'modules', name)));
  const own = folder === null ? [] : within(folder, join(folder, path, '.git'));
  return [...modules, ...own];
}

/** The real folder, if it lies where it seems to: a link could lead to any repository of this machine. */
function within(folder: string, inside: string): string[] {
  try {
    const [outer, inner] = [realpathSync(folder), realpathSync(inside)];
    return inner.startsWith(outer + sep) && statSync(inner).isDirectory() ? [inner] : [];
  } catch {
    return [];
  }
}

async function directoryWith(commit: string, directories: readonly string[], signal: AbortSignal) {
  for (const gitDirectory of directories) {
    const args = [`--git-dir=${gitDirectory}`, 'cat-file', '-e', `${commit}^{commit}`];
    if ((await runGit(args, { signal })).code === 0) return gitDirectory;
  }
  return null;
}
