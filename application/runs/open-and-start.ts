/** Starts a run where nothing is open yet: in a session of its own. */
import type { QuestionInput } from '../../contracts/run.ts';
import { inLastingSession } from '../session/runtime-loss.ts';
import { openSession, type Session, type SessionRequest } from '../session/session.ts';
import { type StartedRun, startRun } from './start-run.ts';

/**
 * Where the runtime goes away before the run was started, both are done again, and the run is still started once.
 * @param tenant for whom, where tenants have fair shares; that of the settings unless given
 * @returns the session too, to be left by the caller
 * @throws RunExists; ServerUnavailable; Interrupted
 */
export async function openAndStart(
  request: SessionRequest,
  input: QuestionInput,
  workflowId: string,
  tenant = request.settings.tenant,
): Promise<{ session: Session; run: StartedRun }> {
  const beganMs = Date.now();
  const { session, result: run } = await inLastingSession(
    () => openSession(request),
    (opened, tries) => startRun(opened, input, workflowId, { tenant, sinceMs: tries > 1 ? beganMs : null }),
  );
  return { session, run };
}
