/** Prints how a command's view of a run ended, and gives the exit code. */
import type { WorkflowHandle } from '@temporalio/client';
import { exitCodeOf, exitCodes } from '../exit-codes.ts';
import { linkLines, linkNotice, outcomeText } from './outcome-text.ts';
import { note, print, printJson, styleOf } from '../terminal/output.ts';
import { waitingText } from '../../application/words/run-words.ts';
import {
  type FinishedRun,
  finishedRun,
  helpOn,
  identityOf,
  keyedFields,
  runRecord,
  serverStops,
} from '../../application/runs/run-record.ts';
import type { Session } from '../../application/session/session.ts';
import type { RunEnding } from './follow-run.ts';

export type RunToReport = { session: Session; handle: WorkflowHandle; runId: string; json: boolean };

/** Results go to stdout, what to do next to stderr. */
export async function reportEnding(run: RunToReport, ending: RunEnding): Promise<number> {
  switch (ending.kind) {
    case 'finished':
      printFinished(await finishedRun(run.session, run, ending.outcome), run.json);
      if (run.json && serverStops(run.session)) note(`the Web UI ${linkNotice}`);
      return exitCodeOf(ending.outcome.kind);
    case 'waiting': {
      const { waitingFor } = ending.progress;
      if (run.json) printJson({ ...identityOf(run.session, run), outcome: null, waitingFor, ...helpOn(waitingFor) });
      note(waitingText(ending.progress, run.handle.workflowId) ?? 'waiting');
      return exitCodes.failed;
    }
    case 'interrupted':
      if (run.json) printJson({ ...identityOf(run.session, run), outcome: null, interrupted: true });
      note(
        `left ${run.handle.workflowId} as it stands: "switchyard up" takes it up again, "switchyard runs show ${run.handle.workflowId}" shows it`,
      );
      return exitCodes.interrupted;
    default:
      return ending satisfies never;
  }
}

/** For a run that goes on without this command. */
export function reportDetached(run: RunToReport): number {
  const { session, handle } = run;
  if (run.json) printJson({ ...identityOf(run.session, run), outcome: null, detached: true });
  else
    print(
      [handle.workflowId, ...linkLines(session.urlOf(handle.workflowId, run.runId), serverStops(session))].join('\n'),
    );
  if (serverStops(session)) note('it makes progress while a runtime is up: start one with "switchyard up"');
  note(`see it with: switchyard runs show ${handle.workflowId}`);
  return exitCodes.worked;
}

export function printFinished(run: FinishedRun, json: boolean): void {
  if (json) printJson(runRecord(run), keyedFields);
  else print(outcomeText(run, styleOf(process.stdout)));
}
