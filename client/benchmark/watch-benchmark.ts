/** Follows a benchmark to its end: asks for its progress now and then and waits for how it ends. */
import { setTimeout as sleep } from 'node:timers/promises';
import {
  isGrpcServiceError,
  QueryNotRegisteredError,
  WorkflowFailedError,
  type WorkflowHandle,
} from '@temporalio/client';
import { BenchmarkEnding, BenchmarkProgress } from '../../contracts/benchmark.ts';
import { queries } from '../../contracts/names.ts';
import { CommandFailure } from '../../lib/errors.ts';
import { unlessLost } from '../../application/session/runtime-loss.ts';
import type { Session } from '../../application/session/session.ts';
import { reasonOf } from '../../application/session/temporal.ts';

const pollMs = 500;
const queryLimitMs = 2000;

/**
 * @returns null when the signal came first: the benchmark goes on as soon as a worker does
 * @throws CommandFailure when the benchmark broke or was terminated, or the runtime went away
 */
export async function watchBenchmark(
  session: Session,
  handle: WorkflowHandle,
  { signal, onProgress }: { signal: AbortSignal; onProgress: (progress: BenchmarkProgress) => void },
): Promise<BenchmarkEnding | null> {
  const over = new AbortController();
  const interrupted = new Promise<null>((resolve) => {
    if (signal.aborted) resolve(null);
    signal.addEventListener('abort', () => resolve(null), { once: true });
  });
  const poll = async () => {
    for (; !over.signal.aborted; await sleep(pollMs, undefined, { signal: over.signal }).catch(() => {})) {
      const progress = await benchmarkProgress(session, handle);
      if (progress !== null && !over.signal.aborted) onProgress(progress);
    }
    return null;
  };
  try {
    return await unlessLost(
      session,
      Promise.race([benchmarkEnding(handle), interrupted, poll()]),
      `"switchyard bench resume ${handle.workflowId}" goes on`,
    );
  } finally {
    over.abort();
  }
}

/** @throws CommandFailure when it ended without a result */
export async function benchmarkEnding(handle: WorkflowHandle): Promise<BenchmarkEnding> {
  try {
    return BenchmarkEnding.parse(await handle.result());
  } catch (error) {
    if (!(error instanceof WorkflowFailedError)) throw error;
    throw new CommandFailure(
      `the benchmark ${handle.workflowId} broke off: ${reasonOf(error)}; "switchyard bench resume ${handle.workflowId}" goes on`,
    );
  }
}

/** Null while no worker answers. */
export async function benchmarkProgress(session: Session, handle: WorkflowHandle): Promise<BenchmarkProgress | null> {
  try {
    const query = () => handle.query(queries.progress);
    return BenchmarkProgress.parse(await session.connection.withDeadline(Date.now() + queryLimitMs, query));
  } catch (error) {
    const service = error instanceof Error && error.name === 'ServiceError';
    if (service || isGrpcServiceError(error) || error instanceof QueryNotRegisteredError) return null;
    throw error;
  }
}
