/**
 * Tells a run what a person has decided, so that it is taken once whatever happens: by an update, whose answer says what
 * became of it, and where no worker takes that in time by a signal of the same shape, which the server keeps. An update that
 * no worker has taken is lost with a server that is killed; where both arrive, the run knows the second for the first.
 */
import {
  WorkflowNotFoundError,
  WorkflowUpdateFailedError,
  WorkflowUpdateRPCTimeoutOrCancelledError,
} from '@temporalio/client';
import { Decision, DecisionAnswer } from '../../contracts/decision.ts';
import { signals, updates } from '../../contracts/names.ts';
import { messageOf } from '../../lib/errors.ts';
import { InvalidInput, RunHasEnded } from '../errors.ts';
import type { Session } from '../session/session.ts';

/** `sent`: no worker runs; the server keeps the decision until one does. */
export type Told = DecisionAnswer | { kind: 'sent' };

/** How long a worker may take to answer an update. */
const usualUpdateMs = 5_000;

/** @throws InvalidInput for what is no decision; RunHasEnded */
export async function decideRun(
  { client, connection }: Pick<Session, 'client' | 'connection'>,
  workflowId: string,
  given: Decision,
  updateMs = usualUpdateMs,
): Promise<Told> {
  const decision = checked(given);
  const handle = client.workflow.getHandle(workflowId);
  const update = () => handle.executeUpdate<DecisionAnswer, [Decision]>(updates.decide, { args: [decision] });
  try {
    try {
      return DecisionAnswer.parse(await connection.withDeadline(Date.now() + updateMs, update));
    } catch (error) {
      if (!(error instanceof WorkflowUpdateRPCTimeoutOrCancelledError)) throw error;
      await handle.signal<[Decision]>(signals.decide, decision);
      return { kind: 'sent' };
    }
  } catch (error) {
    if (error instanceof WorkflowUpdateFailedError) throw new InvalidInput('decision', messageOf(error.cause));
    if (!(error instanceof WorkflowNotFoundError)) throw error;
    throw new RunHasEnded(workflowId);
  }
}

function checked(given: Decision): Decision {
  const { success, data, error } = Decision.safeParse(given);
  if (success) return data;
  const [issue] = error.issues;
  throw new InvalidInput('decision', `the decision does not fit: ${issue?.path.join('.')}: ${issue?.message}`);
}
