/** The store that workers share, for commands that remove what is in it; where a setting names one. */
import type { Client } from '@temporalio/client';
import { createCipher } from '../../codecs/cipher.ts';
import type { Config } from '../../config/config.ts';
import { sharedServerName } from '../../runtime/temporal/known-servers.ts';
import type { StoreDatabase } from '../../shared-store/database.ts';

export type SharedStore = AsyncDisposable & {
  database: StoreDatabase;
  /** Adds the ids of what is stored. */
  addIds(ids: Set<string>): Promise<void>;
  textsOf(ids: readonly string[]): Promise<readonly string[]>;
  /** Temporal servers, but the client's, for which a worker of the store has worked within that time. */
  otherServers(withinMs: number): Promise<string[]>;
};

/** @param name that of `serverName` @throws StoreUnavailable */
export async function openSharedStore(
  { sharedStore, encryption }: Pick<Config, 'sharedStore' | 'encryption'>,
  client: Client,
  name: string,
): Promise<SharedStore | null> {
  if (sharedStore === null) return null;
  const { openDatabase } = await import('../../shared-store/database.ts');
  const { addStoredIds, temporalServers, textsOf } = await import('../../shared-store/sweep.ts');
  const database = await openDatabase(sharedStore);
  const cipher = createCipher(encryption.keys);
  return {
    database,
    addIds: (ids) => addStoredIds(database, ids),
    textsOf: (ids) => textsOf(database, ids, cipher),
    async otherServers(withinMs) {
      const own = await sharedServerName(client, { namespace: client.options.namespace, name });
      return (await temporalServers(database, withinMs)).filter((each) => each !== own);
    },
    [Symbol.asyncDispose]: () => database[Symbol.asyncDispose](),
  };
}
