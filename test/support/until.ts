/** Waits for a state of something that cannot call back, and fails with a message when it never comes. */
import { setTimeout as pause } from 'node:timers/promises';

/** Asks again until the answer is not null, for at most `seconds`. */
export async function until<Found>(look: () => Promise<Found | null>, seconds = 20): Promise<Found> {
  const deadlineMs = Date.now() + seconds * 1000;
  for (;;) {
    const found = await look();
    if (found !== null) return found;
    if (Date.now() > deadlineMs) throw new Error(`it did not happen within ${seconds} s`);
    await pause(50);
  }
}
