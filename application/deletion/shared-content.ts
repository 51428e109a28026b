/** What of the store that workers share belonged to runs that are deleted. */
import type { Client } from '@temporalio/client';
import type { Config } from '../../config/config.ts';
import { dayMs, longestRunMs } from '../storage/retention-limits.ts';
import { openSharedStore, type SharedStore } from '../storage/shared-store.ts';

export type SharedContent = Pick<SharedStore, 'addIds' | 'textsOf' | typeof Symbol.asyncDispose> & {
  /** Temporal servers, but the client's, whose runs may need what is stored. */
  otherServers(): Promise<string[]>;
  /** What was not stored within so many milliseconds. @returns how many pieces are gone */
  remove(ids: readonly string[], ageMs: number): Promise<number>;
  /** @returns how many entries of the journal are gone */
  removeJournal(runId: string): Promise<number>;
};

/** @param name that of `serverName` @throws StoreUnavailable */
export async function openSharedContent(settings: Config, client: Client, name: string): Promise<SharedContent | null> {
  const store = await openSharedStore(settings, client, name);
  if (store === null) return null;
  const { deleteSharedContent, deleteSharedJournal } = await import('../../shared-store/delete-run.ts');
  const { database, ...shared } = store;
  return {
    ...shared,
    otherServers: () => store.otherServers(settings.retentionDays * dayMs + longestRunMs),
    remove: (ids, ageMs) => deleteSharedContent(database, ids, ageMs),
    removeJournal: (runId) => deleteSharedJournal(database, runId),
  };
}
