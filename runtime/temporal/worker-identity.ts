/** What a worker calls itself at the server: `pid@host`, as the SDK does, and the store that holds what its runs need. */
import { hostname } from 'node:os';
import type { Connection } from '@temporalio/client';

/** @param store null: no worker of the server has another one */
export function workerIdentity(store: string | null): string {
  return [String(process.pid), hostname(), ...(store === null ? [] : [store])].join('@');
}

/** A poll waits a minute at most before it comes again; the server notes the time when it comes. */
const freshSeconds = 150;

type Poller = { host: string; store: string | null };

/** The workers that have lately asked for workflow tasks. @param now epoch milliseconds */
export async function pollersOf(
  { workflowService }: Pick<Connection, 'workflowService'>,
  { namespace, taskQueue }: { namespace: string; taskQueue: string },
  now: number,
): Promise<Poller[]> {
  const { pollers } = await workflowService.describeTaskQueue({
    namespace,
    taskQueue: { name: taskQueue },
    // TASK_QUEUE_TYPE_WORKFLOW
    taskQueueType: 1,
  });
  return (pollers ?? []).flatMap(({ identity, lastAccessTime }) => {
    if (now / 1000 - Number(lastAccessTime?.seconds ?? 0) >= freshSeconds) return [];
    const [, host = '', store = null] = (identity ?? '').split('@');
    return [{ host, store }];
  });
}
