/** Exports the trace of a run that is over, apart from it: tries for days, and nobody waits for it. */
import { log, proxyActivities, proxyLocalActivities, workflowInfo } from '@temporalio/workflow';
import type { Activities } from '../activities/index.ts';
import { exportQueueOf } from '../contracts/names.ts';
import type { ExportInput, ExportResult } from '../contracts/export.ts';

/** Local: it starts a workflow, costs no money, and must not delay an answer by a queue. */
const { startExport } = proxyLocalActivities<Pick<Activities, 'startExport'>>({
  scheduleToCloseTimeout: '5s',
  retry: { maximumAttempts: 3, initialInterval: '100ms' },
});

export function exportTrace(input: ExportInput): Promise<ExportResult> {
  const { exportSpans } = proxyActivities<Pick<Activities, 'exportSpans'>>({
    taskQueue: exportQueueOf(workflowInfo().taskQueue),
    startToCloseTimeout: '10m',
    scheduleToCloseTimeout: '7d',
    heartbeatTimeout: '30s',
    retry: { initialInterval: '2s', backoffCoefficient: 2, maximumInterval: '5m' },
  });
  return exportSpans(input);
}

/** Has the calling run's trace exported once it is over. A trace never fails an answer. */
export async function leaveTrace(): Promise<void> {
  const { workflowId, runId } = workflowInfo();
  try {
    await startExport({ workflowId, runId });
  } catch (error) {
    log.warn('this run leaves no trace', { error: String(error) });
  }
}
