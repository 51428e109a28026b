/** By what notes on a repository are kept: its URL where it has one, so that two clones share them; else its folder. */
import type { RepositoryRef } from '../../contracts/snapshot.ts';
import { nameOfUrl, publicUrl, repositoryKeyOf } from '../../retrieval/snapshot/git-url.ts';
import { locateRepository } from '../../retrieval/snapshot/locate-repository.ts';

export type RepositoryIdentity = {
  /** Names a folder of the data directory. */
  key: string;
  /** For people. */
  name: string;
  /** That is checked out; null where none is known. */
  commit: string | null;
};

/** Nothing is fetched or indexed. @throws RepositoryUnusable for a folder that cannot be read */
export async function identityOf(ref: RepositoryRef, dataDirectory: string): Promise<RepositoryIdentity> {
  if (ref.kind === 'url') return { ...ofUrl(publicUrl(ref.url)), commit: null };
  const source = await locateRepository(ref, dataDirectory, AbortSignal.timeout(30_000));
  const commit = source.kind === 'commit' ? source.commit : null;
  if (source.url !== null) return { ...ofUrl(source.url), commit };
  return { key: source.repositoryKey, name: source.label.replace(/@[^@]*$/, ''), commit };
}

const ofUrl = (url: string) => ({ key: repositoryKeyOf(nameOfUrl(url), `url\0${url}`), name: url });
