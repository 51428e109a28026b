/** What retrieval asks of an embeddings endpoint, for one store of snapshots: their vectors, and those of queries. */
import type { SnapshotRef } from '../../contracts/snapshot.ts';
import {
  type Embeddings,
  type EmbeddingReport,
  embedSnapshot,
  identityOf,
  type VectorShelf,
} from '../index/embed-snapshot.ts';
import { type EmbeddedQuery, QueryEmbedder } from './query-embedding.ts';
import type { OnProgress } from '../worker-threads/thread-tasks.ts';
import type { Threads } from '../worker-threads/threads.ts';
import type { Coverage } from '../store/vector-store.ts';

export type EmbeddedSearch = {
  embedSnapshot(ref: SnapshotRef, signal: AbortSignal, onProgress?: OnProgress): Promise<EmbeddingReport>;
  embedQuery(ref: SnapshotRef, query: string, signal: AbortSignal): Promise<EmbeddedQuery>;
};

export type EmbeddedSearchOptions = {
  embeddings: Embeddings;
  /** Told once of each reason why searches go by words alone. */
  warn: (message: string) => void;
};

export function openEmbeddedSearch(
  threads: Threads,
  dataDirectory: string,
  { embeddings, warn }: EmbeddedSearchOptions,
): EmbeddedSearch {
  const identity = identityOf(embeddings.settings);
  const queries = new QueryEmbedder(embeddings, warn);
  /** Snapshots that have all their vectors keep them. */
  const complete = new Map<string, Coverage>();
  const coverageOf = async (ref: SnapshotRef, signal: AbortSignal): Promise<Coverage> => {
    const key = `${ref.repositoryKey} ${ref.id}`;
    const known = complete.get(key);
    if (known !== undefined) return known;
    const coverage = await threads.run('coverage', { kind: 'coverage', dataDirectory, ref, identity }, { signal });
    if (coverage.embedded === coverage.total) complete.set(key, coverage);
    return coverage;
  };
  return {
    embedSnapshot: (ref, signal, onProgress) =>
      embedSnapshot(embeddings, shelfOf(threads, { dataDirectory, ref, identity }, signal), {
        signal,
        onProgress: (done, total) => onProgress?.({ stage: 'embedding', done, total }),
      }),
    embedQuery: async (ref, query, signal) => queries.embed(query, await coverageOf(ref, signal), signal),
  };
}

type Place = { dataDirectory: string; ref: SnapshotRef; identity: string };

function shelfOf(threads: Threads, place: Place, signal: AbortSignal): VectorShelf {
  return {
    coverage: () => threads.run('coverage', { kind: 'coverage', ...place }, { signal }),
    next: (after, limit) => threads.run('unembedded', { kind: 'unembedded', ...place, after, limit }, { signal }),
    async store(bought) {
      // What is paid for is kept, also when the caller has just given up.
      await threads.run('vectors', { kind: 'vectors', ...place, bought }, { signal: new AbortController().signal });
    },
  };
}
