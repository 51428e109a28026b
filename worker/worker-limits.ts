/** The numbers of a worker: how much at once, and for how long. */
import type { WorkerOptions } from '@temporalio/worker';
import { heartbeatMs } from '../activities/attempts.ts';
import type { Config } from '../config/config.ts';

/** Activities at once. */
export const activitySlots = 40;
/** Long enough for most model calls in flight; what takes longer is cancelled and given back to its queue. */
const stopSeconds = 30;
/** For what is cancelled to end. */
const cancelSeconds = 10;
/**
 * How long the next task of a workflow waits for the worker that has the workflow in memory, before any worker may take it.
 * A task that waits for a busy worker for longer is replayed, so it is a multiple of the wait under full load
 * (docs/deployment.md).
 */
const stickySeconds = 3;
/**
 * Workflow tasks at once. One thread runs them, so that each waits for those before it; what the worker has not taken
 * waits on its sticky queue instead, where the clock of a task does not run yet.
 */
export const workflowTasksAtOnce = 20;
/** What the exports of traces may keep a stopping worker. */
export const drainSeconds = 5;

/** Times that hold for each worker of a process, whichever queue it asks. */
export function workerLimits({ stopSeconds: graceSeconds = stopSeconds }: Pick<Config, 'stopSeconds'>) {
  return {
    stickyQueueScheduleToStartTimeout: `${stickySeconds}s`,
    shutdownGraceTime: `${graceSeconds}s`,
    shutdownForceTime: `${graceSeconds + cancelSeconds}s`,
    maxHeartbeatThrottleInterval: heartbeatMs,
    defaultHeartbeatThrottleInterval: heartbeatMs,
  } as const satisfies Partial<WorkerOptions>;
}
