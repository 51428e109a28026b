/** The workers of the queues that every deployment has. */
import type { Worker, WorkerOptions } from '@temporalio/worker';
import type { Activities } from '../../activities/index.ts';
import type { Config } from '../../config/config.ts';
import { benchmarkQueueOf, exportQueueOf, noticeQueueOf } from '../../contracts/names.ts';
import { createWorkers } from '../worker-group.ts';
import { inLeanThreads } from '../workflow-threads.ts';

/** @param options of the main queue. @throws the error of the first worker that cannot be made */
export function ordinaryWorkers(options: WorkerOptions, { logLevel, webhook }: Config): Promise<Worker[]> {
  const create = () => createWorkers([options, ...sideQueues(options, webhook !== null)]);
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

/** @param notices whether this worker knows who is told of runs */
function sideQueues(options: WorkerOptions, notices: boolean): WorkerOptions[] {
  const { taskQueue, ...rest } = activityOptions(options);
  const { exportSpans, sendNotice } = options.activities as Activities;
  const ofNotices = {
    ...rest,
    taskQueue: noticeQueueOf(taskQueue),
    activities: { sendNotice },
    maxConcurrentActivityTaskExecutions: noticesAtOnce,
  };
  return [
    { ...rest, taskQueue: benchmarkQueueOf(taskQueue), maxConcurrentActivityTaskExecutions: benchmarkSlots },
    {
      ...rest,
      taskQueue: exportQueueOf(taskQueue),
      activities: { exportSpans },
      maxConcurrentActivityTaskExecutions: exportsAtOnce,
    },
    ...(notices ? [ofNotices] : []),
  ];
}
