/**
 * When each snapshot of a store was last asked for, and how often the store was swept. With it a snapshot can be removed
 * although other processes may open it at any moment:
 * 1. Who is told that a snapshot is held has marked it as used, in a write transaction, within `markEveryMs`.
 * 2. A sweep removes, in a write transaction, only what was marked longer ago than its grace, which is far longer.
 * 3. Every sweep that removed something raises the generation: what was read of an earlier one is read again.
 */
import type { DatabaseSync } from 'node:sqlite';
import { prepared } from './prepared.ts';
import { inTransaction } from './store.ts';

/** A mark is not renewed more often, so that reading costs no writing. */
const markEveryMs = 5 * 60_000;

/** @returns false where the snapshot is no longer in the store */
export function markUsed(store: DatabaseSync, number: number, id: string, nowMs = Date.now()): boolean {
  if (!isStored(store, number, id)) return false;
  const used = prepared(store, 'SELECT used_ms FROM snapshot_use WHERE snapshot = ?').get(number)?.used_ms;
  if (used !== undefined && Math.abs(nowMs - Number(used)) < markEveryMs) return true;
  return inTransaction(store, () => {
    if (!isStored(store, number, id)) return false;
    store.prepare('INSERT OR REPLACE INTO snapshot_use VALUES (?, ?)').run(number, nowMs);
    return true;
  });
}

function isStored(store: DatabaseSync, number: number, id: string): boolean {
  return prepared(store, 'SELECT 1 FROM snapshot WHERE number = ? AND id = ?').get(number, id) !== undefined;
}

export function generationOf(store: DatabaseSync): number {
  return Number(prepared(store, 'SELECT generation FROM sweep').get()?.generation ?? 0);
}

/** To be called within the transaction that removes something. */
export function raiseGeneration(store: DatabaseSync): void {
  store.exec('INSERT INTO sweep VALUES (1, 1) ON CONFLICT (only) DO UPDATE SET generation = generation + 1');
}
