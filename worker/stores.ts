/** Where a worker keeps what was said and what was paid: in its data directory, or in the store that workers share. */
import { randomBytes } from 'node:crypto';
import type { Client } from '@temporalio/client';
import { linkSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { hostname } from 'node:os';
import { dirname } from 'node:path';
import type { ActivityDependencies } from '../activities/dependencies.ts';
import { createCipher } from '../codecs/cipher.ts';
import type { Config } from '../config/config.ts';
import { dataPaths } from '../config/data-paths.ts';
import { systemErrorCode } from '../lib/errors.ts';
import { ownerOnly } from '../lib/fs.ts';
import type { Logger } from '../observability/logging.ts';
import { sharedServerName } from '../runtime/temporal/known-servers.ts';
import { createFileJournal, type Journal } from '../models/journal.ts';
import { createSharedReplies } from '../models/shared-replies.ts';
import { createContentStore } from '../retrieval/store/content-store.ts';
import { withRecent } from '../retrieval/store/recent-content.ts';
import type { StoreDatabase } from '../shared-store/database.ts';

export type Stores = AsyncDisposable &
  Pick<ActivityDependencies, 'content' | 'holds' | 'sharedReplies'> & {
    journal: Journal;
    /** Null: there is no shared store. */
    database: StoreDatabase | null;
  };

/**
 * @param ofOwnServer true: no worker of another data directory works for the same server
 * @throws StoreUnavailable
 */
export async function openStores(config: Config, ofOwnServer: boolean): Promise<Stores> {
  const paths = dataPaths(config.dataDirectory);
  const cipher = createCipher(config.encryption.keys);
  const content = createContentStore(paths.content, cipher);
  const journal = createFileJournal(paths.journal, cipher);
  if (config.sharedStore === null) {
    const holds = ofOwnServer ? null : { own: nameOfDirectory(paths.storeName), shared: null };
    const sharedReplies = createSharedReplies(createFileJournal(paths.replies, cipher));
    const stores = { content: withRecent(content), journal, sharedReplies, holds, database: null };
    return { ...stores, [Symbol.asyncDispose]: async () => {} };
  }
  // Loaded by those alone who use it.
  const { openDatabase, createSharedContent, createSharedJournal } = await import('../shared-store/index.ts');
  const database = await openDatabase(config.sharedStore);
  return {
    content: withRecent(createSharedContent(database, cipher, content)),
    journal: createSharedJournal(database, cipher, journal),
    sharedReplies: createSharedReplies(createSharedJournal(database, cipher)),
    holds: { own: nameOfDirectory(paths.storeName), shared: `shared-${database.id}` },
    database,
    [Symbol.asyncDispose]: () => database[Symbol.asyncDispose](),
  };
}

const noteEveryMs = 6 * 60 * 60 * 1000;

/** So that `switchyard gc` knows whose runs may need what the shared store holds. */
export async function keepNotingStoreUse(
  { database }: Pick<Stores, 'database'>,
  { client, name, log }: { client: Client; name: string; log: Logger },
): Promise<Disposable> {
  if (database === null) return { [Symbol.dispose]: () => {} };
  const { noteTemporalServer } = await import('../shared-store/index.ts');
  const { namespace } = client.options;
  const noteIt = async () => noteTemporalServer(database, await sharedServerName(client, { namespace, name }));
  await noteIt();
  const again = () => noteIt().catch((error: unknown) => log.warn({ err: error }, 'could not note the server'));
  const timer = setInterval(again, noteEveryMs);
  timer.unref();
  return { [Symbol.dispose]: () => clearInterval(timer) };
}

/** The name that the data directory was given by the first who asked for it. */
export function nameOfDirectory(file: string): string {
  try {
    return readFileSync(file, 'utf8').trim();
  } catch (error) {
    if (systemErrorCode(error) !== 'ENOENT') throw error;
  }
  const suffix = randomBytes(4).toString('hex');
  const name = `${hostname()
    .replace(/[^A-Za-z0-9.-]/g, '-')
    .slice(0, 60)}-${suffix}`;
  const temporary = `${file}.${suffix}.tmp`;
  mkdirSync(dirname(file), { recursive: true, mode: 0o700 });
  writeFileSync(temporary, `${name}\n`, { mode: ownerOnly });
  try {
    linkSync(temporary, file);
    return name;
  } catch (error) {
    if (systemErrorCode(error) !== 'EEXIST') throw error;
    return readFileSync(file, 'utf8').trim();
  } finally {
    rmSync(temporary, { force: true });
  }
}
