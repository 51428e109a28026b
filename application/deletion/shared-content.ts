/** What of the store that workers share belonged to runs that are deleted, where a setting names such a store. */
import type { Client } from '@temporalio/client';
import { createCipher } from '../../codecs/cipher.ts';
import type { Config } from '../../config/config.ts';
import { sharedServerName } from '../../runtime/temporal/known-servers.ts';
import { dayMs, longestRunMs } from '../storage/retention-limits.ts';

export type SharedContent = AsyncDisposable & {
  addIds(ids: Set<string>): Promise<void>;
  textsOf(ids: readonly string[]): Promise<readonly string[]>;
  /** Temporal servers, but the client's, whose runs may need what is stored. */
  otherServers(): Promise<string[]>;
  /** What was not stored within so many milliseconds. @returns how many pieces are gone */
  remove(ids: readonly string[], ageMs: number): Promise<number>;
  /** @returns how many entries of the journal are gone */
  removeJournal(runId: string): Promise<number>;
};

/** @param name that of `serverName` @throws StoreUnavailable */
export async function openSharedContent(
  { sharedStore, encryption, retentionDays }: Config,
  client: Client,
  name: string,
): Promise<SharedContent | null> {
  if (sharedStore === null) return null;
  const { openDatabase } = await import('../../shared-store/database.ts');
  const store = await import('../../shared-store/sweep.ts');
  const { deleteSharedContent, deleteSharedJournal } = await import('../../shared-store/delete-run.ts');
  const database = await openDatabase(sharedStore);
  const cipher = createCipher(encryption.keys);
  return {
    addIds: (ids) => store.addStoredIds(database, ids),
    textsOf: (ids) => store.textsOf(database, ids, cipher),
    async otherServers() {
      const own = await sharedServerName(client, { namespace: client.options.namespace, name });
      const names = await store.temporalServers(database, retentionDays * dayMs + longestRunMs);
      return names.filter((each) => each !== own);
    },
    remove: (ids, ageMs) => deleteSharedContent(database, ids, ageMs),
    removeJournal: (runId) => deleteSharedJournal(database, runId),
    [Symbol.asyncDispose]: () => database[Symbol.asyncDispose](),
  };
}
