/** Pins what the user named to something that does not move: a commit's tree, or a folder to be hashed. */
import { realpath, stat } from 'node:fs/promises';
import { basename, dirname, resolve } from 'node:path';
import type { RepositoryRef } from '../../contracts/snapshot.ts';
import { RepositoryUnusable } from '../failures.ts';
import { gitComplaint, type GitOutput, runGit } from './git-command.ts';
import { fetchUrl } from './git-fetch.ts';
import { checkGitUrl, checkRef, labelOf, nameOfUrl, oneLine, publicUrl, repositoryKeyOf } from './git-url.ts';
import type { CommitSource, SnapshotSource } from './snapshot-source.ts';
import { KnownCheckouts } from './known-checkouts.ts';
import { findSubmodules } from './submodules.ts';
import type { OnProgress } from '../worker-threads/thread-tasks.ts';

/** @throws RepositoryUnusable */
export async function locateRepository(
  ref: RepositoryRef,
  dataDirectory: string,
  signal: AbortSignal,
  onProgress?: OnProgress,
): Promise<SnapshotSource> {
  const withSecrets = ref.includeSecrets === true;
  if (ref.kind === 'url')
    return fetchUrl(checkGitUrl(ref.url), { ref: ref.ref, withSecrets }, dataDirectory, signal, onProgress);
  const folder = await checkFolder(ref.path);
  const pinned = await known.answer(folder, aboutPin(ref.ref, dataDirectory), () =>
    pinCheckout(folder, ref.ref, dataDirectory, signal),
  );
  if (typeof pinned === 'object') {
    const source = { ...pinned, withSecrets };
    return ref.uncommitted === true ? withWorktree(source, folder, ref.ref) : source;
  }
  if (ref.ref !== undefined) {
    const why = pinned === 'no tree' ? `does not exist at ${ref.ref}` : 'is not in a git checkout';
    throw new RepositoryUnusable(`${folder} ${why}: leave the ref out to read the folder as it is`, '--ref');
  }
  const name = basename(folder) || 'root';
  return {
    kind: 'folder',
    dataDirectory,
    repositoryKey: repositoryKeyOf(name, `folder\0${folder}`),
    label: name,
    url: null,
    root: folder,
    withSecrets,
  };
}

/**
 * The commit that a checkout is at, where that is known without asking git or anybody else; null: it is not.
 * @throws RepositoryUnusable where there is no such folder
 */
export async function locateKnownCommit(ref: RepositoryRef, dataDirectory: string): Promise<CommitSource | null> {
  if (ref.kind === 'url' || ref.uncommitted === true) return null;
  const pinned = known.held(await checkFolder(ref.path), aboutPin(ref.ref, dataDirectory));
  return typeof pinned === 'object' ? { ...pinned, withSecrets: ref.includeSecrets === true } : null;
}

const aboutPin = (ref: string | undefined, dataDirectory: string): string => JSON.stringify([ref, dataDirectory]);

type PinnedCheckout = Awaited<ReturnType<typeof commitSource>>['source'];
const known = new KnownCheckouts<PinnedCheckout | 'no tree' | 'no checkout'>();
const isWholeId = (ref: string): boolean => /^([0-9a-f]{40}|[0-9a-f]{64})$/.test(ref);

/** What a folder's checkout has at a ref. Only HEAD and whole ids of commits are settled by what `KnownCheckouts` compares. */
async function pinCheckout(folder: string, ref: string | undefined, dataDirectory: string, signal: AbortSignal) {
  const checkout = await findCheckout(folder, signal);
  if (checkout === null) return { value: 'no checkout', gitDirectory: null } as const;
  const commit = await commitOf(checkout, ref, signal);
  const pinned = ref === undefined || isWholeId(ref) ? checkout.gitDirectory : null;
  if (commit === null || !(await hasTree(checkout, commit, signal)))
    return { value: 'no tree', gitDirectory: pinned } as const;
  const { source, settled } = await commitSource({ folder, checkout, commit, ref }, dataDirectory, signal);
  return { value: source, gitDirectory: settled ? pinned : null };
}

/**
 * Asks git alone, so that a wrong ref is known before anything is opened.
 * @throws RepositoryUnusable where the folder is in no checkout, or its checkout has no such ref
 */
export async function expectRef(path: string, ref: string, signal: AbortSignal): Promise<void> {
  const folder = await checkFolder(path);
  const checkout = await findCheckout(folder, signal);
  if (checkout === null)
    throw new RepositoryUnusable(
      `${folder} is not in a git checkout: leave the ref out to read the folder as it is`,
      '--ref',
    );
  await commitOf(checkout, ref, signal);
}

function withWorktree(source: CommitSource, folder: string, ref: string | undefined): SnapshotSource {
  if (ref !== undefined)
    throw new RepositoryUnusable(
      `uncommitted changes are those since HEAD, not since ${ref}: leave the ref out`,
      '--ref',
    );
  return { ...source, worktree: folder };
}

