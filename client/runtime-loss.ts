/** Ends a wait when the runtime that would have answered goes away. */
import { CommandFailure } from '../lib/errors.ts';
import type { Session } from './session.ts';

/** @throws CommandFailure once the runtime is gone, else whatever the work gives */
export async function unlessLost<Result>({ lost }: Session, work: Promise<Result>): Promise<Result> {
  const gone = await Promise.race([work.then(() => false), lost.then(() => true)]);
  if (!gone) return work;
  // Nobody waits for the work any more, and it may still fail.
  work.catch(() => {});
  throw new CommandFailure(
    'the runtime went away; runs are kept: "switchyard up" takes them up again, "switchyard runs" lists them',
  );
}
