/**
 * The journal of calls in the shared store, by the contract of the folder's (models/journal.ts): a reply that was paid is
 * found by whichever worker is given the call again.
 *
 * A reply that has come while the store cannot be reached is kept in the data directory instead, where the same worker
 * finds it; it is looked for there first.
 */
import type { Cipher } from '../codecs/cipher.ts';
import type { JournalKey } from '../contracts/model/journal-key.ts';
import { type Journal, journalDays, ofAllKinds } from '../models/journal.ts';
import { type EntryKind, fullMarkOf, packedEntry, unpackedEntry, valueAmong } from '../models/journal-entry.ts';
import type { StoreDatabase } from './database.ts';
import { StoreUnavailable } from './failures.ts';

const putEntry = `
  INSERT INTO switchyard.journal (run_id, mark, packed) VALUES ($1, $2, $3)
  ON CONFLICT (run_id, mark) DO UPDATE SET written_at = now(), packed = excluded.packed`;

/** Of runs whose last entry is older than the journal keeps any. */
const pruneRuns = `
  WITH gone AS (
    DELETE FROM switchyard.journal AS entry
    WHERE written_at < now() - make_interval(days => ${journalDays}) AND NOT EXISTS (
      SELECT FROM switchyard.journal AS later
      WHERE later.run_id = entry.run_id AND later.written_at >= now() - make_interval(days => ${journalDays})
    )
    RETURNING run_id
  )
  SELECT count(DISTINCT run_id)::int AS runs FROM gone`;

/** @param own the data directory's; it also has what runs have written that began before the store was shared */
export function createSharedJournal(database: StoreDatabase, cipher: Cipher, own: Journal | null = null): Journal {
  async function readEntry<Value>(kind: EntryKind<Value>, key: JournalKey): Promise<Value | null> {
    const kept = (await own?.readEntry(kind, key)) ?? null;
    if (kept !== null) return kept;
    const [row] = await database.query<{ packed: Buffer }>(
      'SELECT packed FROM switchyard.journal WHERE run_id = $1 AND mark = $2',
      [key.runId, markBytes(kind.name, key)],
    );
    const entry = row === undefined ? null : unpackedEntry(row.packed, cipher);
    return entry === null ? null : valueAmong([entry], kind, key);
  }
  const writeEntry: Journal['writeEntry'] = async (kind, key, value, about) => {
    try {
      const kept = { kind: kind.name, key, value, ...(about === undefined ? {} : { about }) };
      await database.query(putEntry, [key.runId, markBytes(kind.name, key), packedEntry(kept, cipher)]);
    } catch (error) {
      if (own === null || !(error instanceof StoreUnavailable)) throw error;
      await own.writeEntry(kind, key, value, about);
    }
  };
  /** Where both have something under one key, what the data directory has stands, as for `readEntry`. */
  const entriesOf: Journal['entriesOf'] = async (run) => {
    const rows = await database.query<{ packed: Buffer }>(
      'SELECT packed FROM switchyard.journal WHERE run_id = $1 ORDER BY written_at, mark',
      [run.runId],
    );
    const kept = (await own?.entriesOf(run)) ?? [];
    const marks = new Set(kept.map(({ kind, key }) => fullMarkOf(kind, key)));
    const there = rows.flatMap(({ packed }) => unpackedEntry(packed, cipher) ?? []);
    return [...there.filter(({ kind, key }) => !marks.has(fullMarkOf(kind, key))), ...kept].toSorted(
      (one, other) => one.atMs - other.atMs,
    );
  };
  return {
    ...ofAllKinds({ readEntry, writeEntry, entriesOf }),
    async prune() {
      const [gone] = await database.query<{ runs: number }>(pruneRuns);
      return (gone?.runs ?? 0) + ((await own?.prune()) ?? 0);
    },
  };
}

function markBytes(kind: string, key: JournalKey): Buffer {
  return Buffer.from(fullMarkOf(kind, key), 'hex');
}
