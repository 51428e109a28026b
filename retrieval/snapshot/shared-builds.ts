/**
 * Lets callers who want the same build share one that has not begun: fifty questions about a folder read it once or
 * twice, and each still gets the folder as it was at some moment after the asking.
 */
import type { Snapshot } from '../../contracts/snapshot.ts';
import type { SnapshotSource } from './snapshot-source.ts';
import type { OnProgress } from '../worker-threads/thread-tasks.ts';

type Options = { signal: AbortSignal; onProgress?: OnProgress | undefined };
export type Build = (source: SnapshotSource, options: Options) => Promise<Snapshot>;

/** One build with all who wait for it; it is given up when none is left. */
type Shared = { result: Promise<Snapshot>; waiting: number; giveUp: AbortController; listeners: Set<OnProgress> };

export function sharedBuilds(build: Build): Build {
  const running = new Map<string, Shared>();
  const next = new Map<string, Shared>();

  const begin = (key: string, source: SnapshotSource, after: Promise<unknown>): Shared => {
    const shared: Shared = {
      result: after.then(() => {
        next.delete(key);
        running.set(key, shared);
        const onProgress: OnProgress = (progress) => {
          for (const listen of shared.listeners) listen(progress);
        };
        return build(source, { signal: shared.giveUp.signal, onProgress }).finally(() => {
          if (running.get(key) === shared) running.delete(key);
        });
      }),
      waiting: 0,
      giveUp: new AbortController(),
      listeners: new Set(),
    };
    next.set(key, shared);
    return shared;
  };

  return async (source, { signal, onProgress }) => {
    signal.throwIfAborted();
    const key = JSON.stringify(source);
    const before = running.get(key)?.result ?? Promise.resolve();
    const shared =
      next.get(key) ??
      begin(
        key,
        source,
        before.catch(() => {}),
      );
    return waitFor(shared, signal, onProgress, () => {
      if (next.get(key) === shared) next.delete(key);
    });
  };
}

async function waitFor(
  shared: Shared,
  signal: AbortSignal,
  onProgress: OnProgress | undefined,
  onAbandoned: () => void,
): Promise<Snapshot> {
  const aborted = Promise.withResolvers<never>();
  const leave = () => aborted.reject(signal.reason);
  signal.addEventListener('abort', leave, { once: true });
  if (onProgress !== undefined) shared.listeners.add(onProgress);
  shared.waiting += 1;
  try {
    return await Promise.race([shared.result, aborted.promise]);
  } finally {
    signal.removeEventListener('abort', leave);
    if (onProgress !== undefined) shared.listeners.delete(onProgress);
    shared.waiting -= 1;
    if (shared.waiting === 0 && signal.aborted) {
      onAbandoned();
      shared.result.catch(() => {});
      shared.giveUp.abort(signal.reason);
    }
  }
}
