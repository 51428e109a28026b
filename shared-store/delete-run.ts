/** Removes from the shared store what belonged to one run. */
import type { StoreDatabase } from './database.ts';

/** @returns how many pieces are gone: those of the ids that were not stored within so many milliseconds */
export async function deleteSharedContent(
  { query }: StoreDatabase,
  ids: readonly string[],
  ageMs: number,
): Promise<number> {
  const rows = await query(
    `DELETE FROM switchyard.piece WHERE id = ANY($1) AND stored_at <= now() - make_interval(secs => $2::float8)
     RETURNING id`,
    [ids.map((id) => Buffer.from(id, 'hex')), ageMs / 1000],
  );
  return rows.length;
}

/** @returns how many entries are gone */
export async function deleteSharedJournal({ query }: StoreDatabase, runId: string): Promise<number> {
  const rows = await query('DELETE FROM switchyard.journal WHERE run_id = $1 RETURNING mark', [runId]);
  return rows.length;
}
