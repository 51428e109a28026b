/** Shows one run in full: its outcome when it has ended, its state while it goes on. */
import type { RunProgress, ToolAsked } from '../../contracts/run.ts';
import { exitCodes } from '../exit-codes.ts';
import { type FoundRun, findRun, isOpen } from '../../application/runs/find-run.ts';
import { type Interrupt, listenForInterrupt } from '../terminal/interrupt.ts';
import { note, print, printJson } from '../terminal/output.ts';
import { printableLine } from '../../lib/printable.ts';
import { progressLine, waitingText } from '../../application/words/run-words.ts';
import { readRating } from '../../application/feedback/ratings.ts';
import { readSettings } from '../../application/read-settings.ts';
import { linkLines } from '../ask/outcome-text.ts';
import { printFinished } from '../ask/report-ending.ts';
import { keyedFields, openRunRecord, resultOfRun, serverStops } from '../../application/runs/run-record.ts';
import { openSession, type Session } from '../../application/session/session.ts';
import { stateOfRun } from '../../application/runs/watch-run.ts';

export async function showRun(workflowId: string, json: boolean): Promise<number> {
  const settings = readSettings();
  using interrupt = listenForInterrupt();
  await using session = await openSession({ settings, need: 'server', onProgress: note, signal: interrupt.signal });
  const run = await findRun(session, workflowId);
  if (!isOpen(run)) {
    const rating = await readRating(settings, run.runId);
    printFinished({ ...(await resultOfRun(session, workflowId)), rating }, json);
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
  const progress = await stateOfRun(session, handle, interrupt.signal);
  const { workflowId } = handle;
  if (json) printJson(openRunRecord(session, { handle, runId }, progress), keyedFields);
  else print(openRunText(progress, workflowId, linkLines(session.urlOf(workflowId, runId), serverStops(session))));
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
