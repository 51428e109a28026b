/**
 * The histories of each released version, as its tests stored them: one compressed file a version, which is never written
 * again. What the code sends may change after a release; that it replays these may not.
 */
import { existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { zstdCompressSync, zstdDecompressSync } from 'node:zlib';
import { type History, historyFromJSON } from '@temporalio/common/lib/proto-utils.js';
import { checkout } from '../support/temporal.ts';
import { historyPath, storedHistories } from './stored.ts';

const folder = join(checkout, 'test/histories/released');
const ending = '.json.zst';

export function releasedVersions(): string[] {
  const names = existsSync(folder) ? readdirSync(folder) : [];
  return names.filter((name) => name.endsWith(ending)).map((name) => name.slice(0, -ending.length));
}

export type Released = {
  name: string;
  history: History;
  /** It is stored as it was: the tests of the stored histories replay it. */
  isStored: boolean;
};

/** The histories of a version. */
export function readReleased(version: string): Released[] {
  const text = zstdDecompressSync(readFileSync(join(folder, version + ending))).toString('utf8');
  const stored = new Set(storedHistories());
  return Object.entries(JSON.parse(text) as Record<string, object>).map(([name, json]) => ({
    name,
    history: historyFromJSON(json) as History,
    isStored: stored.has(name) && JSON.stringify(json) === JSON.stringify(readJson(name)),
  }));
}

const readJson = (name: string): object => JSON.parse(readFileSync(historyPath(name), 'utf8')) as object;

/**
 * Keeps the stored histories as those of a version.
 * @returns how many there are
 * @throws Error where that version has histories already
 */
export function keepReleased(version: string): number {
  if (releasedVersions().includes(version))
    throw new Error(
      `test/histories/released/${version}${ending} is there: the histories of a release stay as they are`,
    );
  const names = storedHistories();
  const all = Object.fromEntries(names.map((name) => [name, readJson(name)]));
  mkdirSync(folder, { recursive: true });
  writeFileSync(join(folder, version + ending), zstdCompressSync(Buffer.from(JSON.stringify(all))));
  return names.length;
}
