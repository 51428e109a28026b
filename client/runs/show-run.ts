/** Shows one run in full: its outcome when it has ended, its state while it goes on. */
import type { RunProgress, ToolAsked } from '../../contracts/run.ts';
import { exitCodes } from '../exit-codes.ts';
import { CommandFailure } from '../../lib/errors.ts';
import { type FoundRun, findRun, isOpen } from './find-run.ts';
import { type Interrupt, listenForInterrupt } from '../terminal/interrupt.ts';
import { note, print, printJson } from '../terminal/output.ts';
import { printableLine } from '../../lib/printable.ts';
import { progressLine, waitingText } from '../terminal/progress-text.ts';
import { readSettings } from '../input/read-settings.ts';
import { linkLines } from '../ask/outcome-text.ts';
import { finishedRun, helpOn, printFinished, serverStops } from '../ask/report-ending.ts';
import { keyedFields, stateRecord } from '../ask/run-record.ts';
import { openSession, type Session } from '../session.ts';
import { outcomeOf, progressOf } from '../ask/watch-run.ts';

/** How often a worker that has just started may be asked before we give up: a query takes two seconds at most. */
const tries = 10;

export async function showRun(workflowId: string, json: boolean): Promise<number> {
  const settings = readSettings();
  using interrupt = listenForInterrupt();
  await using session = await openSession({ settings, need: 'server', onProgress: note, signal: interrupt.signal });
  const run = await findRun(session, workflowId);
  if (!isOpen(run)) {
    const { outcome } = await outcomeOf(run.handle);
    printFinished(await finishedRun({ ...run, session, json }, outcome), json);
    return exitCodes.worked;
  }
  // Only a worker can tell the state of a run that goes on; that it then makes progress is what was asked for.
  await using working = await openSession({ settings, need: 'worker', onProgress: note, signal: interrupt.signal });
  await showOpenRun(working, await findRun(working, workflowId), { json, interrupt });
  return exitCodes.worked;
}

async function showOpenRun(
  session: Session,
  { handle, runId }: FoundRun,
  { json, interrupt }: { json: boolean; interrupt: Interrupt },
): Promise<void> {
  let progress: RunProgress | null = null;
  for (let left = tries; left > 0 && progress === null && !interrupt.signal.aborted; left -= 1)
    progress = await progressOf(session, handle);
  if (progress === null)
    throw new CommandFailure(`the run ${handle.workflowId} goes on, and no worker tells its state`);
  const webUrl = session.urlOf(handle.workflowId, runId);
  const { state, ...now } = progress;
  const { workflowId } = handle;
  const known = { workflowId, runId, webUrl, outcome: null, ...now, ...helpOn(now.waitingFor), ...stateRecord(state) };
  if (json) printJson(known, keyedFields);
  else print(openRunText(progress, workflowId, linkLines(webUrl, serverStops(session))));
}

const toolText = ({ specialist, tool, argumentsText }: ToolAsked): string =>
  printableLine(`  ${specialist} runs ${tool} ${argumentsText}`).slice(0, 160);

function openRunText(progress: RunProgress, workflowId: string, link: readonly string[]): string {
  const { state } = progress;
  const drafts = state.specialist_output.map(
    (output) => `  ${output.specialist}, try ${output.try}: ${output.kind}, ${output.citations.length} citations`,
  );
  const lines = [
    printableLine(state.question),
    waitingText(progress, workflowId) ?? progressLine(progress),
    ...progress.tools_asked.map(toolText),
    ...drafts,
    ...link,
  ];
  return lines.filter((line) => line !== null).join('\n');
}
