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

const lookEveryMs = 500;

/** @param isOver asks the server: another worker may have sent what this one has started */
export function createPendingExports(isOver: (run: ExportInput) => Promise<boolean>): PendingExports {
  const pending = new Map<string, ExportInput>();
  const giveUp = new AbortController();
  let onEmpty = () => {};
  const remove = ({ runId }: ExportInput) => {
    pending.delete(runId);
    if (pending.size === 0) onEmpty();
  };
  return {
    add: (run) => void pending.set(run.runId, run),
    delete: remove,
    giveUp: giveUp.signal,
    async drain(limitMs) {
      const done = new AbortController();
      onEmpty = () => done.abort();
      for (const endMs = Date.now() + limitMs; pending.size > 0 && Date.now() < endMs; ) {
        await sleep(Math.min(lookEveryMs, endMs - Date.now()), undefined, { signal: done.signal }).catch(() => {});
        for (const run of [...pending.values()]) if (await isOver(run)) remove(run);
      }
      giveUp.abort(new Error('the worker stops; the trace is sent at its next start'));
    },
  };
}
