/** The run's wall clock: ends the work in time, and does not count time in which nobody could work. */
import { type CancellationScope, condition, sleep } from '@temporalio/workflow';
import type { Run } from './run.ts';

/** A timer that fires this late was held up by a worker that was away. */
const awayMs = 60_000;

/** Cancels the scope once the run's wall clock is spent. */
export async function endInTime(run: Run, scope: CancellationScope): Promise<void> {
  const startMs = Date.now();
  const limitMs = run.ledger.budget.wallClockSeconds * 1000;
  for (let leftMs = limitMs; leftMs > 0; leftMs = limitMs - (Date.now() - startMs - run.freeMs)) {
    const dueMs = Date.now() + leftMs;
    await sleep(leftMs, { summary: 'the time limit of the run' });
    const lateMs = Date.now() - dueMs;
    // While the worker was away nothing was worked: that time is free.
    if (lateMs > awayMs) run.freeMs += Date.now() - run.lastProgressMs;
    if (run.waiting) await condition(() => !run.waiting);
  }
  scope.cancel();
}
