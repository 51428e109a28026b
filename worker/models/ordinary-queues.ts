/** The workers of the queues that every deployment has. */
import type { Worker, WorkerOptions } from '@temporalio/worker';
import type { Activities } from '../../activities/index.ts';
import type { Config } from '../../config/config.ts';
import { benchmarkQueueOf, exportQueueOf, noticeQueueOf } from '../../contracts/names.ts';
import { growingSlots, tunedFor } from '../activity-slots.ts';
import { createWorkers } from '../worker-group.ts';
import { inLeanThreads } from '../workflow-threads.ts';

/**
 * @param options of the main queue. @param opened closes what the workers need
 * @throws the error of the first worker that cannot be made
 */
export function ordinaryWorkers(
  options: WorkerOptions,
  { logLevel, webhook }: Config,
  opened: AsyncDisposableStack,
): Promise<Worker[]> {
  const create = () => createWorkers([growing(options, opened), ...sideQueues(options, webhook !== null, opened)]);
  // Where every detail is logged, the Web UI shows where a workflow waits ("Call stack").
  const isDetailed = logLevel === 'debug' || logLevel === 'trace';
  return inLeanThreads(create, { promiseStacks: isDetailed });
}

// The queues beside a worker's own: what waits there takes few slots, and none of those that people's questions need.

/** Activities of benchmarks at once: with two cores, questions that people ask stay as quick as they are (bench/answers/interactive.ts). */
const benchmarkSlots = 16;
const exportsAtOnce = 8;
const noticesAtOnce = 4;

/** @returns the options without all that is about workflows, for a worker of activities alone over the same connection */
export function activityOptions(options: WorkerOptions): WorkerOptions {
  const { workflowBundle: _, maxCachedWorkflows: __, maxConcurrentWorkflowTaskExecutions: ___, ...rest } = options;
  return rest;
}

/** The same, but that it begins with few activities at once; the SDK takes no numbers beside a tuner. */
function growing(options: WorkerOptions, opened: AsyncDisposableStack): WorkerOptions {
  const {
    maxConcurrentActivityTaskExecutions: most = 1,
    maxConcurrentWorkflowTaskExecutions: tasks = 1,
    ...rest
  } = options;
  return { ...rest, ...tunedFor(opened.use(growingSlots(most)), tasks) };
}

/**
 * The options of the workers beside a queue's own: of benchmarks, traces and notices.
 * @param notices whether this worker knows who is told of runs
 */
export function sideQueues(options: WorkerOptions, notices: boolean, opened: AsyncDisposableStack): WorkerOptions[] {
  const { taskQueue, ...rest } = activityOptions(options);
  const { exportSpans, sendNotice } = options.activities as Activities;
  const ofNotices = {
    ...rest,
    taskQueue: noticeQueueOf(taskQueue),
    activities: { sendNotice },
    maxConcurrentActivityTaskExecutions: noticesAtOnce,
  };
  return [
    growing(
      { ...rest, taskQueue: benchmarkQueueOf(taskQueue), maxConcurrentActivityTaskExecutions: benchmarkSlots },
      opened,
    ),
    {
      ...rest,
      taskQueue: exportQueueOf(taskQueue),
      activities: { exportSpans },
      maxConcurrentActivityTaskExecutions: exportsAtOnce,
    },
    ...(notices ? [ofNotices] : []),
  ];
}
