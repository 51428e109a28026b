/** Opens the retrieval of this machine, without a Temporal server or a worker. */
import type { Config } from '../../config/config.ts';
import { RepositoryUnusable, SnapshotUnavailable } from '../../retrieval/failures.ts';
import { createRetrieval, type Retrieval } from '../../retrieval/repository.ts';
import { CommandFailure } from '../../lib/errors.ts';
import { InvalidInput } from '../errors.ts';
import { startEmbedder } from './embedder-process.ts';

export type RetrievalOptions = {
  /** False: searches go by words alone, whatever is configured. */
  useEmbeddings: boolean;
  /** Told once where an endpoint for embeddings does not answer. */
  warn: (text: string) => void;
};

/**
 * Its threads start with its first call, its process for embeddings at once where an endpoint is configured. Leaving it
 * (`await using`, or `close`) ends both.
 */
export function openRetrieval(
  { indexDirectory: dataDirectory, embeddings }: Pick<Config, 'indexDirectory' | 'embeddings'>,
  { useEmbeddings, warn }: RetrievalOptions,
): Retrieval {
  const embedder = useEmbeddings && embeddings !== null ? startEmbedder(embeddings) : null;
  const vectors = embedder === null ? null : { embeddings: embedder.embeddings, warn };
  const retrieval = createRetrieval({ dataDirectory, vectors });
  const close = async () => {
    await retrieval.close();
    await embedder?.[Symbol.asyncDispose]();
  };
  return { ...retrieval, close, [Symbol.asyncDispose]: close };
}

/** What retrieval has thrown, as an error of this layer; anything else as it is. */
export function repositoryError(error: unknown): unknown {
  if (error instanceof RepositoryUnusable && error.setting !== null)
    return new InvalidInput('ref', `${error.setting}: ${error.message}`);
  if (error instanceof RepositoryUnusable || error instanceof SnapshotUnavailable)
    return new CommandFailure(error.message);
  return error;
}
