/** Finds a question's run by id, or says in one line that there is none. */
import { type WorkflowExecutionDescription, type WorkflowHandle, WorkflowNotFoundError } from '@temporalio/client';
import { workflowTypes } from '../../contracts/names.ts';
import { UsageError } from '../../lib/errors.ts';
import type { Session } from '../session.ts';

export type FoundRun = { handle: WorkflowHandle; description: WorkflowExecutionDescription; runId: string };

/** @throws UsageError for an id that no question's run has */
export async function findRun(session: Pick<Session, 'client'>, workflowId: string): Promise<FoundRun> {
  const handle = session.client.workflow.getHandle(workflowId);
  try {
    const description = await handle.describe();
    if (description.type === workflowTypes.answerQuestion) return { handle, description, runId: description.runId };
    throw new UsageError(
      `${workflowId} is not the run of a question but of the workflow ${description.type}: "switchyard runs" lists those of questions`,
    );
  } catch (error) {
    if (!(error instanceof WorkflowNotFoundError)) throw error;
    throw new UsageError(`there is no run ${workflowId}: "switchyard runs" lists those there are`);
  }
}

export function isOpen({ description }: FoundRun): boolean {
  return description.closeTime === undefined;
}
