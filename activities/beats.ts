/** Beats for the whole life of an activity that is no part of a run, so that its worker's death is noticed in seconds. */
import { Context } from '@temporalio/activity';

const everyMs = 3_000;

export function beats(): Disposable {
  const context = Context.current();
  context.heartbeat();
  const timer = setInterval(() => context.heartbeat(), everyMs);
  return { [Symbol.dispose]: () => clearInterval(timer) };
}
