/** Fetches a repository by its URL into a bare clone under the data directory. */
import { mkdir, utimes } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import type { SnapshotRef } from '../../contracts/snapshot.ts';
import { RepositoryUnusable, snapshotUnavailable } from '../failures.ts';
import { gitComplaint, type GitOutput, runGit, withoutPasswords } from './git-command.ts';
import { historyCommits } from './git-history.ts';
import { checkGitUrl, checkRef, labelOf, nameOfUrl, publicUrl, repositoryKeyOf } from './git-url.ts';
import { commitOfSnapshot, type SnapshotSource } from './snapshot-source.ts';
import type { OnProgress } from '../worker-threads/thread-tasks.ts';

const fetchMilliseconds = 15 * 60_000;
const lockAttempts = 20;

/** @throws RepositoryUnusable */
export async function fetchUrl(
  url: string,
  { ref, withSecrets }: { ref: string | undefined; withSecrets: boolean },
  dataDirectory: string,
  signal: AbortSignal,
  onProgress?: OnProgress,
): Promise<SnapshotSource> {
  onProgress?.({ stage: 'fetching', done: 0, total: null });
  const wanted = checkRef(ref ?? 'HEAD');
  const name = nameOfUrl(url);
  const repositoryKey = keyOfUrl(url);
  const gitDirectory = await openClone(dataDirectory, repositoryKey, signal);
  const commit = await fetchRef(gitDirectory, url, wanted, signal);
  const label = labelOf(name, ref, commit);
  return {
    kind: 'commit',
    dataDirectory,
    repositoryKey,
    label,
    url: publicUrl(url),
    gitDirectory,
    commit,
    prefix: '',
    // A fetch brings no submodules.
    submodules: [],
    worktree: null,
    withSecrets,
  };
}

/** The source of a snapshot that was opened elsewhere. @throws SnapshotUnavailable when it cannot be fetched */
export async function fetchSnapshotSource(
  ref: SnapshotRef,
  dataDirectory: string,
  signal: AbortSignal,
  onProgress?: OnProgress,
): Promise<SnapshotSource> {
  if (ref.url === null) throw snapshotUnavailable(ref.id, dataDirectory, 'and it has no URL to fetch it from');
  const known = commitOfSnapshot(ref.id);
  if (known === null)
    throw snapshotUnavailable(
      ref.id,
      dataDirectory,
      'and another version of Switchyard, which reads files otherwise, made it',
    );
  const { commit, withSecrets } = known;
  try {
    const source = await fetchUrl(
      checkGitUrl(ref.url),
      { ref: commit, withSecrets },
      dataDirectory,
      signal,
      onProgress,
    );
    return { ...source, repositoryKey: ref.repositoryKey };
  } catch (error) {
    if (!(error instanceof RepositoryUnusable)) throw error;
    throw snapshotUnavailable(ref.id, dataDirectory, `and fetching it failed (${error.message})`);
  }
}

/** Names the store of what is fetched by a URL. @throws RepositoryUnusable where it is none */
export function keyOfUrl(url: string): string {
  return repositoryKeyOf(nameOfUrl(checkGitUrl(url)), `url\0${publicUrl(url)}`);
}

async function openClone(dataDirectory: string, repositoryKey: string, signal: AbortSignal): Promise<string> {
  const gitDirectory = join(dataDirectory, 'git', `${repositoryKey}.git`);
  await mkdir(gitDirectory, { recursive: true, mode: 0o700 });
  // Says to `switchyard gc` that it is in use.
  await utimes(gitDirectory, new Date(), new Date());
  const made = await runGit(['init', '--bare', '--quiet', '--template=', gitDirectory], { signal });
  if (made.code !== 0) {
    throw new RepositoryUnusable(`cannot make a clone in ${gitDirectory}: ${gitComplaint(made)}`);
  }
  return gitDirectory;
}

/** The commit that the ref names at the URL, now in the clone. */
async function fetchRef(gitDirectory: string, url: string, ref: string, signal: AbortSignal): Promise<string> {
  const inClone = /^[0-9a-f]{40,64}$/.test(ref) ? await resolve(gitDirectory, ref, signal) : null;
  if (inClone) return inClone;
  const kept = `refs/switchyard/${Buffer.from(ref).toString('hex').slice(0, 200)}`;
  const one = await fetchInto(gitDirectory, url, [`+${ref}:${kept}`], signal);
  if (one.code === 0) return (await resolve(gitDirectory, kept, signal)) ?? refNotFound(ref, url);
  if (!/couldn't find remote ref|not our ref|invalid refspec/i.test(one.stderr)) throw fetchFailure(url, one);
  // What no server knows by name, such as a shortened commit or `v1~2`, is looked up among all branches and tags.
  const specs = ['+refs/heads/*:refs/heads/*', '+refs/tags/*:refs/tags/*', '+HEAD:refs/switchyard/head'];
  const all = await fetchInto(gitDirectory, url, specs, signal);
  if (all.code !== 0) throw fetchFailure(url, all);
  const inAll = ref.replace(/^(HEAD|@)(?=[~^]|$)/, 'refs/switchyard/head');
  return (await resolve(gitDirectory, inAll, signal)) ?? refNotFound(ref, url);
}

async function resolve(gitDirectory: string, ref: string, signal: AbortSignal): Promise<string | null> {
  const args = ['rev-parse', '--verify', '--quiet', '--end-of-options', `${ref}^{commit}`];
  const found = await runGit([`--git-dir=${gitDirectory}`, ...args], { signal });
  return found.code === 0 ? found.stdout.trim() : null;
}

/** Another process that fetches into the same clone holds its locks for a moment: then wait and try again. */
async function fetchInto(gitDirectory: string, url: string, specs: string[], signal: AbortSignal): Promise<GitOutput> {
  let depth = [`--depth=${historyCommits}`];
  for (let attempt = 1; ; attempt += 1) {
    const args = ['fetch', '--quiet', '--force', '--no-tags', '--no-write-fetch-head', ...depth, '--', url, ...specs];
    const output = await runGit([`--git-dir=${gitDirectory}`, ...args], {
      signal,
      timeout: fetchMilliseconds,
      mayConnect: true,
    });
    if (output.code === 0) return output;
    const locked = /\.lock|cannot lock ref|shallow file has changed/i.test(output.stderr);
    const noDepth = /does not support shallow/i.test(output.stderr);
    if (noDepth && depth.length > 0) depth = [];
    else if (!locked || attempt >= lockAttempts) return output;
    else await delay(250, undefined, { signal });
  }
}

function refNotFound(ref: string, url: string): never {
  throw new RepositoryUnusable(
    `there is no ref "${ref}" at ${withoutPasswords(url)}: give a branch, a tag or a commit that it has`,
    '--ref',
  );
}

function fetchFailure(url: string, output: GitOutput): RepositoryUnusable {
  const shown = withoutPasswords(url);
  if (output.code === null)
    return new RepositoryUnusable(`fetching ${shown} took too long: clone it and give its folder`);
  const refused = /could not read (Username|Password)|Authentication failed|Permission denied|terminal prompts/i;
  if (refused.test(output.stderr)) {
    return new RepositoryUnusable(`${shown} wants a login or does not exist: clone it yourself and give the folder`);
  }
  return new RepositoryUnusable(`cannot fetch ${shown}: ${gitComplaint(output)}`);
}
