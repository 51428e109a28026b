/** What happens when the runtime that a session has joined goes away. */
import { setTimeout as sleep } from 'node:timers/promises';
import { RuntimeGone, typedError } from '../errors.ts';
import type { Session } from './session.ts';

/**
 * @param goesOn how a person goes on with this work in another runtime
 * @throws RuntimeGone once the runtime is gone, else whatever the work gives
 */
export async function unlessLost<Result>(
  { lost }: Session,
  work: Promise<Result>,
  goesOn = '"switchyard up" takes them up again, "switchyard runs" lists them',
): Promise<Result> {
  const gone = await Promise.race([work.then(() => false), lost.then(() => true)]);
  if (!gone) return work;
  // Nobody waits for the work any more, and it may still fail.
  work.catch(() => {});
  throw new RuntimeGone(`the runtime went away; runs are kept: ${goesOn}`);
}

/** A runtime that goes away again and again is given up. */
const sessionsAtMost = 3;
/** The error of a call may be here before the news that the runtime has gone. */
const newsMs = 1000;

/**
 * Opens a session and does the first work in it, such as the start of a run. Where the runtime goes away before that is
 * done, both are done again: `tries` is then more than 1, and the work may have been done already.
 * @returns the session in which it was done, to be left by the caller
 * @throws what the work throws while its runtime lives
 */
export async function inLastingSession<Result>(
  open: () => Promise<Session>,
  work: (session: Session, tries: number) => Promise<Result>,
): Promise<{ session: Session; result: Result }> {
  for (let tries = 1; ; tries += 1) {
    const session = await open();
    try {
      return { session, result: await work(session, tries) };
    } catch (error) {
      const isLost = tries < sessionsAtMost && (await isGone(session));
      await session[Symbol.asyncDispose]();
      if (!isLost) throw error;
    }
  }
}

const lossCodes: readonly string[] = ['RuntimeGone', 'ServerUnavailable'];

/** Whether work has failed since the runtime of its session went away, so that it may be done again in another one. */
export async function isLoss(error: unknown, session: Pick<Session, 'runtime' | 'lost'>): Promise<boolean> {
  return lossCodes.includes(typedError(error)?.code ?? '') && (await isGone(session));
}

/** Whether the runtime of the session has gone away, which may be known a moment later than its calls fail. */
async function isGone({ runtime, lost }: Pick<Session, 'runtime' | 'lost'>): Promise<boolean> {
  if (runtime === null) return false;
  const news = new AbortController();
  const late = sleep(newsMs, false, { signal: news.signal }).catch(() => false);
  return Promise.race([lost.then(() => true), late]).finally(() => news.abort());
}
