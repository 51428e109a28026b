/** Several workers over one connection as one: all of them run, or none is left. */
import { Worker, type WorkerOptions } from '@temporalio/worker';
import { messageOf } from '../lib/errors.ts';

/** @throws the error of the first that cannot be made; the others are shut down by then, so that the connection can be closed */
export async function createWorkers(all: readonly WorkerOptions[]): Promise<Worker[]> {
  const made = await Promise.allSettled(all.map((options) => Worker.create(options)));
  const failed = made.find((each) => each.status === 'rejected');
  const workers = made.flatMap((each) => (each.status === 'fulfilled' ? [each.value] : []));
  if (failed === undefined) return workers;
  // A worker lets go of its connection only at the end of its run.
  await Promise.allSettled(workers.map((worker) => worker.runUntil(Promise.resolve())));
  throw failed.reason;
}

/**
 * Runs them; when one ends, the others are shut down, and what they used is closed.
 * @returns null when they were shut down as told; else why the first one failed
 */
export async function runWorkers(workers: readonly Worker[], resources: AsyncDisposableStack): Promise<string | null> {
  const reasons: unknown[] = [];
  const runs = workers.map((worker) =>
    worker
      .run()
      .catch((error: unknown) => reasons.push(error))
      .finally(() => shutDown(workers)),
  );
  await Promise.all(runs);
  // What cannot be closed is reported only where nothing else was wrong.
  await resources.disposeAsync().catch((error: unknown) => reasons.push(error));
  const [first] = reasons;
  if (first === undefined) return null;
  return messageOf(first);
}

export function shutDown(workers: readonly Worker[]): void {
  for (const worker of workers) if (worker.getState() === 'RUNNING') worker.shutdown();
}
