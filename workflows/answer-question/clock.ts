/** The run's wall clock: ends the work in time, and does not count time in which nobody could work. */
import { type CancellationScope, condition, sleep } from '@temporalio/workflow';
import type { OpenWaits } from './waits.ts';
import type { Run } from './state.ts';

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

/** Cancels the scope once the run's wall clock is spent. */
export async function endInTime(run: Run, scope: CancellationScope): Promise<void> {
  await untilSpent(run.waits, run.budget.limits.wallClockSeconds * 1000, workflowTimers);
  scope.cancel();
}

/** Resolves once so much time has gone by that is not free. */
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
