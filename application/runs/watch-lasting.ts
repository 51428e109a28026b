/** Watches a run for a program that stays, through losses of the runtime. */
import type { LastingSession } from '../session/lasting-session.ts';
import { isGone } from '../session/runtime-loss.ts';
import { typedError } from '../errors.ts';
import { type WatchEvent, withDrafts } from './watch-drafts.ts';
import { watchRun } from './watch-run.ts';

/** A runtime that goes away again and again is given up. */
const lossesAllowed = 5;

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
      const known = typedError(error)?.code ?? '';
      const mayBeLost = losses < lossesAllowed && ['RuntimeGone', 'ServerUnavailable'].includes(known);
      if (!mayBeLost || !(await isGone(session))) throw error;
    }
  }
}
