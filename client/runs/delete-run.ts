/** `switchyard runs delete`: deletes a run and what belongs to it. */
import { type Deleted, deleteRun } from '../../application/deletion/delete-run.ts';
import { RunStillGoesOn } from '../../application/errors.ts';
import { readSettings } from '../../application/read-settings.ts';
import { findRun, isOpen } from '../../application/runs/find-run.ts';
import { openSession } from '../../application/session/session.ts';
import { printableLine } from '../../lib/printable.ts';
import { exitCodes } from '../exit-codes.ts';
import { confirmed } from '../terminal/confirm.ts';
import { listenForInterrupt } from '../terminal/interrupt.ts';
import { note, print, printJson } from '../terminal/output.ts';

/** @returns 1 where something could not be removed, or nobody has said yes */
export async function removeRun(workflowId: string, { yes, json }: { yes: boolean; json: boolean }): Promise<number> {
  const settings = readSettings();
  using interrupt = listenForInterrupt();
  const { signal } = interrupt;
  await using session = await openSession({ settings, need: 'server', onProgress: note, signal });
  const run = await findRun(session, workflowId);
  if (isOpen(run)) throw new RunStillGoesOn(workflowId);
  const question = run.description.memo?.question;
  const what = `${workflowId}${typeof question === 'string' ? ` (${printableLine(question)})` : ''}`;
  const why = `history, content, journal, rating and trace of ${what} would be removed for good`;
  if (!yes && !(await confirmed(why, 'Delete it?'))) {
    note('nothing was removed');
    return exitCodes.failed;
  }
  const { removed, kept } = await deleteRun({ session, settings, signal, onProgress: note }, workflowId);
  if (json) printJson({ workflowId, removed, kept });
  else printDeleted(workflowId, { removed, kept });
  return kept.length === 0 ? exitCodes.worked : exitCodes.failed;
}

/** @param what a run, or a thread with all its turns */
export function printDeleted(what: string, { removed, kept }: Deleted): void {
  const { histories, content, journal, traces, ratings } = removed;
  print(
    `${what} is deleted: histories ${histories}, pieces of content ${content}, journals ${journal}, ` +
      `traces ${traces}, ratings ${ratings}`,
  );
  for (const each of kept) note(printableLine(`not removed: ${each}`));
}
