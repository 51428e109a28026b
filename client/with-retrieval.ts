/** Lends a command the retrieval of this machine, without a Temporal server or a worker. */
import { RepositoryUnusable, SnapshotUnavailable } from '../retrieval/failures.ts';
import { createRetrieval, type Retrieval } from '../retrieval/repository.ts';
import { exitCodes } from './exit-codes.ts';
import { CommandFailure } from './failures.ts';
import { listenForInterrupt } from './interrupt.ts';
import { readSettings } from './read-settings.ts';

export type Opened = { retrieval: Retrieval; signal: AbortSignal };

/** @throws CommandFailure for a repository that cannot be read */
export async function withRetrieval(work: (opened: Opened) => Promise<number>): Promise<number> {
  const { home } = readSettings();
  using interrupt = listenForInterrupt();
  const { signal } = interrupt;
  await using retrieval = createRetrieval({ home });
  try {
    return await work({ retrieval, signal });
  } catch (error) {
    if (signal.aborted) return exitCodes.interrupted;
    if (error instanceof RepositoryUnusable || error instanceof SnapshotUnavailable)
      throw new CommandFailure(error.message);
    throw error;
  }
}
