/**
 * Finds the call that ends its workers among the many that are lost with them.
 *
 * 1. A worker that dies loses whatever it was at: forty calls, of which one at most is to blame. So a loss says little
 *    about each. After a few of them a call is a suspect, and of suspects a worker process is at one at a time.
 * 2. Who finds the place taken is given back before anything is done, and comes back soon: it holds no slot meanwhile, and
 *    a worker that dies then says nothing about it.
 * 3. While a suspect is at work its worker takes little else (worker/activity-slots.ts): it is soon done, or soon found out.
 * 4. A suspect begins only once the server knows of the attempt. An attempt that the server does not know of when it is
 *    lost had not begun; so each loss that counts is one in which the call was at work as the only suspect.
 */
import type { Context } from '@temporalio/activity';
import { ActivityCancelledError } from '@temporalio/client';
import type { Carried } from './attempts.ts';

/** The place of this process. */
let taken = false;
const watching = new Set<(taken: boolean) => void>();

/** Null where somebody else has it. */
export function enterQuarantine(): Disposable | null {
  if (taken) return null;
  set(true);
  return { [Symbol.dispose]: () => set(false) };
}

function set(isTaken: boolean): void {
  taken = isTaken;
  for (const tell of watching) tell(isTaken);
}

/** @param tell called whenever a suspect begins or ends in this process */
export function watchQuarantine(tell: (taken: boolean) => void): Disposable {
  watching.add(tell);
  return { [Symbol.dispose]: () => watching.delete(tell) };
}

/** Before a suspect comes back. By lot: others come back, too. */
export const asideMs = (): number => 300 + Math.round(Math.random() * 700);

/** Resolves once the server knows. @throws Error where it does not answer, or knows the attempt no more */
export async function announce({ client, info }: Context, details: Carried): Promise<void> {
  try {
    await client.activity.heartbeat(info.taskToken, details);
  } catch (error) {
    // The attempt hears of that by itself.
    if (!(error instanceof ActivityCancelledError)) throw error;
  }
}
