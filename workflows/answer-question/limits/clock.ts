/**
 * The run's wall clock: ends the work in time, and does not count time in which nobody could work.
 *
 * 1. Work is cancelled once its limit has passed in time that `OpenWaits` does not count as free, and not before.
 * 2. While all that is left of the run waits for a person, no timer is set: a wait of days adds nothing to the history.
 * 3. A timer that fires late enough that no worker can have been there gives the absence back as free time.
 * 4. When the work ends first, its timer is cancelled with the scope; when the clock ends it, that is `BudgetSpent` of
 *    `wallClockSeconds`, whereas a cancellation from outside stays one.
 */
import { CancellationScope, condition, isCancellation, sleep } from '@temporalio/workflow';
import { BudgetSpent } from './budget.ts';
import type { OpenWaits } from './waits.ts';

/** What the clock needs of its surroundings. */
export type Timers = {
  /** Milliseconds since the epoch. */
  now(): number;
  sleep(milliseconds: number): Promise<void>;
  until(holds: () => boolean): Promise<void>;
};

const workflowTimers: Timers = {
  now: () => Date.now(),
  sleep: (milliseconds) => sleep(milliseconds, { summary: 'the time limit of the run' }),
  until: (holds) => condition(holds),
};

/** @throws BudgetSpent once the time is spent, after all that the work has called is cancelled; else what the work does */
export async function withinTime<Result>(
  waits: OpenWaits,
  limitSeconds: number,
  work: () => Promise<Result>,
): Promise<Result> {
  const scope = new CancellationScope();
  let outOfTime = false;
  const endInTime = async (): Promise<void> => {
    await untilSpent(waits, limitSeconds * 1000, workflowTimers);
    outOfTime = true;
    scope.cancel();
  };
  try {
    return await scope.run(async () => {
      endInTime().catch(() => {}); // cancelled with the scope when the work ends first
      const result = await work();
      scope.cancel();
      return result;
    });
  } catch (error) {
    throw outOfTime && isCancellation(error) ? new BudgetSpent('wallClockSeconds') : error;
  }
}

/** Resolves once so many milliseconds have gone by that are not free. */
export async function untilSpent(waits: OpenWaits, limitMs: number, { now, sleep, until }: Timers): Promise<void> {
  const startMs = now();
  for (let leftMs = limitMs; leftMs > 0; leftMs = limitMs - (now() - startMs - waits.freeMs)) {
    const dueMs = now() + leftMs;
    await sleep(leftMs);
    waits.timerFired(dueMs);
    // No timer is set while the clock stands: a wait of days would fill the history with them.
    if (waits.isFree) await until(() => !waits.isFree);
  }
}
