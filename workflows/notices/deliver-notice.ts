/** Delivers one notice to the webhook, apart from the run that it is about: an outage of the receiver holds up no answer. */
import { proxyActivities, workflowInfo } from '@temporalio/workflow';
import type { Activities } from '../../activities/index.ts';
import { noticeQueueOf } from '../../contracts/names.ts';
import type { Notice } from '../../contracts/notice.ts';
import { validInput } from '../input/valid-input.ts';

/** @returns the status that the receiver has answered with */
export async function deliverNotice(given: Notice): Promise<{ status: number }> {
  const notice = validInput('deliverNotice', given);
  // Only workers that know the address ask for it.
  const { sendNotice } = proxyActivities<Pick<Activities, 'sendNotice'>>({
    taskQueue: noticeQueueOf(workflowInfo().taskQueue),
    startToCloseTimeout: '20s',
    scheduleToCloseTimeout: '3 days',
    retry: { initialInterval: '5s', backoffCoefficient: 3, maximumInterval: '1h' },
    summary: `${notice.event} ${notice.workflowId}`,
  });
  return sendNotice(notice);
}
