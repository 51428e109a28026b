/** `switchyard runs rate`: says that an answer was good or bad. */
import { userInfo } from 'node:os';
import { rateRun } from '../../application/feedback/rate-run.ts';
import type { RunRating } from '../../application/feedback/ratings.ts';
import { readSettings } from '../../application/read-settings.ts';
import { openSession, type Session } from '../../application/session/session.ts';
import type { Config } from '../../config/config.ts';
import { CommandFailure } from '../../lib/errors.ts';
import { exitCodes } from '../exit-codes.ts';
import { listenForInterrupt } from '../terminal/interrupt.ts';
import { note, print, printJson } from '../terminal/output.ts';

export type RateOptions = { note: string; by?: string; json: boolean };

/** @returns the exit code @throws CommandFailure where the rating was kept and its trace does not have it */
export async function rate(workflowId: string, rating: RunRating['rating'], options: RateOptions): Promise<number> {
  const settings = readSettings();
  using interrupt = listenForInterrupt();
  await using session = await openSession({ settings, need: 'server', onProgress: note, signal: interrupt.signal });
  const { note: why, by = null, json } = options;
  await rateAndTell(session, settings, workflowId, { rating, note: why, by, json });
  return exitCodes.worked;
}

type Given = Pick<RunRating, 'rating' | 'note'> & { by: string | null; json: boolean };

/** @throws CommandFailure where the rating was kept and its trace does not have it */
export async function rateAndTell(
  session: Session,
  settings: Config,
  workflowId: string,
  { rating, note: why, by, json }: Given,
): Promise<void> {
  const who = by ?? settings.user ?? userInfo().username;
  const { rating: rated, sent } = await rateRun(session, settings, workflowId, { rating, note: why, by: who });
  const problem = sent?.ok === false ? sent.problem : null;
  if (json) printJson({ ...rated, sent: sent === null ? null : sent.ok, problem });
  else print(`${workflowId} is rated ${rated.rating}${sent?.ok === true ? ', on its trace too' : ''}`);
  if (problem !== null)
    throw new CommandFailure(`its trace does not have the rating: ${problem}; rate it again to send it`);
}
