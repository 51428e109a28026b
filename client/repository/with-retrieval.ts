/** Lends a command the retrieval of this machine, without a Temporal server or a worker. */
import { RepositoryUnusable, SnapshotUnavailable } from '../../retrieval/failures.ts';
import { createRetrieval, type Retrieval } from '../../retrieval/repository.ts';
import { startEmbedder } from './embedder-process.ts';
import { exitCodes } from '../exit-codes.ts';
import { CommandFailure, UsageError } from '../../lib/errors.ts';
import { listenForInterrupt } from '../terminal/interrupt.ts';
import { note } from '../terminal/output.ts';
import { readSettings } from '../../application/read-settings.ts';

export type Opened = { retrieval: Retrieval; signal: AbortSignal };

/**
 * @param useEmbeddings false searches by words alone, whatever is configured
 * @throws CommandFailure for a repository that cannot be read
 */
export async function withRetrieval(work: (opened: Opened) => Promise<number>, useEmbeddings = false): Promise<number> {
  const { indexDirectory: dataDirectory, embeddings } = readSettings();
  using interrupt = listenForInterrupt();
  const { signal } = interrupt;
  await using embedder = useEmbeddings && embeddings !== null ? startEmbedder(embeddings) : null;
  const vectors = embedder === null ? null : { embeddings: embedder.embeddings, warn: note };
  await using retrieval = createRetrieval({ dataDirectory, vectors });
  try {
    return await work({ retrieval, signal });
  } catch (error) {
    if (signal.aborted) return exitCodes.interrupted;
    if (error instanceof RepositoryUnusable && error.setting !== null)
      throw new UsageError(`${error.setting}: ${error.message}`);
    if (error instanceof RepositoryUnusable || error instanceof SnapshotUnavailable)
      throw new CommandFailure(error.message);
    throw error;
  }
}
