/** Where the lines of a citation can be read on the web: at the forge that the repository was cloned from, at the pinned commit. */
import type { CheckedCitation } from '../../contracts/evidence.ts';
import type { Snapshot } from '../../contracts/snapshot.ts';

type Lines = Pick<CheckedCitation, 'path' | 'firstLine' | 'lastLine'>;
type Place = { repository: string; commit: string; path: string; first: number; last: number };

const range = ({ first, last }: Place, between: string): string =>
  first === last ? `${first}` : `${first}${between}${last}`;

/** Forges by host. Of servers of one's own nobody knows which software they run. */
const forges: Record<string, (place: Place) => string> = {
  'github.com': (place) => `${place.repository}/blob/${place.commit}/${place.path}#L${range(place, '-L')}`,
  'gitlab.com': (place) => `${place.repository}/-/blob/${place.commit}/${place.path}#L${range(place, '-')}`,
  'codeberg.org': (place) => `${place.repository}/src/commit/${place.commit}/${place.path}#L${range(place, '-L')}`,
  'bitbucket.org': (place) => `${place.repository}/src/${place.commit}/${place.path}#lines-${range(place, ':')}`,
};

/**
 * The permalink of those lines; null where the snapshot is no commit, its remote none of a known forge, or it has none. Whether
 * the commit was pushed there is not known.
 */
export function permalinkOf({ path, firstLine, lastLine }: Lines, { id, url, kind }: Snapshot): string | null {
  const remote = url === null ? null : remoteOf(url);
  // A commit, and four digits that say how its files were read.
  if (kind !== 'commit' || !/^[0-9a-f]{40}([0-9]{4})?$/.test(id) || remote === null) return null;
  const link = forges[remote.hostname];
  const parts = path.split('/').map(encodeURIComponent).join('/');
  const place = { repository: `https://${remote.hostname}${remote.path}`, commit: id.slice(0, 40), path: parts };
  return link?.({ ...place, first: firstLine, last: lastLine }) ?? null;
}

/** The host and the path of a repository's URL, which ssh has in a form of its own. */
function remoteOf(url: string): { hostname: string; path: string } | null {
  const [, host, scpPath] = /^[\w.-]+@([\w.-]+):(?!\/)(\S+)$/.exec(url) ?? [];
  const parsed = URL.parse(host === undefined ? url : `ssh://${host}/${scpPath}`);
  if (parsed === null || !/^(https?|ssh|git):$/.test(parsed.protocol)) return null;
  const path = parsed.pathname.replace(/\/$/, '').replace(/\.git$/, '');
  return /^(\/[\w.~-]+){2,}$/.test(path) ? { hostname: parsed.hostname.toLowerCase(), path } : null;
}
