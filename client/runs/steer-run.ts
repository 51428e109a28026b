/** Cancels or pauses a run; has one go on, and follows it. */
import { findOpenRun, findRun } from '../../application/runs/find-run.ts';
import { cancelRun, pauseRun, resumeRun, retryRun, untilAwake } from '../../application/runs/steer-run.ts';
import { watchRun } from '../../application/runs/watch-run.ts';
import { readSettings } from '../../application/read-settings.ts';
import { openSession } from '../../application/session/session.ts';
import { followRun } from '../ask/follow-run.ts';
import { reportDetached, reportEnding } from '../ask/report-ending.ts';
import { exitCodes } from '../exit-codes.ts';
import { listenForInterrupt } from '../terminal/interrupt.ts';
import { note, print, printJson } from '../terminal/output.ts';
import { openProgressView } from '../terminal/progress-view.ts';

/** Asks the run to stop, and waits a while until it has. */
export async function cancel(workflowId: string, json: boolean): Promise<number> {
  const settings = readSettings();
  using interrupt = listenForInterrupt();
  const { signal } = interrupt;
  // An id that does not exist is told before a worker is started, without which a run does not hear of its end.
  await using session = await openSession({ settings, need: 'server', onProgress: note, signal });
  const run = await findOpenRun(session, workflowId);
  await using _worker = await openSession({ settings, need: 'worker', onProgress: note, signal });
  const outcome = (await cancelRun(run, signal))?.kind ?? null;
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

export async function pause(workflowId: string, json: boolean): Promise<number> {
  const settings = readSettings();
  using interrupt = listenForInterrupt();
  await using session = await openSession({ settings, need: 'server', onProgress: note, signal: interrupt.signal });
  const { runId } = await pauseRun(session, workflowId);
  if (json) printJson({ workflowId, runId, webUrl: session.urlOf(workflowId, runId), paused: true });
  else print(`${workflowId} begins nothing new until "switchyard runs resume ${workflowId}"`);
  return exitCodes.worked;
}

type Follow = { json: boolean; detach: boolean };

/** Has the run go on, and follows it until it ends or waits once more. */
export async function goOn(workflowId: string, action: 'resume' | 'retry', { json, detach }: Follow): Promise<number> {
  const settings = readSettings();
  using interrupt = listenForInterrupt();
  const { signal } = interrupt;
  await using view = await openProgressView();
  const request = { settings, onProgress: view.preparing, signal };
  // An id that does not fit is told before a worker is started, without which a run does not hear anything.
  await using known = await openSession({ ...request, need: 'server' });
  await (action === 'resume' ? findOpenRun : findRun)(known, workflowId);
  await using session = await openSession({ ...request, need: 'worker' });
  const run = await (action === 'resume' ? resumeRun : retryRun)(session, workflowId);
  const report = { ...run, session, json };
  if (detach) {
    await view[Symbol.asyncDispose]();
    return reportDetached(report);
  }
  await untilAwake(session, run);
  const ending = await followRun(watchRun(session, run, signal), {
    onProgress: (progress) => {
      // That it waits again is how it ends for us, and is reported there.
      if (progress.waitingFor === null) view.update(progress, workflowId);
    },
    stopWhenWaiting: true,
  });
  await view[Symbol.asyncDispose]();
  return await reportEnding(report, ending);
}
