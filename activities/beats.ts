/** Heartbeats for the whole life of an activity, so that silent work never looks like a dead worker, and a dead one is noticed. */
import { Context } from '@temporalio/activity';

/** Three beats within the activity's time-out. @param details what the next attempt finds, read at each beat */
export function beats(details: () => unknown = () => undefined): Disposable {
  const context = Context.current();
  const everyMs = Math.max(200, Math.floor((context.info.heartbeatTimeoutMs ?? 30_000) / 3));
  const beat = () => context.heartbeat(details());
  beat();
  const timer = setInterval(beat, everyMs);
  return { [Symbol.dispose]: () => clearInterval(timer) };
}
