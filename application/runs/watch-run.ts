/** Follows a run to its end: asks for its state, four times a second at first and once in the end, and waits for its outcome. */
import { setTimeout as sleep } from 'node:timers/promises';
import { isDeepStrictEqual } from 'node:util';
import {
  isGrpcServiceError,
  QueryNotRegisteredError,
  WorkflowFailedError,
  type WorkflowHandle,
} from '@temporalio/client';
import { queries } from '../../contracts/names.ts';
import { AnswerOutcome, RunProgress } from '../../contracts/run.ts';
import { RunBroken, RunSilent } from '../errors.ts';
import { unlessLost } from '../session/runtime-loss.ts';
import type { Session } from '../session/session.ts';
import { reasonOf } from '../session/temporal.ts';

/** What is told of a run: that it has started, each state that differs from the one before, and its end. */
export type RunEvent =
  | { kind: 'started'; workflowId: string; runId: string; webUrl: string | null }
  /** Its state is another one than before. */
  | { kind: 'progress'; progress: RunProgress }
  /** The same of a run that waits for its provider, or was paused. */
  | { kind: 'waiting'; progress: RunProgress }
  | { kind: 'finished'; outcome: AnswerOutcome };

export type WatchedRun = { handle: WorkflowHandle; runId: string };

/** A query is a task of the worker: a run that takes long is looked at less often. */
const pollMs = { first: 250, most: 1000, growth: 1.1 };
const queryLimitMs = 2000;
/** How often a worker that has just started may be asked before we give up: a query takes two seconds at most. */
const tries = 10;

/**
 * The events of a run, `finished` last. Asked for one by one: who reads slowly misses states between, and no event waits.
 * An aborted signal, or a loop that is left, ends the watch and never the run; after an abort there is no `finished`.
 * @throws RunBroken when the run ended without an outcome, RuntimeGone when the runtime went away
 */
export async function* watchRun(
  session: Session,
  { handle, runId }: WatchedRun,
  signal: AbortSignal,
): AsyncGenerator<RunEvent, void> {
  const { workflowId } = handle;
  const over = new AbortController();
  const outcome = session.connection.withAbortSignal(over.signal, () => outcomeOf(handle));
  const aborted = new Promise<null>((resolve) => {
    if (signal.aborted) resolve(null);
    signal.addEventListener('abort', () => resolve(null), { once: true, signal: over.signal });
  });
  const end = unlessLost(session, Promise.race([outcome, aborted]));
  // It may come while nobody asks for an event.
  end.catch(() => {});
  const nextState = stateReader(session, handle, over.signal);
  try {
    yield { kind: 'started', workflowId, runId, webUrl: session.urlOf(workflowId, runId) };
    for (;;) {
      const event = await Promise.race([end, nextState()]);
      if (event !== null) yield event;
      if (event === null || event.kind === 'finished') return;
    }
  } finally {
    over.abort();
  }
}

/** Each call resolves with a state that differs from the one before; with null once the signal is aborted. */
function stateReader(session: Session, handle: WorkflowHandle, signal: AbortSignal) {
  let last: RunProgress | null = null;
  let pauseMs = 0;
  return async (): Promise<RunEvent | null> => {
    for (; ; pauseMs = Math.min(Math.max(pollMs.first, pauseMs * pollMs.growth), pollMs.most)) {
      if (pauseMs > 0) await sleep(pauseMs, undefined, { signal }).catch(() => {});
      if (signal.aborted) return null;
      const progress = await progressOf(session, handle);
      if (progress === null || isDeepStrictEqual(progress, last)) continue;
      last = progress;
      pauseMs = Math.max(pollMs.first, pauseMs);
      return { kind: progress.waitingFor === null ? 'progress' : 'waiting', progress };
    }
  };
}

/**
 * The outcome of a run, waited for.
 * @throws RunBroken when the run ended without one
 */
export async function outcomeOf(handle: WorkflowHandle): Promise<Extract<RunEvent, { kind: 'finished' }>> {
  try {
    const result = AnswerOutcome.safeParse(await handle.result());
    if (result.success) return { kind: 'finished', outcome: result.data };
    throw new RunBroken(`the result of ${handle.workflowId} is not one that this version knows`);
  } catch (error) {
    if (!(error instanceof WorkflowFailedError)) throw error;
    throw new RunBroken(`the run ${handle.workflowId} ended without an outcome: ${reasonOf(error)}`);
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
    if (isUnanswered(error)) return null;
    throw error;
  }
}

/** No worker has answered a query in time; the client wraps what gRPC says. */
export function isUnanswered(error: unknown): boolean {
  const isServiceError = error instanceof Error && error.name === 'ServiceError';
  return isGrpcServiceError(error) || isServiceError || error instanceof QueryNotRegisteredError;
}

/**
 * The state of a run, also where its worker has only just started.
 * @throws RunSilent where none tells it
 */
export async function stateOfRun(session: Session, handle: WorkflowHandle, signal: AbortSignal): Promise<RunProgress> {
  for (let left = tries; left > 0 && !signal.aborted; left -= 1) {
    const progress = await progressOf(session, handle);
    if (progress !== null) return progress;
  }
  throw new RunSilent(handle.workflowId);
}
