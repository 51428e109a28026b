/** Follows a run to its end: asks for its state, four times a second at first and once in the end, and waits for its outcome. */
import { setTimeout as sleep } from 'node:timers/promises';
import {
  isGrpcServiceError,
  QueryNotRegisteredError,
  WorkflowFailedError,
  type WorkflowHandle,
} from '@temporalio/client';
import { queries } from '../../contracts/names.ts';
import { AnswerOutcome, RunProgress } from '../../contracts/run.ts';
import { CommandFailure } from '../../lib/errors.ts';
import { unlessLost } from '../runtime-loss.ts';
import type { Session } from '../session.ts';
import { reasonOf } from '../temporal.ts';

export type RunEnding =
  | { kind: 'finished'; outcome: AnswerOutcome }
  | { kind: 'interrupted' }
  /** Only where `stopWhenWaiting` asks for it. */
  | { kind: 'waiting'; progress: RunProgress };

export type WatchRequest = {
  session: Session;
  handle: WorkflowHandle;
  signal: AbortSignal;
  onProgress: (progress: RunProgress) => void;
  /** True: a run that waits for a provider is left alone. */
  stopWhenWaiting: boolean;
};

/** A query is a task of the worker: a run that takes long is looked at less often. */
const pollMs = { first: 250, most: 1000, growth: 1.1 };
const queryLimitMs = 2000;

/** @throws CommandFailure when the run broke, was terminated, or the runtime went away */
export async function watchRun(request: WatchRequest): Promise<RunEnding> {
  const { session, handle, signal } = request;
  const aborted = new AbortController();
  const interrupted = new Promise<RunEnding>((resolve) => {
    if (signal.aborted) resolve({ kind: 'interrupted' });
    signal.addEventListener('abort', () => resolve({ kind: 'interrupted' }), { once: true });
  });
  try {
    const ends = Promise.race([outcomeOf(handle), interrupted, poll(request, aborted.signal)]);
    return await unlessLost(session, ends);
  } finally {
    aborted.abort();
  }
}

/**
 * The outcome of a run, waited for.
 * @throws CommandFailure when the run ended without one
 */
export async function outcomeOf(handle: WorkflowHandle): Promise<Extract<RunEnding, { kind: 'finished' }>> {
  try {
    const result = AnswerOutcome.safeParse(await handle.result());
    if (result.success) return { kind: 'finished', outcome: result.data };
    throw new CommandFailure(`the result of ${handle.workflowId} is not one that this version knows`);
  } catch (error) {
    if (!(error instanceof WorkflowFailedError)) throw error;
    throw new CommandFailure(`the run ${handle.workflowId} ended without an outcome: ${reasonOf(error)}`);
  }
}

/** The state of a run, or null while no worker answers. */
export async function progressOf(
  session: Session,
  handle: WorkflowHandle,
  untilMs = Date.now() + queryLimitMs,
): Promise<RunProgress | null> {
  try {
    const answer = await session.connection.withDeadline(untilMs, () => handle.query(queries.state));
    return RunProgress.parse(answer);
  } catch (error) {
    if (isGrpcServiceError(error) || isServiceError(error) || error instanceof QueryNotRegisteredError) return null;
    throw error;
  }
}

/** The client wraps what gRPC says. */
function isServiceError(error: unknown): boolean {
  return error instanceof Error && error.name === 'ServiceError';
}

async function poll(request: WatchRequest, signal: AbortSignal): Promise<RunEnding> {
  const { session, handle } = request;
  for (let pauseMs = pollMs.first; !signal.aborted; pauseMs = Math.min(pauseMs * pollMs.growth, pollMs.most)) {
    const progress = await progressOf(session, handle);
    if (progress !== null && !signal.aborted) {
      request.onProgress(progress);
      if (progress.waitingFor !== null && request.stopWhenWaiting) return { kind: 'waiting', progress };
    }
    await sleep(pauseMs, undefined, { signal }).catch(() => {});
  }
  return { kind: 'interrupted' };
}
