/** Deletes the turns of a thread, as `deleteRuns` deletes runs. */
import { type Deleted, deleteRuns } from '../deletion/delete-run.ts';
import type { Removal } from '../deletion/content-of-runs.ts';
import { RunNotFound } from '../errors.ts';
import { findRun, type FoundRun, isOpen } from '../runs/find-run.ts';
import type { TurnRow } from './turns.ts';

/** A turn that goes on is terminated first. @throws StoreUnavailable */
export async function deleteThread(request: Omit<Removal, 'shared'>, turns: readonly TurnRow[]): Promise<Deleted> {
  const found: FoundRun[] = [];
  for (const { id } of turns) {
    const turn = await unlessGone(findRun(request.session, id));
    if (turn === null) continue;
    if (isOpen(turn)) await turn.handle.terminate('its thread was deleted');
    found.push(isOpen(turn) ? await findRun(request.session, id) : turn);
  }
  return await deleteRuns(request, found);
}

/** A list may not know yet what has just been deleted. */
async function unlessGone(looked: Promise<FoundRun>): Promise<FoundRun | null> {
  try {
    return await looked;
  } catch (error) {
    if (error instanceof RunNotFound) return null;
    throw error;
  }
}
