/** Finds out which stored content is needed, and removes the rest; the rules between it and who stores are in content-store.ts. */
import { existsSync, readdirSync, readFileSync, renameSync, rmSync, statSync } from 'node:fs';
import { basename, join } from 'node:path';
import type { ContentId } from '../../contracts/snapshot.ts';
import { contentFile, setAside } from './content-store.ts';

/** What a sweep did, or would do. */
export type Swept = { count: number; bytes: number };

export type ContentSweep = {
  directory: string;
  isNeeded: (id: ContentId) => boolean;
  /** Pieces stored, or stored again, at or after this moment stay. */
  olderThanMs: number;
  dryRun: boolean;
  /** Called now and then, for the caller to breathe; may throw to end it. */
  pause: (done: number) => Promise<void>;
};

const piece = /^([0-9a-f]{64})(\.gone|\.[0-9a-f-]{36}\.tmp)?$/;

/** The files of the store, each with its full path; none where there is no store. */
export function* contentFiles(directory: string): Generator<string> {
  for (const outer of foldersIn(directory))
    for (const inner of foldersIn(outer))
      for (const entry of readdirSync(inner)) if (piece.test(entry)) yield join(inner, entry);
}

function foldersIn(directory: string): string[] {
  if (!existsSync(directory)) return [];
  return readdirSync(directory)
    .filter((name) => /^[0-9a-f]{2}$/.test(name))
    .map((name) => join(directory, name));
}

/** The ids of all that is stored. */
export function storedContent(directory: string): Set<ContentId> {
  const ids = [...contentFiles(directory)].map((file) => basename(file).slice(0, 64));
  return new Set(ids);
}

const hash = /(?<![0-9a-f])[0-9a-f]{40,64}(?![0-9a-f])/g;

/** Whatever may be an id in a text: of content, or of a snapshot. Some are not. */
export function mentionedIn(text: string): string[] {
  return text.match(hash) ?? [];
}

/**
 * Adds to `needed` what the needed pieces mention, and so on: a turn names the one before it and the results of tools.
 * @param universe what is stored, and else may be mentioned
 */
export async function addReachable(
  directory: string,
  needed: Set<string>,
  universe: ReadonlySet<string>,
  pause: (done: number) => Promise<void>,
): Promise<void> {
  const waiting = [...needed];
  for (let done = 0; waiting.length > 0; done += 1) {
    const id = waiting.pop() as string;
    if (done % 100 === 0) await pause(done);
    for (const mentioned of mentionedIn(textOf(directory, id))) {
      if (needed.has(mentioned) || !universe.has(mentioned)) continue;
      needed.add(mentioned);
      waiting.push(mentioned);
    }
  }
}

/** Empty for a snapshot's id, and for a piece that is gone. */
function textOf(directory: string, id: string): string {
  if (id.length !== 64) return '';
  const file = [contentFile(directory, id), `${contentFile(directory, id)}${setAside}`].find((one) => existsSync(one));
  return file === undefined ? '' : readFileSync(file, 'utf8');
}

/** @returns pieces and bytes that are gone, or would go where it is a dry run; leftovers of killed writes count as bytes alone */
export async function sweepContent({ directory, isNeeded, olderThanMs, dryRun, pause }: ContentSweep): Promise<Swept> {
  const swept: Swept = { count: 0, bytes: 0 };
  let done = 0;
  for (const file of contentFiles(directory)) {
    if (done % 100 === 0) await pause(done);
    done += 1;
    const found = statSync(file, { throwIfNoEntry: false });
    const id = basename(file).slice(0, 64);
    if (file.endsWith(setAside) && !dryRun && found !== undefined && (isNeeded(id) || found.mtimeMs >= olderThanMs)) {
      // A sweep was killed before it had put it back.
      renameSync(file, contentFile(directory, id));
      continue;
    }
    if (found === undefined || found.mtimeMs >= olderThanMs) continue;
    if (isNeeded(id) && !file.endsWith('.tmp')) continue;
    if (!dryRun && !removeOld(file, olderThanMs)) continue;
    swept.count += file.endsWith('.tmp') ? 0 : 1;
    swept.bytes += found.size;
  }
  return swept;
}

/** False for a piece that was stored again meanwhile. */
function removeOld(file: string, olderThanMs: number): boolean {
  if (!/[0-9a-f]{64}$/.test(file)) {
    rmSync(file, { force: true });
    return true;
  }
  const aside = `${file}${setAside}`;
  try {
    renameSync(file, aside);
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return false;
    throw error;
  }
  const found = statSync(aside, { throwIfNoEntry: false });
  if (found !== undefined && found.mtimeMs >= olderThanMs) {
    renameSync(aside, file);
    return false;
  }
  rmSync(aside, { force: true });
  return true;
}
