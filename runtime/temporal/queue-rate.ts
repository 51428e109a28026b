/** The rate at which the server gives out the activities of a queue, to all its workers together. */
import type { WorkflowService } from '@temporalio/client';
import { messageOf } from '../../lib/errors.ts';

export type Queue = { namespace: string; taskQueue: string };

export type QueueFigures = {
  /** Activities a minute; null: no limit. */
  perMinute: number | null;
  /** Activities that wait, as far as the server counts them. */
  waiting: number;
  /** Workers that ask for more lately. */
  workers: number;
};

/** TASK_QUEUE_TYPE_ACTIVITY */
const activityQueue = 2;

/** Sets the rate while workers run; null removes it. @returns why the server does not take it; null where it does */
export async function setQueueRate(
  service: Pick<WorkflowService, 'updateTaskQueueConfig'>,
  { namespace, taskQueue }: Queue,
  perMinute: number | null,
): Promise<string | null> {
  const rateLimit = perMinute === null ? null : { requestsPerSecond: perMinute / 60 };
  try {
    await service.updateTaskQueueConfig({
      ...{ namespace, taskQueue, identity: 'switchyard', taskQueueType: activityQueue },
      updateQueueRateLimit: { rateLimit, reason: 'switchyard limits' },
    });
    return null;
  } catch (error) {
    return messageOf(error);
  }
}

/** @throws what the server says */
export async function queueFigures(
  service: Pick<WorkflowService, 'describeTaskQueue'>,
  { namespace, taskQueue }: Queue,
): Promise<QueueFigures> {
  const { config, stats, pollers } = await service.describeTaskQueue({
    ...{ namespace, taskQueue: { name: taskQueue }, taskQueueType: activityQueue },
    ...{ reportConfig: true, reportStats: true },
  });
  const perSecond = config?.queueRateLimit?.rateLimit?.requestsPerSecond;
  return {
    perMinute: perSecond === undefined || perSecond === null ? null : Math.round(perSecond * 60),
    waiting: Number(stats?.approximateBacklogCount ?? 0),
    workers: (pollers ?? []).length,
  };
}
