/** What a run's history tells, as `switchyard trace` reads it. */
import type { WorkflowHandle } from '@temporalio/client';
import { historyToJSON } from '@temporalio/common/lib/proto-utils.js';
import type { Trace } from '../../contracts/trace.ts';
import { readRunHistory } from '../../observability/read-run-history.ts';
import type { RunHistory } from '../../observability/run-history.ts';
import { traceOfRun } from '../../observability/run-trace.ts';

export async function historyOf(handle: WorkflowHandle): Promise<RunHistory> {
  return readRunHistory(JSON.parse(historyToJSON(await handle.fetchHistory())));
}

/** The trace that is exported once the run has ended. */
export async function traceOf(handle: WorkflowHandle): Promise<Trace> {
  const history = await historyOf(handle);
  return traceOfRun(history, { workflowId: handle.workflowId, runId: String(history.runId) });
}
