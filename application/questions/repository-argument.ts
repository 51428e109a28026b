/** Tells whether a folder or a git URL is named, and refuses what cannot be opened or must not be kept. */
import { stat } from 'node:fs/promises';
import { resolve } from 'node:path';
import type { RepositoryRef } from '../../contracts/snapshot.ts';
import { RepositoryUnusable } from '../../retrieval/failures.ts';
import { expectRef } from '../../retrieval/snapshot/locate-repository.ts';
import { systemErrorCode } from '../../lib/errors.ts';
import { InvalidInput } from '../errors.ts';

/** How a repository is named. */
export type RepositoryOptions = { repo: string; ref?: string; uncommitted?: boolean; includeSecrets?: boolean };

/** For one look into a checkout on this machine. */
const gitSeconds = 30;

/** `scheme://…`, or the `user@host:path` that ssh takes. */
const urlShape = /^(?:(?:https?|ssh|git|file):\/\/\S+|[A-Za-z0-9_.-]+@[A-Za-z0-9.-]+:\S+)$/;

/**
 * A URL as it stands, or a folder as an absolute path.
 * @throws InvalidInput where there is no folder or no such ref in it, for a URL that carries a secret, and for a ref that git would take
 * for an option
 */
export async function repositoryOf({
  repo: repository,
  ref,
  uncommitted = false,
  includeSecrets = false,
}: RepositoryOptions): Promise<RepositoryRef> {
  if (uncommitted && (ref !== undefined || urlShape.test(repository)))
    throw new InvalidInput(
      'uncommitted',
      '--uncommitted reads the changes of a checkout since HEAD: give --repo a folder, and no --ref',
    );
  if (ref !== undefined && !/^[^-\s\p{Cc}][^\s\p{Cc}]{0,249}$/u.test(ref))
    throw new InvalidInput('ref', `--ref must be a branch, tag or commit, not ${JSON.stringify(ref.slice(0, 80))}`);
  const at = { ...(ref === undefined ? {} : { ref }), ...(includeSecrets ? { includeSecrets } : {}) };
  if (urlShape.test(repository)) {
    refuseSecrets(repository);
    return { kind: 'url', url: repository, ...at };
  }
  const path = resolve(repository);
  await expectFolder(path);
  if (ref !== undefined) await expectRefAt(path, ref);
  return { kind: 'path', path, ...at, ...(uncommitted ? { uncommitted } : {}) };
}

/** A URL is kept in the run's history and shown: a token in it would be, too. */
function refuseSecrets(url: string): void {
  const parsed = URL.parse(url);
  if (parsed === null) return;
  const token = parsed.protocol.startsWith('http') && parsed.username !== '';
  if (parsed.password === '' && !token) return;
  throw new InvalidInput(
    'repo',
    `--repo carries a user or password, which would be kept in the run's history: leave it out (${parsed.host}) and let a git credential helper give it`,
  );
}

/** A URL's refs are known only once it is fetched; a folder's git answers at once. */
async function expectRefAt(path: string, ref: string): Promise<void> {
  try {
    await expectRef(path, ref, AbortSignal.timeout(gitSeconds * 1000));
  } catch (error) {
    throw error instanceof RepositoryUnusable ? new InvalidInput('ref', `--ref ${ref}: ${error.message}`) : error;
  }
}

async function expectFolder(path: string): Promise<void> {
  try {
    if ((await stat(path)).isDirectory()) return;
  } catch (error) {
    const code = systemErrorCode(error);
    if (code === null) throw error;
    const problem = code === 'ENOENT' || code === 'ENOTDIR' ? 'there is nothing' : `nothing can be read (${code})`;
    throw new InvalidInput('repo', `${problem} at ${path}: give --repo a folder or a git URL`);
  }
  throw new InvalidInput('repo', `${path} is not a folder: give --repo a folder or a git URL`);
}
