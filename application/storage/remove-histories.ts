/** Removes histories from the Temporal server. */
import { setTimeout as sleep } from 'node:timers/promises';
import type { Client } from '@temporalio/client';
import { unlessGone } from '../../observability/unless-gone.ts';
import type { RunOfServer } from './needed-runs.ts';

type Server = { client: Client; namespace: string };

const goneWithinMs = 30_000;

/** One that is gone already is no mistake. */
export async function deleteHistory({ client, namespace }: Server, { workflowId, runId }: RunOfServer): Promise<void> {
  const workflowExecution = { workflowId, runId };
  await unlessGone(client.workflowService.deleteWorkflowExecution({ namespace, workflowExecution }));
}

/** The server deletes in the background, and goes on with it after a restart. @returns those that are still there */
export async function untilGone(
  { client, namespace, signal }: Server & { signal: AbortSignal },
  runs: readonly RunOfServer[],
): Promise<RunOfServer[]> {
  const endMs = Date.now() + goneWithinMs;
  const left: RunOfServer[] = [];
  for (const { workflowId, runId } of runs.toReversed()) {
    const execution = { workflowId, runId };
    const isThere = async () =>
      (await unlessGone(client.workflowService.describeWorkflowExecution({ namespace, execution }))) !== null;
    let there = await isThere();
    for (; there && Date.now() < endMs && !signal.aborted; there = await isThere()) await sleep(50);
    if (there) left.push({ workflowId, runId });
  }
  return left;
}
