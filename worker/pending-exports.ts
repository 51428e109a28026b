/** Counts the exports that this worker has started, so that a short-lived command can give them a moment before it ends. */
import { setTimeout as sleep } from 'node:timers/promises';
import type { ExportInput } from '../contracts/export.ts';

export type PendingExports = {
  add(run: ExportInput): void;
  delete(run: ExportInput): void;
  /** Aborted once exports in flight are to give up; Temporal has them tried again at the next start. */
  giveUp: AbortSignal;
  /** Resolves when none is pending, or when the time is over; whatever is in flight then gives up. */
  drain(limitMs: number): Promise<void>;
};

export function createPendingExports(): PendingExports {
  const pending = new Set<string>();
  const giveUp = new AbortController();
  let onEmpty = () => {};
  return {
    add: ({ runId }) => void pending.add(runId),
    delete: ({ runId }) => {
      pending.delete(runId);
      if (pending.size === 0) onEmpty();
    },
    giveUp: giveUp.signal,
    async drain(limitMs) {
      const done = new AbortController();
      onEmpty = () => done.abort();
      if (pending.size > 0) await sleep(limitMs, undefined, { signal: done.signal }).catch(() => {});
      giveUp.abort(new Error('the worker stops; the trace is sent at its next start'));
    },
  };
}
