/** Finds a question's run by id, or says in one line that there is none. */
import { type WorkflowExecutionDescription, type WorkflowHandle, WorkflowNotFoundError } from '@temporalio/client';
import { workflowTypes } from '../../contracts/names.ts';
import { CommandFailure } from '../../lib/errors.ts';
import type { Session } from '../session.ts';

export type FoundRun = { handle: WorkflowHandle; description: WorkflowExecutionDescription; runId: string };

/** @throws CommandFailure for an id that no question's run has */
export async function findRun(session: Pick<Session, 'client'>, workflowId: string): Promise<FoundRun> {
  const handle = session.client.workflow.getHandle(workflowId);
  try {
    const description = await handle.describe();
    if (description.type === workflowTypes.answerQuestion) return { handle, description, runId: description.runId };
    throw new CommandFailure(`${workflowId} is not the run of a question (it is a ${description.type})`);
  } catch (error) {
    if (!(error instanceof WorkflowNotFoundError)) throw error;
    throw new CommandFailure(`there is no run ${workflowId}: "switchyard runs" lists those there are`);
  }
}

export function isOpen({ description }: FoundRun): boolean {
  return description.closeTime === undefined;
}
