/**
 * Exports the trace of a run that is over, apart from it.
 *
 * 1. An export never fails an answer: a run only has it started, for ten seconds at most, and goes on without a trace.
 * 2. Every run of a question has one, also one that was cancelled, and one that was reset to a step behind the start of an
 *    export that was for the run before.
 * 3. An export is attempted for seven days, on a queue of its own, so that an outage of the trace server takes no slot
 *    that answers need.
 */
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
 * Has the calling run's trace exported once it is over.
 * @param taskQueue of the run's activities
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
