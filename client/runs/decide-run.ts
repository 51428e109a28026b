/**
 * Tells a run what a person has decided, so that it is taken once whatever happens: by an update, whose answer says what
 * became of it, and where no worker takes that in time by a signal of the same shape, which the server keeps. An update that
 * no worker has taken is lost with a server that is killed; where both arrive, the run knows the second for the first.
 */
import {
  type Client,
  type Connection,
  WorkflowNotFoundError,
  WorkflowUpdateFailedError,
  WorkflowUpdateRPCTimeoutOrCancelledError,
} from '@temporalio/client';
import { type Decision, DecisionAnswer } from '../../contracts/decision.ts';
import { signals, updates } from '../../contracts/names.ts';
import { CommandFailure, messageOf, UsageError } from '../../lib/errors.ts';

/** `sent`: no worker runs; the server keeps the decision until one does. */
export type Told = DecisionAnswer | { kind: 'sent' };

/** How long a worker may take to answer an update. */
const updateMs = 5_000;

type Server = { client: Client; connection: Connection };

/** @throws UsageError for what is no decision; CommandFailure where the run has ended */
export async function decideRun({ client, connection }: Server, workflowId: string, decision: Decision): Promise<Told> {
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
    if (error instanceof WorkflowUpdateFailedError) throw new UsageError(messageOf(error.cause));
    if (!(error instanceof WorkflowNotFoundError)) throw error;
    throw new CommandFailure(`the run ${workflowId} has already ended: "switchyard runs show ${workflowId}" shows it`);
  }
}
