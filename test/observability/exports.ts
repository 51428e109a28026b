/** Where the export of a run is found. */
import type { WorkflowHandle } from '@temporalio/client';
import type { Scene } from '../support/scene.ts';

export async function traceIdOf(run: WorkflowHandle): Promise<string> {
  return (await run.describe()).runId.replaceAll('-', '');
}

export async function exportOf({ client }: Scene, run: WorkflowHandle): Promise<WorkflowHandle> {
  return client.workflow.getHandle(`${run.workflowId}/trace/${(await run.describe()).runId}`);
}

/** Waits for the run, then for its export. @returns the trace's id */
export async function untilExported(scene: Scene, run: WorkflowHandle): Promise<string> {
  await run.result();
  await (await exportOf(scene, run)).result();
  return traceIdOf(run);
}
