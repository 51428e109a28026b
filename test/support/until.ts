/** Waits for a state of something that cannot call back, and fails with a message when it never comes. */
import { setTimeout as pause } from 'node:timers/promises';

/** Between two looks that each ask a workflow: the server and a worker work for the answer. */
export const queryPauseMs = 200;

/** Asks again until the answer is not null, for at most `seconds`, with a pause between two looks. */
export async function until<Found>(look: () => Promise<Found | null>, seconds = 20, pauseMs = 50): Promise<Found> {
  const deadlineMs = Date.now() + seconds * 1000;
  for (;;) {
    const found = await look();
    if (found !== null) return found;
    if (Date.now() > deadlineMs) throw new Error(`it did not happen within ${seconds} s`);
    await pause(pauseMs);
  }
}
