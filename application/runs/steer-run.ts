/** Cancels or pauses a run, resumes one that waits, or retries one that ended unavailable. */
import { setTimeout as sleep } from 'node:timers/promises';
import type { AnswerOutcome } from '../../contracts/run.ts';
import { RunNotRetryable } from '../errors.ts';
import type { Session } from '../session/session.ts';
import { type FoundRun, findOpenRun, findRun, isOpen } from './find-run.ts';
import { resetToFailedCall, steer } from './steering.ts';
import { outcomeOf, progressOf } from './watch-run.ts';

/** How long a cancelled run may take to end in order: it aborts the model call that is open. */
const cancelLimitMs = 20_000;
/** How long a run may take to hear that it should go on. */
const wakeLimitMs = 10_000;

/**
 * Asks an open run to stop, and waits a while until it has; what it has found so far is kept. It hears of it by a worker.
 * @returns how it has ended; null where it has not yet
 */
export async function cancelRun({ handle }: FoundRun, signal: AbortSignal): Promise<AnswerOutcome | null> {
  await handle.cancel();
  const limit = new AbortController();
  const late = sleep(cancelLimitMs, null, { signal: AbortSignal.any([limit.signal, signal]) }).catch(() => null);
  const end = await Promise.race([outcomeOf(handle), late]);
  limit.abort();
  return end?.outcome ?? null;
}

/** Tells the run to begin nothing new. @throws RunNotFound; RunHasEnded */
export async function pauseRun(session: Session, workflowId: string): Promise<FoundRun> {
  const run = await findOpenRun(session, workflowId);
  await steer(session, 'pause', run.handle);
  return run;
}

/** Tells the run to go on. @throws RunNotFound; RunHasEnded */
export async function resumeRun(session: Session, workflowId: string): Promise<FoundRun> {
  const run = await findOpenRun(session, workflowId);
  await steer(session, 'resume', run.handle);
  return run;
}

/**
 * Has a run that ended unavailable go on at the call that failed; one that waits is resumed.
 * @returns the run that goes on, which has another run id
 * @throws RunNotFound; RunNotRetryable
 */
export async function retryRun(session: Session, workflowId: string): Promise<FoundRun> {
  const run = await findRun(session, workflowId);
  if (isOpen(run)) {
    await steer(session, 'resume', run.handle);
    return run;
  }
  const { runId, error } = await resetToFailedCall(session, run.handle);
  if (runId === null) throw new RunNotRetryable(workflowId, error);
  return { ...run, handle: session.client.workflow.getHandle(workflowId, runId), runId };
}

/** The signal needs a moment to arrive: until then the run says that it waits, as it did before. */
export async function untilAwake(session: Session, { handle }: FoundRun): Promise<void> {
  const deadline = Date.now() + wakeLimitMs;
  while (Date.now() < deadline) {
    const progress = await progressOf(session, handle);
    if (progress !== null && progress.waitingFor === null) return;
    await sleep(100);
  }
}
