/** Where runs keep what they need: whether the shared store answers, and whether all workers of the queue have the same one. */
import type { Connection } from '@temporalio/client';
import type { Config } from '../../config/config.ts';
import { messageOf } from '../../lib/errors.ts';
import { pollersOf } from '../../runtime/temporal/worker-identity.ts';
import { type Finding, missing, ok } from './finding.ts';

const name = 'shared store';
const triedForMs = 3_000;

/** None where no setting names one: then there is nothing to reach. */
export async function storeFindings({ sharedStore }: Pick<Config, 'sharedStore'>): Promise<Finding[]> {
  if (sharedStore === null) return [];
  const { openDatabase } = await import('../../shared-store/database.ts');
  const { shownStore } = await import('../../shared-store/failures.ts');
  try {
    await using database = await openDatabase(sharedStore, { patienceMs: triedForMs });
    const start = performance.now();
    await database.query('SELECT 1');
    const took = Math.max(1, Math.round(performance.now() - start));
    const tls = sharedStore.tls === 'disable' ? 'no TLS' : `TLS (${sharedStore.tls})`;
    return [ok(name, `shared-${database.id} at ${shownStore(sharedStore)} answers in ${took} ms, ${tls}`)];
  } catch (error) {
    return [missing(name, messageOf(error), 'see docs/deployment.md')];
  }
}

/** One where workers of the queue keep runs in different stores, or would. */
export async function storesOfQueueFindings(
  { connection, namespace }: { connection: Pick<Connection, 'workflowService'>; namespace: string },
  { taskQueue, temporal, sharedStore }: Pick<Config, 'taskQueue' | 'temporal' | 'sharedStore'>,
): Promise<Finding[]> {
  if (!temporal.external) return [];
  const pollers = await pollersOf(connection, { namespace, taskQueue }, Date.now());
  const stores = [...new Set(pollers.flatMap(({ store }) => store ?? []))].toSorted();
  if (stores.length > 1)
    return [
      missing(
        'workers',
        `those of "${taskQueue}" keep runs in different stores (${stores.join(', ')}): each run goes on with workers of its own alone`,
        'name one SWITCHYARD_STORE_URL for all of them',
      ),
    ];
  if (sharedStore !== null) return [];
  return [
    ok(name, 'none: a run goes on only with workers of the data directory where it began (SWITCHYARD_STORE_URL)'),
  ];
}
