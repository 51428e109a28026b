/** What may come after the ranking by words, scored beside it: vectors at several weights, and a model's own order. */
import { parseOrder, orderSchema, rerankMessages } from '../../agents/reranker.ts';
import type { ChatRequest } from '../../contracts/chat.ts';
import { loadConfig } from '../../config/load-config.ts';
import { createOpenAiChat } from '../../models/openai/chat.ts';
import { createOpenAiEmbeddings } from '../../models/openai/embeddings.ts';
import { fuseDense } from '../../retrieval/search/dense-ranking.ts';
import { type Embeddings, embedSnapshot, identityOf } from '../../retrieval/index/embed-snapshot.ts';
import type { RankedFile } from '../../retrieval/search/ranking.ts';
import { candidatePlaces, toCandidates } from '../../retrieval/search/search.ts';
import type { SnapshotView } from '../../retrieval/snapshot/snapshot-view.ts';
import { coverageOf, nextUnembedded, storeVectors } from '../../retrieval/store/vector-store.ts';
import { type Scores, scoreRanking } from './retrieval-figures.ts';
import type { BenchRecord } from './retrieval-records.ts';

/** Scores by name, for one record whose files are ranked by words. */
export type Stage = (view: SnapshotView, record: BenchRecord, ranked: RankedFile[]) => Promise<Record<string, Scores>>;

const weights = [0.1, 0.25, 0.5, 1];
/** So much that the ranking by words decides ties only. */
const vectorsAlone = 1000;
const signal = new AbortController().signal;

/** Embeds first what is not embedded yet. @throws Error when the settings name no endpoint */
export function fusedWithVectors(): Stage {
  const { embeddings } = loadConfig(process.env);
  if (embeddings === null) throw new Error('--embeddings needs SWITCHYARD_EMBEDDINGS_MODEL');
  const { weight, ...settings } = embeddings;
  const endpoint = { embed: createOpenAiEmbeddings(settings), settings, weight };
  const identity = identityOf(settings);
  return async (view, { query, kind, expected }, ranked) => {
    await embedAll(endpoint, view, identity);
    const [vector] = await endpoint.embed([query.slice(0, 8_000)], 'query', signal);
    if (vector === undefined || vector === null) throw new Error('the endpoint refused a query');
    const scores = [...weights, vectorsAlone].map((each) => {
      const fused = fuseDense(view, { kind, accepts: () => true }, ranked, { identity, vector, weight: each });
      const name = each === vectorsAlone ? 'vectors alone' : `with vectors at ${each}`;
      return [name, scoreFiles(fused, expected)] as const;
    });
    return Object.fromEntries(scores);
  };
}

async function embedAll(endpoint: Embeddings, view: SnapshotView, identity: string): Promise<void> {
  const shelf = {
    coverage: async () => coverageOf(view, identity),
    next: async (after: number, limit: number) => nextUnembedded(view, identity, after, limit),
    store: async (bought: Parameters<typeof storeVectors>[2]) => storeVectors(view.store, identity, bought),
  };
  const onProgress = (done: number, total: number) => {
    if (done % 320 === 0) process.stderr.write(`embedded ${done} of ${total} chunks\n`);
  };
  const { stopped } = await embedSnapshot(endpoint, shelf, { signal, onProgress });
  if (stopped !== null) throw new Error(`embedding stopped: ${stopped}`);
}

/** The best files as the judge's model puts them. @throws Error when the settings name no model */
export function reranked(): Stage {
  const { model: settings } = loadConfig(process.env);
  if (settings.offline)
    throw new Error('--rerank needs OPENAI_API_KEY or OPENAI_BASE_URL: the offline model has no opinion');
  const { router, specialist, judge, synthesizer } = settings;
  const model = createOpenAiChat({ ...settings, modelByRole: { router, specialist, judge, synthesizer } });
  const unchanging: Omit<ChatRequest, 'messages'> = {
    role: 'judge',
    model: null,
    tools: [],
    toolChoice: 'none',
    responseFormat: orderSchema,
    maxOutputTokens: 400,
    temperature: 0,
    topLogprobs: 0,
  };
  return async (view, { id, query, expected }, ranked) => {
    const files = ranked.slice(0, candidatePlaces);
    const candidates = toCandidates(
      view,
      files.flatMap((one) => one.places(1)),
    );
    const messages = rerankMessages(null, query, candidates);
    const reply = await model.chat({ ...unchanging, messages }, { signal, callId: `rerank-${id}` });
    const first = (parseOrder(reply, candidates.length) ?? []).flatMap((at) => files[at] ?? []);
    return {
      'put in order by a model': scoreFiles([...first, ...ranked.filter((one) => !first.includes(one))], expected),
    };
  };
}

function scoreFiles(files: readonly RankedFile[], expected: readonly string[]): Scores {
  return scoreRanking(
    files.slice(0, 50).map(({ file }) => file.path),
    expected,
  );
}
