/** Adds up what is recorded of a benchmark, so that one that is taken up again shows all of it. */
import type { BenchmarkTally } from '../contracts/benchmark.ts';
import type { RunLogRecord } from '../contracts/run-log.ts';
import { addUsage, noUsage } from '../contracts/usage-sum.ts';
import { usageOfRecord } from './run-log/logged-state.ts';

/** @param variants names, in their order */
export function emptyTally(variants: readonly string[]): BenchmarkTally {
  return {
    arms: Object.fromEntries(variants.map((variant) => [variant, { done: 0, graded: 0, right: 0 }])),
    failed: 0,
    usage: noUsage,
    rateLimited: 0,
  };
}

/** Changes the tally. How often a record's run met a 429 is not in the log. */
export function countRecord(tally: BenchmarkTally, record: RunLogRecord, right: boolean | null): void {
  const variant = tally.arms[record.variant] ?? { done: 0, graded: 0, right: 0 };
  tally.arms[record.variant] = {
    done: variant.done + 1,
    graded: variant.graded + (right === null ? 0 : 1),
    right: variant.right + (right === true ? 1 : 0),
  };
  tally.failed += record.error === null ? 0 : 1;
  const usage = usageOfRecord(record);
  if (usage !== null) tally.usage = addUsage(tally.usage, usage);
}
