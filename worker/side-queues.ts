/** The queues beside a worker's own: what waits there takes few slots, and none of those that people's questions need. */
import type { WorkerOptions } from '@temporalio/worker';
import type { Activities } from '../activities/index.ts';
import { benchmarkQueueOf, exportQueueOf } from '../contracts/names.ts';

/** Activities of benchmarks at once: with two cores, questions that people ask stay as quick as they are (bench/interactive.ts). */
const benchmarkSlots = 16;
const exportsAtOnce = 8;

/** Workers for activities alone, over the same connection. */
export function sideQueues(options: WorkerOptions): WorkerOptions[] {
  const { workflowBundle: _, maxCachedWorkflows: __, taskQueue, ...rest } = options;
  const { exportSpans } = options.activities as Activities;
  return [
    { ...rest, taskQueue: benchmarkQueueOf(taskQueue), maxConcurrentActivityTaskExecutions: benchmarkSlots },
    {
      ...rest,
      taskQueue: exportQueueOf(taskQueue),
      activities: { exportSpans },
      maxConcurrentActivityTaskExecutions: exportsAtOnce,
    },
  ];
}
