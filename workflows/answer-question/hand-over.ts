/** Hands a run over to the exporter of traces: the last thing that a run does, where its last call has not done it. */
import { log, proxyLocalActivities, upsertMemo, workflowInfo } from '@temporalio/workflow';
import type { Activities } from '../../activities/index.ts';
import { untracedMemo } from '../../contracts/names.ts';

/**
 * A local activity: it runs within the workflow task that ends the run, so it costs neither a task of its own nor a
 * place in a queue. A worker that dies before the task is completed has the run handed over twice, which the exporter
 * notices. An answer never fails for its trace: after ten seconds the run goes on without, and
 * its memo says so.
 */
const { handOver } = proxyLocalActivities<Pick<Activities, 'handOver'>>({
  startToCloseTimeout: '3s',
  scheduleToCloseTimeout: '10s',
  retry: { maximumAttempts: 3, initialInterval: '100ms' },
});

/** @param left the id of the run that the last activity has handed over; null: none */
export async function leaveTrace(left: string | null): Promise<void> {
  try {
    for (let handed = left; handed === null || isOfRunBefore(handed); ) {
      const { workflowId, runId } = workflowInfo();
      handed = await handOver({ workflowId, runId });
    }
  } catch (error) {
    log.warn('this run leaves its trace to a sweep', { error: String(error) });
    upsertMemo({ [untracedMemo]: true });
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
