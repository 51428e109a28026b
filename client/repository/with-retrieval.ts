/** Lends a command the retrieval of this machine, without a Temporal server or a worker. */
import type { Retrieval } from '../../retrieval/repository.ts';
import { openRetrieval, repositoryError } from '../../application/repository/open-retrieval.ts';
import { exitCodes } from '../exit-codes.ts';
import { listenForInterrupt } from '../terminal/interrupt.ts';
import { note } from '../terminal/output.ts';
import { readSettings } from '../../application/read-settings.ts';

export type Opened = { retrieval: Retrieval; signal: AbortSignal };

/**
 * @param useEmbeddings false searches by words alone, whatever is configured
 * @throws CommandFailure for a repository that cannot be read; InvalidInput for a ref that it has not
 */
export async function withRetrieval(work: (opened: Opened) => Promise<number>, useEmbeddings = false): Promise<number> {
  const settings = readSettings();
  using interrupt = listenForInterrupt();
  const { signal } = interrupt;
  await using retrieval = openRetrieval(settings, { useEmbeddings, warn: note });
  try {
    return await work({ retrieval, signal });
  } catch (error) {
    if (signal.aborted) return exitCodes.interrupted;
    throw repositoryError(error);
  }
}
