/**
 * The run's wall clock: ends the work in time, and does not count time in which nobody could work.
 *
 * 1. Work is cancelled once its limit has passed in time that `OpenWaits` does not count as free, and not before.
 * 2. While all that is left of the run waits for a person, no timer is set: a wait of days adds nothing to the history.
 * 3. A timer that fires late enough that no worker can have been there gives the absence back as free time.
 * 4. Where a person may grant more time, one is asked before the work is cancelled.
 * 5. When the work ends first, its timer is cancelled with the scope; when the clock ends it, that is `BudgetSpent` of
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

/** Asked when the time is over. @returns by how many seconds the limit is raised; 0 ends the work */
export type MoreTime = () => Promise<number>;

/** @throws BudgetSpent once the time is spent, after all that the work has called is cancelled; else what the work does */
export async function withinTime<Result>(
  waits: OpenWaits,
  limitSeconds: number,
  work: () => Promise<Result>,
  moreTime: MoreTime | null = null,
): Promise<Result> {
  const scope = new CancellationScope();
  let outOfTime = false;
  const endInTime = async (): Promise<void> => {
    await untilSpent(waits, limitSeconds * 1000, workflowTimers, moreTime);
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

/** Resolves once so many milliseconds have gone by that are not free, and nobody grants more. */
export async function untilSpent(
  waits: OpenWaits,
  limitMs: number,
  { now, sleep, until }: Timers,
  moreTime: MoreTime | null = null,
): Promise<void> {
  const startMs = now();
  let grantedMs = limitMs;
  const leftMs = () => grantedMs - (now() - startMs - waits.freeMs);
  for (let left = limitMs; left > 0; left = leftMs()) {
    const dueMs = now() + left;
    await sleep(left);
    waits.timerFired(dueMs);
    // No timer is set while the clock stands: a wait of days would fill the history with them.
    if (waits.isFree) await until(() => !waits.isFree);
    while (moreTime !== null && leftMs() <= 0) {
      const seconds = await moreTime();
      if (seconds === 0) return;
      grantedMs += 1000 * seconds;
    }
  }
}