async function checkFolder(path: string): Promise<string> {
  if (path.includes('\0')) throw new RepositoryUnusable(`"${oneLine(path)}" is not a path: it holds a NUL character`);
  try {
    const folder = await realpath(path);
    if ((await stat(folder)).isDirectory()) return folder;
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    const what = code === 'ENOENT' || code === 'ENOTDIR' ? 'there is no folder' : `cannot read (${code})`;
    throw new RepositoryUnusable(`${what} ${oneLine(path)}: check the path, or give a git URL`);
  }
  throw new RepositoryUnusable(`${oneLine(path)} is a file: name the folder that holds it`);
}

/** `prefix` is the folder's place in the checkout, with a trailing slash, or empty. */
type Checkout = { gitDirectory: string; commonDirectory: string; prefix: string };

/** Null where the folder is in no checkout (a bare repository counts as one). */
async function findCheckout(folder: string, signal: AbortSignal): Promise<Checkout | null> {
  const found = await runGit(
    ['rev-parse', '--absolute-git-dir', '--path-format=absolute', '--git-common-dir', '--show-prefix'],
    { folder, signal },
  );
  if (found.code !== 0) {
    if (/not a git repository/i.test(found.stderr)) return null;
    throw new RepositoryUnusable(checkoutTrouble(folder, found));
  }
  const [gitDirectory = '', commonDirectory = '', prefix = ''] = found.stdout.split('\n');
  return { gitDirectory, commonDirectory, prefix };
}

function checkoutTrouble(folder: string, output: GitOutput): string {
  if (/dubious ownership|safe\.directory/i.test(output.stderr)) {
    return (
      `git refuses to read ${folder} because another user owns it: ` +
      `if you trust it, run: git config --global --add safe.directory ${folder}`
    );
  }
  return `git cannot read ${folder}: ${gitComplaint(output)}`;
}

/** Null when no ref was asked for and nothing has been committed yet. */
async function commitOf(checkout: Checkout, ref: string | undefined, signal: AbortSignal): Promise<string | null> {
  const wanted = checkRef(ref ?? 'HEAD');
  const args = ['rev-parse', '--verify', '--quiet', '--end-of-options', `${wanted}^{commit}`];
  const found = await runGit([`--git-dir=${checkout.gitDirectory}`, ...args], { signal });
  const commit = found.stdout.trim();
  if (found.code === 0 && /^[0-9a-f]{40,64}$/.test(commit)) return commit;
  if (ref === undefined) return null;
  throw new RepositoryUnusable(
    `there is no ref "${wanted}" in ${checkout.gitDirectory}: give a branch, a tag or a commit`,
    '--ref',
  );
}

/** False for a folder that is ignored or not committed yet: such a folder is read as it is. */
async function hasTree(checkout: Checkout, commit: string, signal: AbortSignal): Promise<boolean> {
  if (checkout.prefix === '') return true;
  const args = ['rev-parse', '--verify', '--quiet', '--end-of-options', `${commit}:${checkout.prefix.slice(0, -1)}`];
  return (await runGit([`--git-dir=${checkout.gitDirectory}`, ...args], { signal })).code === 0;
}

type Pinned = { folder: string; checkout: Checkout; commit: string; ref: string | undefined };

async function commitSource({ folder, checkout, commit, ref }: Pinned, dataDirectory: string, signal: AbortSignal) {
  const { gitDirectory, commonDirectory, prefix } = checkout;
  const bare = basename(commonDirectory) === '.git' ? dirname(commonDirectory) : commonDirectory;
  const name = prefix === '' ? nameOfUrl(bare) : basename(folder);
  const repositoryKey = repositoryKeyOf(name, `checkout\0${commonDirectory}\0${prefix}`);
  // A URL names a whole repository: a folder inside one cannot be fetched by it.
  const [found, origin] = await Promise.all([
    submodulesIn(folder, checkout, commit, signal),
    prefix === '' ? originUrl(gitDirectory, signal) : null,
  ]);
  const submodules = found ?? [];
  // Nor does it give submodules.
  const url = submodules.length === 0 ? origin : null;
  const where = { dataDirectory, repositoryKey, label: labelOf(name, ref, commit), url };
  const source = { kind: 'commit', ...where, gitDirectory, commit, prefix, submodules, worktree: null } as const;
  // Submodules that are named may be checked out later.
  return { source, settled: found === null };
}

/** Those below the folder, by their paths from it; null where the commit names none. */
async function submodulesIn(folder: string, checkout: Checkout, commit: string, signal: AbortSignal) {
  const { gitDirectory, commonDirectory, prefix } = checkout;
  const depth = prefix.split('/').length - 1;
  const top = resolve(folder, ...Array<string>(depth).fill('..'));
  const gitDirectories = [...new Set([gitDirectory, commonDirectory])];
  const found = await findSubmodules({ gitDirectories, folder: top, commit }, signal);
  if (found === null) return null;
  return found
    .filter(({ path }) => path.startsWith(prefix))
    .map((one) => ({ ...one, path: one.path.slice(prefix.length) }));
}

async function originUrl(gitDirectory: string, signal: AbortSignal): Promise<string | null> {
  const found = await runGit([`--git-dir=${gitDirectory}`, 'config', '--get', 'remote.origin.url'], { signal });
  const url = found.stdout.trim();
  if (found.code !== 0 || !/^(https?|ssh|git):\/\/|^[\w.-]+@[\w.-]+:/i.test(url)) return null;
  return publicUrl(url);
}
