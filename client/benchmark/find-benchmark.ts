/** Finds the workflow of a benchmark. */
import { type WorkflowHandle, WorkflowNotFoundError } from '@temporalio/client';
import { workflowTypes } from '../../contracts/names.ts';
import { CommandFailure } from '../../lib/errors.ts';
import type { Session } from '../session.ts';

export type FoundBenchmark = {
  handle: WorkflowHandle;
  runId: string;
  closed: boolean;
  /** As the server names it, in lower case. */
  status: string;
};

/** @returns null where the server has none of that id; @throws CommandFailure where it is something else */
export async function findBenchmark(session: Session, id: string): Promise<FoundBenchmark | null> {
  const handle = session.client.workflow.getHandle(id);
  try {
    const { type, closeTime, runId, status } = await handle.describe();
    if (type !== workflowTypes.runBenchmark) throw new CommandFailure(`${id} is no benchmark (it is a ${type})`);
    return { handle, runId, closed: closeTime !== undefined, status: status.name.toLowerCase() };
  } catch (error) {
    if (error instanceof WorkflowNotFoundError) return null;
    throw error;
  }
}

/** @throws CommandFailure where it does not run */
export async function openBenchmark(session: Session, id: string): Promise<FoundBenchmark> {
  const found = await findBenchmark(session, id);
  if (found !== null && !found.closed) return found;
  throw new CommandFailure(`the benchmark ${id} does not run: "switchyard bench resume ${id}" takes it up again`);
}
