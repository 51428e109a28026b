/** Asks the Temporal server whether a worker of this machine is at work, which is what a health check wants to know. */
import type { Connection } from '@temporalio/client';
import { pollersOf } from '../runtime/temporal/worker-identity.ts';

export type Poller = { namespace: string; taskQueue: string; host: string };

/**
 * True when a worker that runs on `host` has asked for workflow tasks lately.
 * @param now epoch milliseconds.
 */
export async function seenPolling(
  connection: Pick<Connection, 'workflowService'>,
  { host, ...queue }: Poller,
  now: number,
): Promise<boolean> {
  return (await pollersOf(connection, queue, now)).some((poller) => poller.host === host);
}
