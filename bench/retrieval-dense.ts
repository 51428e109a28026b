/** Scores the ranking by words and by vectors together, at several weights of the vectors. */
import { loadConfig } from '../config/load-config.ts';
import { createOpenAiEmbeddings } from '../models/openai-embeddings.ts';
import { fuseDense } from '../retrieval/dense-ranking.ts';
import { type Embeddings, embedSnapshot, identityOf } from '../retrieval/embed-snapshot.ts';
import type { RankedFile } from '../retrieval/ranking.ts';
import type { SnapshotView } from '../retrieval/snapshot-view.ts';
import { coverageOf, nextUnembedded, storeVectors } from '../retrieval/vector-store.ts';
import { type Scores, scoreRanking } from './retrieval-figures.ts';
import type { BenchRecord } from './retrieval-records.ts';

export type Dense = { embeddings: Embeddings; identity: string };

const weights = [0.25, 0.5, 1, 1000];
const signal = new AbortController().signal;

/** @throws Error when the settings name no endpoint */
export function openDense(): Dense {
  const { embeddings } = loadConfig(process.env);
  if (embeddings === null) throw new Error('--embeddings needs SWITCHYARD_EMBEDDINGS_MODEL');
  const { weight, ...settings } = embeddings;
  return { embeddings: { embed: createOpenAiEmbeddings(settings), settings, weight }, identity: identityOf(settings) };
}

/** By the weight of the vectors; the largest stands for the vectors alone. Embeds first what is not embedded yet. */
export async function denseScores(
  { embeddings, identity }: Dense,
  view: SnapshotView,
  { query, kind, gold }: BenchRecord,
  ranked: RankedFile[],
): Promise<Record<string, Scores>> {
  const shelf = {
    coverage: async () => coverageOf(view, identity),
    next: async (after: number, limit: number) => nextUnembedded(view, identity, after, limit),
    store: async (bought: Parameters<typeof storeVectors>[2]) => storeVectors(view.store, identity, bought),
  };
  const onProgress = (done: number, total: number) => {
    if (done % 320 === 0) process.stderr.write(`embedded ${done} of ${total} chunks\n`);
  };
  const { stopped } = await embedSnapshot(embeddings, shelf, { signal, onProgress });
  if (stopped !== null) throw new Error(`embedding stopped: ${stopped}`);
  const [vector] = await embeddings.embed([query.slice(0, 8_000)], 'query', signal);
  if (vector === undefined || vector === null) throw new Error('the endpoint refused a query');
  return Object.fromEntries(
    weights.map((weight) => {
      const fused = fuseDense(view, { kind, accepts: () => true }, ranked, { identity, vector, weight });
      const name = weight === 1000 ? 'vectors alone' : `with vectors at ${weight}`;
      return [
        name,
        scoreRanking(
          fused.slice(0, 50).map(({ file }) => file.path),
          gold,
        ),
      ];
    }),
  );
}
