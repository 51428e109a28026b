/**
 * What of the shared store nothing needs any more, by the rules of the data directory's sweep
 * (client/storage/sweep-data-directory.ts): what is needed is asked of the Temporal server first, nothing young goes, and
 * each removal looks at the age last.
 */
import type { Cipher } from '../codecs/cipher.ts';
import { sharedPrefix } from '../models/shared-replies.ts';
import { unpackedPiece } from '../retrieval/store/content-store.ts';
import type { Swept } from '../retrieval/store/content-sweep.ts';
import type { StoreDatabase } from './database.ts';

type Counted = { count: number; bytes: number };

/** How many pieces of content and runs in the journal there are, and their bytes. */
export async function storeUsage({ query }: StoreDatabase): Promise<{ content: Counted; journal: Counted }> {
  const sizes = (name: string) => `pg_total_relation_size('switchyard.${name}')::float8`;
  const [row] = await query<Record<'pieces' | 'content' | 'runs' | 'journal', number>>(
    `SELECT (SELECT count(*) FROM switchyard.piece)::int AS pieces, ${sizes('piece')} AS content,
       (SELECT count(DISTINCT run_id) FROM switchyard.journal)::int AS runs, ${sizes('journal')} AS journal`,
  );
  const { pieces = 0, content = 0, runs = 0, journal = 0 } = row ?? {};
  return { content: { count: pieces, bytes: content }, journal: { count: runs, bytes: journal } };
}

/** Rows of one statement. */
const page = 5_000;

/** Adds the ids of all that is stored. */
export async function addStoredIds({ query }: StoreDatabase, ids: Set<string>): Promise<void> {
  for (let last: Buffer = Buffer.alloc(0); ; ) {
    const rows = await query<{ id: Buffer }>(
      `SELECT id FROM switchyard.piece WHERE id > $1 ORDER BY id LIMIT ${page}`,
      [last],
    );
    for (const { id } of rows) ids.add(id.toString('hex'));
    const end = rows.at(-1);
    if (end === undefined || rows.length < page) return;
    last = end.id;
  }
}

/** The texts of those that are stored. @throws EncryptionKeyUnknown */
export async function textsOf({ query }: StoreDatabase, ids: readonly string[], cipher: Cipher): Promise<string[]> {
  const rows = await query<{ packed: Buffer }>('SELECT packed FROM switchyard.piece WHERE id = ANY($1)', [
    ids.map((id) => Buffer.from(id, 'hex')),
  ]);
  return rows.map(({ packed }) => unpackedPiece(packed, cipher)?.toString('utf8') ?? '');
}

export type StoreSweep = {
  isNeeded: (id: string) => boolean;
  /** What was stored, or stored again, within so many milliseconds stays. */
  contentAgeMs: number;
  /** Run ids whose entries stay. */
  journals: ReadonlySet<string>;
  journalAgeMs: number;
  dryRun: boolean;
  pause: () => Promise<void>;
};

const older = (column: string) => `${column} < now() - make_interval(secs => $1::float8)`;

export async function sweepSharedContent(
  { query }: StoreDatabase,
  { isNeeded, contentAgeMs, dryRun, pause }: StoreSweep,
): Promise<Swept> {
  const swept: Swept = { count: 0, bytes: 0 };
  const seconds = contentAgeMs / 1000;
  for (let last: Buffer = Buffer.alloc(0); ; ) {
    await pause();
    const rows = await query<{ id: Buffer; bytes: number }>(
      `SELECT id, length(packed) AS bytes FROM switchyard.piece
       WHERE ${older('stored_at')} AND id > $2 ORDER BY id LIMIT ${page}`,
      [seconds, last],
    );
    const old = rows.filter(({ id }) => !isNeeded(id.toString('hex')));
    const gone = dryRun
      ? old
      : await query<{ bytes: number }>(
          `DELETE FROM switchyard.piece WHERE ${older('stored_at')} AND id = ANY($2) RETURNING length(packed) AS bytes`,
          [seconds, old.map(({ id }) => id)],
        );
    swept.count += gone.length;
    swept.bytes += gone.reduce((sum, { bytes }) => sum + bytes, 0);
    const end = rows.at(-1);
    if (end === undefined || rows.length < page) return swept;
    last = end.id;
  }
}

/** Entries of runs that nothing needs, counted by run; and what benchmarks share, once it is as old as content may be. */
export async function sweepSharedJournal(
  { query }: StoreDatabase,
  { journals, journalAgeMs, contentAgeMs, dryRun }: StoreSweep,
): Promise<Swept> {
  const age = `CASE WHEN starts_with(run_id, '${sharedPrefix}') THEN $3::float8 ELSE $1::float8 END`;
  const old = `SELECT run_id FROM switchyard.journal WHERE run_id <> ALL($2)
    GROUP BY run_id HAVING max(written_at) < now() - make_interval(secs => ${age})`;
  const entries = dryRun
    ? `SELECT run_id, length(packed) AS bytes FROM switchyard.journal WHERE run_id IN (${old})`
    : `DELETE FROM switchyard.journal WHERE run_id IN (${old}) RETURNING run_id, length(packed) AS bytes`;
  const [sum] = await query<{ count: number; bytes: number }>(
    dryRun
      ? `SELECT count(DISTINCT run_id)::int AS count, coalesce(sum(bytes), 0)::float8 AS bytes FROM (${entries}) AS entry`
      : `WITH entry AS (${entries})
         SELECT count(DISTINCT run_id)::int AS count, coalesce(sum(bytes), 0)::float8 AS bytes FROM entry`,
    [journalAgeMs / 1000, [...journals], contentAgeMs / 1000],
  );
  return { count: sum?.count ?? 0, bytes: sum?.bytes ?? 0 };
}

// Which Temporal servers the workers of the store have worked for: each may have runs that need what it holds.

/** To be called by a worker when it starts, and now and then while it works. */
export async function noteTemporalServer({ query }: StoreDatabase, name: string): Promise<void> {
  await query(
    'INSERT INTO switchyard.temporal_server (name) VALUES ($1) ON CONFLICT (name) DO UPDATE SET seen_at = now()',
    [name],
  );
}

/** Those that a worker has worked for within so many milliseconds. */
export async function temporalServers({ query }: StoreDatabase, ageMs: number): Promise<string[]> {
  const rows = await query<{ name: string }>(
    `SELECT name FROM switchyard.temporal_server WHERE NOT (${older('seen_at')})`,
    [ageMs / 1000],
  );
  return rows.map(({ name }) => name);
}
