/** Finds a question's run by id, or says in one line that there is none. */
import { type WorkflowExecutionDescription, type WorkflowHandle, WorkflowNotFoundError } from '@temporalio/client';
import { RunHasEnded, RunNotFound } from '../errors.ts';
import type { Session } from '../session/session.ts';
import { isQuestionRun } from './question-runs.ts';

/** A run at the server. */
export type FoundRun = { handle: WorkflowHandle; description: WorkflowExecutionDescription; runId: string };

/** @throws RunNotFound for an id that no question's run has */
export async function findRun(session: Pick<Session, 'client'>, workflowId: string): Promise<FoundRun> {
  const handle = session.client.workflow.getHandle(workflowId);
  try {
    const description = await handle.describe();
    if (isQuestionRun(description)) return { handle, description, runId: description.runId };
    throw new RunNotFound(workflowId, description.type);
  } catch (error) {
    if (!(error instanceof WorkflowNotFoundError)) throw error;
    throw new RunNotFound(workflowId);
  }
}

/** @throws RunNotFound; RunHasEnded */
export async function findOpenRun(session: Pick<Session, 'client'>, workflowId: string): Promise<FoundRun> {
  const run = await findRun(session, workflowId);
  if (isOpen(run)) return run;
  throw new RunHasEnded(workflowId);
}

/** False once the run has ended, however it did. */
export function isOpen({ description }: FoundRun): boolean {
  return description.closeTime === undefined;
}
