/** `switchyard runs rate`: says that an answer was good or bad. */
import { userInfo } from 'node:os';
import { rateRun } from '../../application/feedback/rate-run.ts';
import type { RunRating } from '../../application/feedback/ratings.ts';
import { readSettings } from '../../application/read-settings.ts';
import { openSession } from '../../application/session/session.ts';
import { exitCodes } from '../exit-codes.ts';
import { listenForInterrupt } from '../terminal/interrupt.ts';
import { note, print, printJson } from '../terminal/output.ts';

export type RateOptions = { note: string; by?: string; json: boolean };

/** @returns 1 where the rating was kept and its trace does not have it */
export async function rate(workflowId: string, rating: RunRating['rating'], options: RateOptions): Promise<number> {
  const settings = readSettings();
  using interrupt = listenForInterrupt();
  await using session = await openSession({ settings, need: 'server', onProgress: note, signal: interrupt.signal });
  const by = options.by ?? settings.user ?? userInfo().username;
  const { rating: rated, sent } = await rateRun(session, settings, workflowId, { rating, note: options.note, by });
  const problem = sent?.ok === false ? sent.problem : null;
  if (options.json) printJson({ ...rated, sent: sent === null ? null : sent.ok, problem });
  else print(`${workflowId} is rated ${rated.rating}${sent?.ok === true ? ', on its trace too' : ''}`);
  if (problem !== null) note(`its trace does not have the rating: ${problem}; rate it again to send it`);
  return problem === null ? exitCodes.worked : exitCodes.failed;
}
