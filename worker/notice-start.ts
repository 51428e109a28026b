/** Starts the deliveries of notices, each a workflow of its own whose id is the notice's. */
import { type Client, WorkflowExecutionAlreadyStartedError } from '@temporalio/client';
import type { NoticeDependencies } from '../activities/notices/notices.ts';
import type { Config } from '../config/config.ts';
import { noticeType, workflowTaskTimeout } from '../contracts/names.ts';
import { noticeIdOf } from '../contracts/notice.ts';

export function noticesOf({ webhook, taskQueue }: Config, client: Client): NoticeDependencies {
  return {
    webhook,
    async start(notice) {
      try {
        await client.workflow.start(noticeType, {
          workflowId: `webhook-${noticeIdOf(notice)}`,
          taskQueue,
          args: [notice],
          workflowIdReusePolicy: 'REJECT_DUPLICATE',
          workflowIdConflictPolicy: 'USE_EXISTING',
          workflowTaskTimeout,
          workflowExecutionTimeout: '4 days',
          staticSummary: `${notice.event} ${notice.workflowId}`,
        });
      } catch (error) {
        if (!(error instanceof WorkflowExecutionAlreadyStartedError)) throw error;
      }
    },
  };
}
