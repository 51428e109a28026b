/** Walks a plain folder: regular files only, ignore files respected, links never followed. */
import { createHash } from 'node:crypto';
import { type Dirent, lstatSync, readdirSync, readFileSync } from 'node:fs';
import { constants, open } from 'node:fs/promises';
import { join } from 'node:path';
import { RepositoryUnusable } from '../failures.ts';
import { createIgnoreRules, type IgnoreRules, ignoreFileNames } from './ignore-rules.ts';
import { maxBytesOf } from '../reading/file-text.ts';
import { LruMap } from '../../lib/lru.ts';
import { type SkipReason, skipByPath } from './text-files.ts';

/** What a walk does with what it leaves out; a folder's path ends in `/`. */
export type WalkOptions = { withSecrets: boolean; onSkip: (reason: SkipReason, path: string) => void };

/** Paths relative to the root, in a fixed order. @throws RepositoryUnusable when the folder cannot be listed */
export function* walkFolder(root: string, options: WalkOptions): Generator<string> {
  yield* walk(root, '', createIgnoreRules(), options);
}

function* walk(root: string, folder: string, rules: IgnoreRules, options: WalkOptions): Generator<string> {
  const entries = listFolder(join(root, folder));
  for (const name of ignoreFileNames) {
    if (entries.some((entry) => entry.name === name && entry.isFile())) {
      rules.add(folder, readFileSync(join(root, folder, name), 'utf8').slice(0, 100_000));
    }
  }
  for (const entry of entries) {
    // Git's own files are no part of a repository, and nobody misses them.
    if (entry.name.toLowerCase() === '.git') continue;
    const path = folder === '' ? entry.name : `${folder}/${entry.name}`;
    if (entry.isDirectory()) {
      const skip = skipFolder(path, entry.name, rules);
      if (skip === null) yield* walk(root, path, rules, options);
      else options.onSkip(skip, `${path}/`);
    } else {
      const skip = entry.isSymbolicLink() ? 'symbolic link' : skipFile(path, entry, rules, options);
      if (skip === null) yield path;
      else options.onSkip(skip, path);
    }
  }
}

function listFolder(folder: string): Dirent[] {
  try {
    const entries = readdirSync(folder, { withFileTypes: true });
    return entries.sort((one, other) => (one.name < other.name ? -1 : 1));
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    throw new RepositoryUnusable(
      `cannot list ${folder} (${code}): make it readable, or exclude it in .switchyardignore`,
    );
  }
}

function skipFolder(path: string, name: string, rules: IgnoreRules): SkipReason | null {
  if (name === 'node_modules') return 'vendored';
  return rules.ignores(`${path}/`) ? 'ignored' : skipByPath(`${path}/x`, true);
}

function skipFile(path: string, entry: Dirent, rules: IgnoreRules, { withSecrets }: WalkOptions): SkipReason | null {
  if (!entry.isFile() || rules.ignores(path)) return 'ignored';
  return skipByPath(path, withSecrets);
}

/**
 * The bytes of a file, or why it is left out. Opened without following a link, and measured once it is open, so that
 * a file swapped for a link or grown meanwhile is not read.
 */
export async function readFolderFile(root: string, path: string): Promise<{ bytes: Buffer } | { skip: SkipReason }> {
  try {
    await using file = await open(join(root, path), constants.O_RDONLY | constants.O_NOFOLLOW | constants.O_NONBLOCK);
    const stats = await file.stat();
    if (!stats.isFile()) return { skip: 'ignored' };
    return stats.size > maxBytesOf(path) ? { skip: 'too large' } : { bytes: await file.readFile() };
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    if (code === 'ELOOP') return { skip: 'symbolic link' };
    if (code === 'ENOENT') return { skip: 'missing from the repository' };
    throw new RepositoryUnusable(
      `cannot read ${join(root, path)} (${code}): make it readable, or exclude it in .switchyardignore`,
    );
  }
}

// Remembers which bytes each file held, so that one that has not changed is not read again. As git's index does, a file
// counts as unchanged while its status is the same, unless it was changed so shortly before it was read that a later change
// may have left the same status.

/** Clocks of file systems tick every two seconds at worst. */
const settledMs = 2000;
const most = 50_000;
/** By full path, in this process. */
const known = new LruMap<string, { status: string; blob: string }>(most);

/** `bytes` is null for a file that is known to be as it was. */
export type ReadFile = { blob: string; size: number; bytes: Buffer | null };

/** @param isEnough whether git's id of the bytes is all that is needed */
export async function readKnownFile(
  root: string,
  path: string,
  isEnough: (blob: string) => boolean,
): Promise<ReadFile | { skip: SkipReason }> {
  const file = join(root, path);
  const before = statusOf(file);
  const found = known.get(file);
  if (before !== null && found?.status === before.status && isEnough(found.blob))
    return { blob: found.blob, size: before.size, bytes: null };
  const readMs = Date.now();
  const read = await readFolderFile(root, path);
  known.delete(file);
  if ('skip' in read) return read;
  const blob = gitBlobId(read.bytes);
  if (before !== null && before.changedMs < readMs - settledMs && before.status === statusOf(file)?.status)
    known.set(file, { status: before.status, blob });
  return { blob, size: read.bytes.length, bytes: read.bytes };
}

type Status = { status: string; size: number; changedMs: number };

/** Null for what is no file, or gone. */
function statusOf(file: string): Status | null {
  const found = lstatSync(file, { bigint: true, throwIfNoEntry: false });
  if (found === undefined || !found.isFile()) return null;
  const { dev, ino, mode, size, mtimeNs, ctimeNs } = found;
  const status = `${dev} ${ino} ${mode} ${size} ${mtimeNs} ${ctimeNs}`;
  return { status, size: Number(size), changedMs: Math.max(msOf(mtimeNs), msOf(ctimeNs)) };
}

const msOf = (nanoseconds: bigint): number => Number(nanoseconds / 1_000_000n);

/** The id that git gives these bytes in a SHA-1 repository. */
export function gitBlobId(bytes: Buffer): string {
  return createHash('sha1').update(`blob ${bytes.length}\0`).update(bytes).digest('hex');
}
