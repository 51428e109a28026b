/** Finds out which stored content is needed, and removes the rest; the rules between it and who stores are in content-store.ts. */
import { existsSync, readdirSync, rmSync, statSync } from 'node:fs';
import { join } from 'node:path';
import type { DatabaseSync } from 'node:sqlite';
import { type Cipher, isSealed, noCipher } from '../../codecs/cipher.ts';
import type { ContentId } from '../../contracts/snapshot.ts';
import { contentFile, openContent, pieceOf, unpackedPiece } from './content-store.ts';
import { inTransaction } from './store.ts';

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

const busyMs = 60_000;
const batch = 100;

/** Null where nothing has been stored. */
function existing(directory: string): DatabaseSync | null {
  return existsSync(contentFile(directory)) ? openContent(directory, busyMs) : null;
}

/** The ids of all that is stored. */
export function storedContent(directory: string): Set<ContentId> {
  using database = existing(directory);
  const rows = database?.prepare('SELECT lower(hex(id)) AS id FROM piece').all() ?? [];
  return new Set(rows.map(({ id }) => String(id)));
}

/** How many pieces are stored without encryption. */
export function piecesInTheClear(directory: string): number {
  using database = existing(directory);
  const first = database?.prepare('SELECT substr(packed, 1, ?) AS first FROM piece').all(sealedHeadBytes) ?? [];
  return first.filter((row) => !isSealed(row.first as Uint8Array)).length;
}

/** Enough to tell what is encrypted. */
const sealedHeadBytes = 16;

const hash = /(?<![0-9a-f])[0-9a-f]{40,64}(?![0-9a-f])/g;

/** Whatever may be an id in a text: of content, or of a snapshot. Some are not. */
export function mentionedIn(text: string): string[] {
  return text.match(hash) ?? [];
}

/**
 * Adds to `needed` what the needed pieces mention, and so on: a turn names the one before it and the results of tools.
 * @param universe what is stored, and else may be mentioned
 * @throws EncryptionKeyUnknown: what a piece mentions is then not known
 */
export async function addReachable(
  directory: string,
  needed: Set<string>,
  universe: ReadonlySet<string>,
  pause: (done: number) => Promise<void>,
  { cipher = noCipher, textsElsewhere = async () => [] }: Partial<Reading> = {},
): Promise<void> {
  using database = existing(directory);
  const waiting = [...needed];
  for (let done = 0; waiting.length > 0; ) {
    const ids = waiting.splice(-batch);
    await pause(done);
    done += ids.length;
    const here = database === null ? [] : ids.map((id) => textOf(database, id, cipher));
    for (const text of [...here, ...(await textsElsewhere(ids))])
      for (const mentioned of mentionedIn(text)) {
        if (needed.has(mentioned) || !universe.has(mentioned)) continue;
        needed.add(mentioned);
        waiting.push(mentioned);
      }
  }
}

type Reading = {
  cipher: Cipher;
  /** Of those that are stored in another place too. */
  textsElsewhere: (ids: readonly string[]) => Promise<readonly string[]>;
};

/** Empty for a snapshot's id, and for a piece that is gone. */
function textOf(database: DatabaseSync, id: string, cipher: Cipher): string {
  const packed = id.length === 64 ? pieceOf(database, id) : null;
  return (packed && unpackedPiece(packed, cipher)?.toString('utf8')) ?? '';
}

/** @returns pieces and bytes that are gone, or would go where it is a dry run */
export async function sweepContent({ directory, isNeeded, olderThanMs, dryRun, pause }: ContentSweep): Promise<Swept> {
  const swept = sweepFormerFiles(directory, olderThanMs, dryRun);
  using database = existing(directory);
  if (database === null) return swept;
  const old = database
    .prepare('SELECT rowid, lower(hex(id)) AS id, length(packed) AS bytes FROM piece WHERE stored_ms < ?')
    .all(olderThanMs)
    .filter(({ id }) => !isNeeded(String(id)));
  const remove = database.prepare('DELETE FROM piece WHERE rowid = ? AND stored_ms < ?');
  for (let done = 0; done < old.length; done += batch) {
    await pause(done);
    const part = old.slice(done, done + batch);
    // One that was stored again meanwhile stays.
    const gone = dryRun
      ? part
      : inTransaction(database, () => part.filter(({ rowid }) => remove.run(Number(rowid), olderThanMs).changes > 0));
    swept.count += gone.length;
    swept.bytes += gone.reduce((sum, { bytes }) => sum + Number(bytes), 0);
  }
  if (!dryRun) await shrink(database, pause);
  return swept;
}

/** Gives free pages back to the disk, a few megabytes at a time; whoever writes meanwhile waits for one of them. */
async function shrink(database: DatabaseSync, pause: ContentSweep['pause']): Promise<void> {
  const free = () => Number(database.prepare('PRAGMA freelist_count').get()?.freelist_count);
  for (let left = free(), before = Infinity; left > 0 && left < before; ) {
    await pause(0);
    database.exec('PRAGMA incremental_vacuum(1000)');
    before = left;
    left = free();
  }
  database.exec('PRAGMA wal_checkpoint(TRUNCATE)');
}

/** Files of the format before, one a piece, which nobody reads any more. */
function sweepFormerFiles(directory: string, olderThanMs: number, dryRun: boolean): Swept {
  const swept: Swept = { count: 0, bytes: 0 };
  for (const outer of foldersIn(directory))
    for (const inner of foldersIn(outer))
      for (const name of readdirSync(inner)) {
        const found = statSync(join(inner, name), { throwIfNoEntry: false });
        if (!/^[0-9a-f]{64}/.test(name) || found === undefined || found.mtimeMs >= olderThanMs) continue;
        if (!dryRun) rmSync(join(inner, name), { force: true });
        swept.count += 1;
        swept.bytes += found.size;
      }
  return swept;
}

function foldersIn(directory: string): string[] {
  if (!existsSync(directory)) return [];
  return readdirSync(directory)
    .filter((name) => /^[0-9a-f]{2}$/.test(name))
    .map((name) => join(directory, name));
}
