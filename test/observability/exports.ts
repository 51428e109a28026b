/** What becomes of a run's trace at the exporter. */
import type { WorkflowHandle } from '@temporalio/client';
import { exporterIdOf, queries } from '../../contracts/names.ts';
import type { ExporterState } from '../../contracts/trace.ts';
import type { Scene } from '../support/scene.ts';
import { queryPauseMs, until } from '../support/until.ts';

export async function traceIdOf(run: WorkflowHandle): Promise<string> {
  return (await run.describe()).runId.replaceAll('-', '');
}

/** The exporter of a scene, or of another queue. */
export function exporterOf({ client, taskQueue }: Pick<Scene, 'client' | 'taskQueue'>): WorkflowHandle {
  return client.workflow.getHandle(exporterIdOf(taskQueue));
}

/** What it tells of itself; null where there is none. */
export async function exporterState(scene: Pick<Scene, 'client' | 'taskQueue'>): Promise<ExporterState | null> {
  return exporterOf(scene)
    .query<ExporterState>(queries.exports)
    .catch(() => null);
}

/**
 * Waits for the run, then until the exporter has sent its trace and has nothing else left.
 * @param sent how many it has sent by then
 * @returns the trace's id
 */
export async function untilExported(
  scene: Pick<Scene, 'client' | 'taskQueue'>,
  run: WorkflowHandle,
  sent = 1,
): Promise<string> {
  await run.result().catch(() => {});
  await untilSent(scene, sent);
  return traceIdOf(run);
}

/** Waits until the exporter has sent so many, and nothing is left. */
export async function untilSent(scene: Pick<Scene, 'client' | 'taskQueue'>, most: number): Promise<ExporterState> {
  return until(
    async () => {
      const state = await exporterState(scene);
      const over = state !== null && state.sending.length + state.waiting.length === 0 && state.sent >= most;
      return over ? state : null;
    },
    20,
    queryPauseMs,
  );
}
