/** Watches a run for a program that stays, through losses of the runtime. */
import { type LastingSession, lossesAllowed } from '../session/lasting-session.ts';
import { isLoss } from '../session/runtime-loss.ts';
import { type WatchEvent, withDrafts } from './watch-drafts.ts';
import { watchRun } from './watch-run.ts';

/**
 * The events of `watchRun`; where the runtime goes away, those of the same run in the next one, which begin with `started` again.
 * @param streams the sockets of this data directory's workers, to hear of drafts too; null: of stages alone
 * @throws RunBroken; what opening a session throws
 */
export async function* watchLasting(
  lasting: LastingSession,
  run: { workflowId: string; runId: string },
  { streams, signal }: { streams: string | null; signal: AbortSignal },
): AsyncGenerator<WatchEvent, void> {
  for (let losses = 0; ; losses += 1) {
    const session = await lasting.opened();
    const handle = session.client.workflow.getHandle(run.workflowId, run.runId);
    const events = watchRun(session, { handle, runId: run.runId }, signal);
    try {
      yield* streams === null ? events : withDrafts(events, streams, run);
      return;
    } catch (error) {
      if (losses >= lossesAllowed || !(await isLoss(error, session))) throw error;
    }
  }
}
