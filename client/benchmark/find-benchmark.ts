/** Finds the workflow of a benchmark. */
import { type WorkflowHandle, WorkflowNotFoundError } from '@temporalio/client';
import { workflowTypes } from '../../contracts/names.ts';
import { CommandFailure, UsageError } from '../../lib/errors.ts';
import { readManifest } from '../../application/benchmarks/benchmark-folders.ts';
import type { Session } from '../../application/session/session.ts';

export type FoundBenchmark = {
  handle: WorkflowHandle;
  runId: string;
  closed: boolean;
  /** As the server names it, in lower case. */
  status: string;
};

/** @returns null where the server has none of that id; @throws UsageError where it is something else */
export async function findBenchmark(session: Session, id: string): Promise<FoundBenchmark | null> {
  const handle = session.client.workflow.getHandle(id);
  try {
    const { type, closeTime, runId, status } = await handle.describe();
    if (type !== workflowTypes.runBenchmark)
      throw new UsageError(
        `${id} is not a benchmark but the workflow ${type}: "switchyard bench status" lists the benchmarks`,
      );
    return { handle, runId, closed: closeTime !== undefined, status: status.name.toLowerCase() };
  } catch (error) {
    if (error instanceof WorkflowNotFoundError) return null;
    throw error;
  }
}

/** @throws UsageError where there is none of that id; CommandFailure where it does not run */
export async function openBenchmark(session: Session, id: string, dataDirectory: string): Promise<FoundBenchmark> {
  const found = await findBenchmark(session, id);
  if (found !== null && !found.closed) return found;
  if (found === null) await readManifest(dataDirectory, id);
  throw new CommandFailure(`the benchmark ${id} does not run: "switchyard bench resume ${id}" takes it up again`);
}
