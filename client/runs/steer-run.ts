/** Cancels or pauses a run, resumes one that waits, or retries one that ended unavailable. */
import { setTimeout as sleep } from 'node:timers/promises';
import { exitCodes } from '../exit-codes.ts';
import { CommandFailure } from '../../lib/errors.ts';
import { type FoundRun, findRun, isOpen } from './find-run.ts';
import { resetToFailedCall, steer } from './steering.ts';
import { listenForInterrupt } from '../terminal/interrupt.ts';
import { note, print, printJson } from '../terminal/output.ts';
import { openProgressView } from '../terminal/progress-view.ts';
import { readSettings } from '../input/read-settings.ts';
import { reportDetached, reportEnding } from '../ask/report-ending.ts';
import { openSession, type Session } from '../session.ts';
import { outcomeOf, progressOf, watchRun } from '../ask/watch-run.ts';

/** How long a cancelled run may take to end in order: it aborts the model call that is open. */
const cancelLimitMs = 20_000;
/** How long a run may take to hear that it should go on. */
const wakeLimitMs = 10_000;

/** Asks the run to stop, and waits a while until it has. */
export async function cancelRun(workflowId: string, json: boolean): Promise<number> {
  const settings = readSettings();
  using interrupt = listenForInterrupt();
  const { signal } = interrupt;
  // An id that does not exist is told before a worker is started, without which a run does not hear of its end.
  await using session = await openSession({ settings, need: 'server', onProgress: note, signal });
  const run = await findOpenRun(session, workflowId);
  await using _worker = await openSession({ settings, need: 'worker', onProgress: note, signal });
  await run.handle.cancel();
  const limit = new AbortController();
  const late = sleep(cancelLimitMs, null, { signal: AbortSignal.any([limit.signal, signal]) }).catch(() => null);
  const end = await Promise.race([outcomeOf(run.handle), late]);
  limit.abort();
  const outcome = end?.outcome.kind ?? null;
  if (json)
    printJson({ workflowId, runId: run.runId, webUrl: session.urlOf(workflowId, run.runId), requested: true, outcome });
  else
    print(
      outcome === null
        ? `${workflowId} was asked to stop and has not ended yet`
        : `${workflowId} has ended: ${outcome}`,
    );
  return exitCodes.worked;
}

/** Tells the run to begin nothing new. */
export async function pauseRun(workflowId: string, json: boolean): Promise<number> {
  const settings = readSettings();
  using interrupt = listenForInterrupt();
  await using session = await openSession({ settings, need: 'server', onProgress: note, signal: interrupt.signal });
  const run = await findOpenRun(session, workflowId);
  await steer(session, 'pause', run.handle);
  if (json) printJson({ workflowId, runId: run.runId, webUrl: session.urlOf(workflowId, run.runId), paused: true });
  else print(`${workflowId} begins nothing new until "switchyard runs resume ${workflowId}"`);
  return exitCodes.worked;
}

type Follow = { json: boolean; detach: boolean };

/** Tells the run to go on, and follows it until it ends or waits once more. */
export async function resumeRun(workflowId: string, follow: Follow): Promise<number> {
  const tell = async (session: Session) => {
    const run = await findOpenRun(session, workflowId);
    await steer(session, 'resume', run.handle);
    return run;
  };
  return goOn(workflowId, follow, { check: findOpenRun, tell });
}

/** Has a run that ended unavailable go on at the call that failed, and follows it; one that waits is resumed. */
export async function retryRun(workflowId: string, follow: Follow): Promise<number> {
  const tell = async (session: Session) => {
    const run = await findRun(session, workflowId);
    if (isOpen(run)) {
      await steer(session, 'resume', run.handle);
      return run;
    }
    const { runId, error } = await resetToFailedCall(session, run.handle);
    if (runId === null) throw new CommandFailure(`the run ${workflowId} cannot be retried: ${error}`);
    return { ...run, handle: session.client.workflow.getHandle(workflowId, runId), runId };
  };
  return goOn(workflowId, follow, { check: findRun, tell });
}

type Steps = {
  /** Before a worker is started, without which a run does not hear anything. */
  check: (session: Session, workflowId: string) => Promise<FoundRun>;
  /** Has the run go on. @returns the run to follow */
  tell: (session: Session) => Promise<FoundRun>;
};

async function goOn(workflowId: string, { json, detach }: Follow, { check, tell }: Steps): Promise<number> {
  const settings = readSettings();
  using interrupt = listenForInterrupt();
  await using view = await openProgressView();
  const request = { settings, onProgress: view.preparing, signal: interrupt.signal };
  await using known = await openSession({ ...request, need: 'server' });
  await check(known, workflowId);
  await using session = await openSession({ ...request, need: 'worker' });
  const run = await tell(session);
  const report = { ...run, session, json };
  if (detach) {
    await view[Symbol.asyncDispose]();
    return reportDetached(report);
  }
  await untilAwake(session, run);
  const ending = await watchRun({
    session,
    handle: run.handle,
    signal: interrupt.signal,
    onProgress: (progress) => {
      // That it waits again is how it ends for us, and is reported there.
      if (progress.waitingFor === null) view.update(progress, workflowId);
    },
    stopWhenWaiting: true,
  });
  await view[Symbol.asyncDispose]();
  return await reportEnding(report, ending);
}

/** The signal needs a moment to arrive: until then the run says that it waits, as it did before. */
async function untilAwake(session: Session, { handle }: FoundRun): Promise<void> {
  const deadline = Date.now() + wakeLimitMs;
  while (Date.now() < deadline) {
    const progress = await progressOf(session, handle);
    if (progress !== null && progress.waitingFor === null) return;
    await sleep(100);
  }
}

async function findOpenRun(session: Session, workflowId: string): Promise<FoundRun> {
  const run = await findRun(session, workflowId);
  if (isOpen(run)) return run;
  throw alreadyEnded(workflowId);
}

function alreadyEnded(workflowId: string): CommandFailure {
  return new CommandFailure(`the run ${workflowId} has already ended: "switchyard runs show ${workflowId}" shows it`);
}
