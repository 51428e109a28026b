/** Prints how a command's view of a run ended, and gives the exit code. */
import type { WorkflowHandle } from '@temporalio/client';
import { failurePage } from '../../contracts/failures.ts';
import type { AnswerOutcome, RunFailure } from '../../contracts/run.ts';
import { exitCodeOf, exitCodes } from '../exit-codes.ts';
import { linkLines, linkNotice, outcomeText } from './outcome-text.ts';
import { colorsFor, columnsOf, note, print, printJson } from '../terminal/output.ts';
import { waitingText } from '../terminal/progress-text.ts';
import { type FinishedRun, keyedFields, runRecord } from './run-record.ts';
import type { Session } from '../session.ts';
import type { RunEnding } from './watch-run.ts';

export type RunToReport = { session: Session; handle: WorkflowHandle; runId: string; json: boolean };

/** Results go to stdout, what to do next to stderr. */
export async function reportEnding(run: RunToReport, ending: RunEnding): Promise<number> {
  switch (ending.kind) {
    case 'finished':
      printFinished(await finishedRun(run, ending.outcome), run.json);
      if (run.json && serverStops(run.session)) note(`the Web UI ${linkNotice}`);
      return exitCodeOf(ending.outcome.kind);
    case 'waiting': {
      const { waitingFor } = ending.progress;
      if (run.json) printJson({ ...identityRecord(run), outcome: null, waitingFor, ...helpOn(waitingFor) });
      note(waitingText(ending.progress, run.handle.workflowId) ?? 'waiting');
      return exitCodes.failed;
    }
    case 'interrupted':
      if (run.json) printJson({ ...identityRecord(run), outcome: null, interrupted: true });
      note(
        `left ${run.handle.workflowId} as it stands: "switchyard up" takes it up again, "switchyard runs show ${run.handle.workflowId}" shows it`,
      );
      return exitCodes.interrupted;
    default:
      return ending satisfies never;
  }
}

/** The page about a failure, where there is one; for `--json`. */
export function helpOn(failure: RunFailure | null): { help?: string } {
  return failure === null ? {} : { help: failurePage(failure.kind) };
}

/** For a run that goes on without this command. */
export function reportDetached(run: RunToReport): number {
  const { session, handle } = run;
  const { webUrl, serverStops } = identity(run);
  if (run.json) printJson({ ...identityRecord(run), outcome: null, detached: true });
  else print([handle.workflowId, ...linkLines(webUrl, serverStops)].join('\n'));
  if (session.runtime?.started === true)
    note('it makes progress while a runtime is up: start one with "switchyard up"');
  note(`see it with: switchyard runs show ${handle.workflowId}`);
  return exitCodes.worked;
}

/** What is known of a run that has ended, its duration as the server tells it. */
export async function finishedRun(run: RunToReport, outcome: AnswerOutcome): Promise<FinishedRun> {
  const { startTime, closeTime } = await run.handle.describe();
  const durationMs = closeTime === undefined ? null : closeTime.getTime() - startTime.getTime();
  return { ...identity(run), durationMs, outcome };
}

export function printFinished(run: FinishedRun, json: boolean): void {
  if (json) printJson(runRecord(run), keyedFields);
  else print(outcomeText(run, { columns: columnsOf(process.stdout), colors: colorsFor(process.stdout) }));
}

function identity({ session, handle, runId }: RunToReport) {
  const webUrl = session.urlOf(handle.workflowId, runId);
  return { workflowId: handle.workflowId, runId, webUrl, serverStops: serverStops(session) };
}

function identityRecord(run: RunToReport) {
  const { workflowId, runId, webUrl } = identity(run);
  return { workflowId, runId, webUrl };
}

/** True where the server was started for this command, so that links to its Web UI end with it. */
export function serverStops({ runtime }: Pick<Session, 'runtime'>): boolean {
  return runtime?.started === true;
}
