/** Names lines of a file in a snapshot by a URI, so that a client can open what an answer rests on. */
import { SnapshotRef } from '../../contracts/snapshot.ts';
import { InvalidInput } from '../../application/errors.ts';

/** Lines of one file at the commit that they were read from; `lines` is `first-last`, 1-based, both ends included. */
export const sourceTemplate = 'switchyard://source/{repository}/{snapshot}/{lines}/{+path}';

export type SourcePlace = { ref: SnapshotRef; path: string; firstLine: number; lastLine: number };

type Lines = { path: string; firstLine: number; lastLine: number };

export function sourceUri({ id, repositoryKey }: Pick<SnapshotRef, 'id' | 'repositoryKey'>, place: Lines): string {
  const path = place.path.split('/').map(encodeURIComponent).join('/');
  return `switchyard://source/${repositoryKey}/${id}/${place.firstLine}-${place.lastLine}/${path}`;
}

const shape = /^switchyard:\/\/source\/([^/]+)\/([^/]+)\/([1-9]\d{0,8})-([1-9]\d{0,8})\/(.+)$/;
const mostCharacters = 4_000;

/** @throws InvalidInput for what is no such URI; whether the snapshot has the lines is known when they are read */
export function readSourceUri(uri: string): SourcePlace {
  const [, repositoryKey, id, first, last, path] = (uri.length <= mostCharacters && shape.exec(uri)) || [];
  const ref = SnapshotRef.safeParse({ id, repositoryKey, url: null });
  const decoded = path === undefined ? null : decodedPath(path);
  if (!ref.success || decoded === null)
    throw new InvalidInput('uri', `this is no source of an answer: a URI is ${sourceTemplate}`);
  return { ref: ref.data, path: decoded, firstLine: Number(first), lastLine: Number(last) };
}

function decodedPath(path: string): string | null {
  try {
    return decodeURIComponent(path);
  } catch {
    return null;
  }
}
