/** Asks the Temporal server whether a worker of this machine is at work, which is what a health check wants to know. */
import type { Connection } from '@temporalio/client';

export type Poller = { namespace: string; taskQueue: string; host: string };

/** A poll waits a minute at most before it comes again; the server notes the time when it comes. */
const freshSeconds = 150;

/**
 * True when a worker that runs on `host` has asked for workflow tasks lately. Its identity is `pid@host`, as the SDK
 * makes it.
 * @param now epoch milliseconds.
 */
export async function seenPolling(
  connection: Pick<Connection, 'workflowService'>,
  { namespace, taskQueue, host }: Poller,
  now: number,
): Promise<boolean> {
  const { pollers } = await connection.workflowService.describeTaskQueue({
    namespace,
    taskQueue: { name: taskQueue },
    // TASK_QUEUE_TYPE_WORKFLOW
    taskQueueType: 1,
  });
  return (pollers ?? []).some(({ identity, lastAccessTime }) => {
    const seenAt = Number(lastAccessTime?.seconds ?? 0);
    return identity?.split('@')[1] === host && now / 1000 - seenAt < freshSeconds;
  });
}
