/** Which repositories a client may ask about, and which one a call means. */
import { resolve } from 'node:path';
import { InvalidInput } from '../application/errors.ts';
import type { RepositoryOptions } from '../application/questions/repository-argument.ts';
import type { RepositoryRef, SnapshotRef } from '../contracts/snapshot.ts';
import type { Retrieval } from '../retrieval/repository.ts';

/**
 * `any`: whatever the user of this machine can read; else those that are named, each a folder or a git URL. With names of
 * their own clients learn no path of this machine.
 */
export type AllowedRepositories = 'any' | readonly string[] | ReadonlyMap<string, string>;

export type RepositoryArguments = {
  repository?: string | undefined;
  ref?: string | undefined;
  uncommitted?: boolean | undefined;
};

export class Repositories {
  /** What each is called, with the folder or URL that it is; null: any may be named. */
  readonly #named: ReadonlyMap<string, string> | null;
  readonly #usual: string | null;

  /** @param usual the one that is meant where a call names none; with a list, one of it, or the only one */
  constructor(allowed: AllowedRepositories, usual: string) {
    this.#named = allowed === 'any' ? null : namesOf(allowed);
    const places = this.#named === null ? [usual] : [...this.#named.values()];
    this.#usual = places.find((place) => place === usual) ?? (places.length === 1 ? (places[0] ?? null) : null);
  }

  /** Null: any. */
  get names(): readonly string[] | null {
    return this.#named === null ? null : [...this.#named.keys()];
  }

  /** How the application layer is told of it. @throws InvalidInput for one that may not be asked about */
  optionsOf({ repository, ref, uncommitted }: RepositoryArguments): RepositoryOptions {
    const repo = this.#place(repository);
    return { repo, ...(ref !== undefined && { ref }), ...(uncommitted !== undefined && { uncommitted }) };
  }

  #place(given: string | undefined): string {
    if (given === undefined && this.#usual !== null) return this.#usual;
    if (this.#named === null) return given ?? '.';
    const place = this.#named.get(given ?? '');
    if (place !== undefined) return place;
    const what = given === undefined ? 'say which repository is meant' : 'this repository may not be asked about here';
    throw new InvalidInput('repository', `${what}: take one of ${[...this.#named.keys()].join(', ')}`);
  }

  /** Whether a run that was started with this repository may be looked at. */
  allows(repository: RepositoryRef | null): boolean {
    if (this.#named === null) return true;
    if (repository === null) return false;
    return [...this.#named.values()].some((place) =>
      repository.kind === 'url' ? place === repository.url : resolve(place) === repository.path,
    );
  }

  /** Whether lines of this snapshot may be read. */
  async allowsSnapshot({ repositoryKey }: SnapshotRef, retrieval: Retrieval, signal: AbortSignal): Promise<boolean> {
    if (this.#named === null) return true;
    const { repositoryOf } = await import('../application/questions/repository-argument.ts');
    for (const repo of this.#named.values()) {
      const key = await retrieval.keyOf(await repositoryOf({ repo }), signal).catch(() => null);
      if (key === repositoryKey) return true;
    }
    return false;
  }
}

/** Without names of their own: by the last part of each path or URL; two that end alike are called by the whole of it. */
function namesOf(allowed: Exclude<AllowedRepositories, 'any'>): ReadonlyMap<string, string> {
  const places = [...allowed.values()];
  if (places.length === 0)
    throw new InvalidInput('allowedRepositories', 'no repository is named that may be asked about: name one at least');
  if ('get' in allowed) return allowed;
  const last = (place: string) =>
    place
      .replace(/[/\\]+$/, '')
      .replace(/\.git$/, '')
      .split(/[/\\:]/)
      .at(-1) || place;
  const shared = Map.groupBy(places, last);
  return new Map(places.map((place) => [shared.get(last(place))?.length === 1 ? last(place) : place, place]));
}
