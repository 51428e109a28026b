/** Deletes the turns of a thread: their histories with questions and answers, and the journal of their replies. */
import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import type { Config } from '../../config/config.ts';
import { dataPaths } from '../../config/data-paths.ts';
import { journalFileName } from '../../contracts/model/journal-key.ts';
import { messageOf } from '../../lib/errors.ts';
import type { Session } from '../session/session.ts';
import type { TurnRow } from './turns.ts';

export type DeletedThread = {
  /** Workflow ids. */
  deleted: string[];
  /** Why a turn is left, one line each. */
  left: string[];
};

/** What the turns alone referred to in the content store goes with the next `gc`. A turn that goes on is terminated first. */
export async function deleteThread(
  session: Session,
  settings: Pick<Config, 'dataDirectory'>,
  turns: readonly TurnRow[],
): Promise<DeletedThread> {
  const { journal } = dataPaths(settings.dataDirectory);
  const done: DeletedThread = { deleted: [], left: [] };
  for (const turn of turns) {
    try {
      await deleteRun(session, turn);
      await rm(join(journal, journalFileName(turn.runId)), { force: true });
      done.deleted.push(turn.id);
    } catch (error) {
      done.left.push(`${turn.id} is left: ${messageOf(error)}`);
    }
  }
  return done;
}

async function deleteRun({ client, namespace }: Session, { id, runId, status }: TurnRow): Promise<void> {
  if (status === 'running' || status === 'waiting')
    await client.workflow.getHandle(id, runId).terminate('its thread was deleted').catch(hasEnded);
  const workflowExecution = { workflowId: id, runId };
  await client.workflowService.deleteWorkflowExecution({ namespace, workflowExecution }).catch(hasEnded);
}

/** NOT_FOUND, as gRPC or the client says it. */
function hasEnded(error: unknown): void {
  const { name, code } = error as { name?: string; code?: number };
  if (name !== 'WorkflowNotFoundError' && code !== 5) throw error;
}
