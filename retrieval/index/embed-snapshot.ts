/** Has a snapshot's chunks embedded, batch after batch; what is bought is kept at once, so that a kill loses one batch. */
import { setTimeout as pause } from 'node:timers/promises';
import { type Embed, type EmbeddingSettings, EmbeddingTrouble } from '../../contracts/embeddings.ts';
import type { Coverage, Embedded, UnembeddedBatch } from '../store/vector-store.ts';
import { messageOf } from '../../lib/errors.ts';

/** An endpoint that embeds, and what its vectors are made of. */
export type Embeddings = {
  embed: Embed;
  settings: Pick<EmbeddingSettings, 'model' | 'dimensions' | 'passagePrefix' | 'batch'>;
  /** Of the ranking by vectors, where the one by words has 1. */
  weight: number;
};

/** Where the vectors of one snapshot are kept. */
export type VectorShelf = {
  coverage(): Promise<Coverage>;
  next(after: number, limit: number): Promise<UnembeddedBatch>;
  store(bought: Embedded[]): Promise<void>;
};

/** `stopped` says why not all is embedded; null when all is. */
export type EmbeddingReport = Coverage & { stopped: string | null };

type Options = { signal: AbortSignal; onProgress: (embedded: number, total: number) => void };

/** Attempts at one batch while the endpoint is busy or away. */
const attempts = 3;
const longestPauseMs = 60_000;

/** Vectors of another identity cannot be compared with these. */
export function identityOf({ model, dimensions, passagePrefix }: Embeddings['settings']): string {
  return JSON.stringify([model, dimensions, passagePrefix]);
}

/** An endpoint that is gone ends it early, and is named in the report. @throws the signal's reason */
export async function embedSnapshot(
  { embed, settings }: Embeddings,
  shelf: VectorShelf,
  { signal, onProgress }: Options,
): Promise<EmbeddingReport> {
  const { total, ...before } = await shelf.coverage();
  let { embedded, dimensions } = before;
  for (let after: number | null = 0; after !== null; ) {
    const batch: UnembeddedBatch = await shelf.next(after, settings.batch);
    after = batch.last;
    if (batch.texts.length === 0) continue;
    try {
      const vectors = await patiently(signal, () => embed(textsOf(batch), 'passage', signal));
      const given = vectors.find((vector) => vector !== null)?.length ?? null;
      dimensions ??= given;
      if (given !== null && given !== dimensions)
        throw new Error(
          `the endpoint gives vectors of ${given} numbers, those kept for ${settings.model} have ${dimensions}: ` +
            'look at SWITCHYARD_EMBEDDINGS_MODEL',
        );
      await shelf.store(batch.texts.map(({ key, chunks }, at) => ({ key, chunks, vector: vectors[at] ?? null })));
    } catch (error) {
      signal.throwIfAborted();
      const stopped = messageOf(error);
      return { ...(await shelf.coverage()), stopped };
    }
    embedded += batch.texts.reduce((sum, { chunks }) => sum + chunks.length, 0);
    onProgress(embedded, total);
  }
  return { ...(await shelf.coverage()), stopped: null };
}

const textsOf = ({ texts }: UnembeddedBatch): string[] => texts.map(({ text }) => text);

async function patiently<Result>(signal: AbortSignal, work: () => Promise<Result>): Promise<Result> {
  for (let attempt = 1; ; attempt += 1) {
    try {
      return await work();
    } catch (error) {
      signal.throwIfAborted();
      const trouble = EmbeddingTrouble.safeParse(error);
      const waitMs = trouble.data?.retryAfterMs ?? 500 * attempt;
      if (!trouble.data?.retry || attempt >= attempts || waitMs > longestPauseMs) throw error;
      await pause(waitMs, undefined, { signal });
    }
  }
}
