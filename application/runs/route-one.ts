/** Routes one question in a run of its own. */
import { WorkflowFailedError } from '@temporalio/client';
import { CancelledFailure } from '@temporalio/common';
import { failurePage } from '../../contracts/failures.ts';
import { shownDocument } from '../../lib/own-files.ts';
import { routeLimit, workflowTaskTimeout, workflowTypes } from '../../contracts/names.ts';
import { type RouteInput, RouteResult } from '../../contracts/run.ts';
import type { Usage } from '../../contracts/chat.ts';
import { Interrupted } from '../errors.ts';
import { summaryText } from '../../lib/printable.ts';
import { newRunId } from './start-run.ts';
import { probabilitiesByRoute } from './run-record.ts';
import type { Session } from '../session/session.ts';
import { failureKindOf, reasonOf } from '../session/temporal.ts';

export type Routed = {
  id: string;
  expected: string | null;
} /** `help` is the page about the failure, where it is one that has a page. */ & (
  | { error: string; help?: string }
  | {
      route: string;
      /** By route, most likely first. */
      probabilities: Record<string, number>;
      fallback: boolean;
      source: string;
      model: string | null;
      usage: Usage;
    }
);

/**
 * A router that fails is a result with an error, so that the other questions of a file go on.
 * @throws Interrupted once the signal says so; the run is cancelled then
 */
export async function routeOne(
  session: Session,
  input: RouteInput,
  about: { id: string; expected_route?: string | null | undefined },
  signal: AbortSignal,
): Promise<Routed> {
  const handle = await session.client.workflow.start(workflowTypes.routeQuestion, {
    workflowId: newRunId('route'),
    taskQueue: session.taskQueue,
    args: [input],
    workflowExecutionTimeout: routeLimit(input.limits),
    workflowTaskTimeout,
    staticSummary: summaryText(input.question),
  });
  const cancel = () => void handle.cancel();
  signal.addEventListener('abort', cancel, { once: true });
  const row = { id: about.id, expected: about.expected_route ?? null };
  try {
    const { probabilities, ...result } = RouteResult.parse(await handle.result());
    return { ...row, ...result, probabilities: probabilitiesByRoute({ probabilities }) ?? {} };
  } catch (error) {
    if (!(error instanceof WorkflowFailedError)) throw error;
    if (signal.aborted && error.cause instanceof CancelledFailure) throw new Interrupted();
    const kind = failureKindOf(error);
    return { ...row, error: reasonOf(error), ...(kind !== null && { help: shownDocument(failurePage(kind)) }) };
  } finally {
    signal.removeEventListener('abort', cancel);
  }
}
