/** Exports the trace of a run that is over, apart from it: tries for days, and nobody waits for it. */
import { log, proxyActivities, workflowInfo } from '@temporalio/workflow';
import type { Activities } from '../activities/index.ts';
import { exportQueueOf } from '../contracts/names.ts';
import type { ExportInput, ExportResult } from '../contracts/trace.ts';
import { validInput } from './input/valid-input.ts';

export async function exportTrace(given: ExportInput): Promise<ExportResult> {
  const input = validInput('exportTrace', given);
  const { exportSpans } = proxyActivities<Pick<Activities, 'exportSpans'>>({
    taskQueue: exportQueueOf(workflowInfo().taskQueue),
    startToCloseTimeout: '10m',
    scheduleToCloseTimeout: '7d',
    heartbeatTimeout: '30s',
    retry: { initialInterval: '2s', backoffCoefficient: 2, maximumInterval: '5m' },
  });
  return exportSpans(input);
}

/**
 * Has the calling run's trace exported once it is over. A trace never fails an answer, and holds it up for ten seconds at
 * most.
 */
export async function leaveTrace(taskQueue: string): Promise<void> {
  const { startExport } = proxyActivities<Pick<Activities, 'startExport'>>({
    taskQueue,
    scheduleToCloseTimeout: '10s',
    retry: { maximumAttempts: 3, initialInterval: '100ms' },
  });
  try {
    for (let left: string | null = null; left === null || isOfRunBefore(left); ) {
      const { workflowId, runId } = workflowInfo();
      left = await startExport.executeWithOptions({ summary: 'hand the trace over' }, [{ workflowId, runId }]);
    }
  } catch (error) {
    log.warn('this run leaves no trace', { error: String(error) });
  }
}

/**
 * True in a run that was reset to a step behind the call: then it finds the call of the run before in its past. The SDK's
 * offline replayer gives every run the id of the first: there nothing is called again.
 */
function isOfRunBefore(left: string): boolean {
  const { runId, firstExecutionRunId } = workflowInfo();
  return left !== runId && runId !== firstExecutionRunId;
}
