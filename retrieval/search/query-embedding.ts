/** Has a query embedded in time for its search, or says why the search goes by words alone. */
import type { DenseQuery } from './dense-ranking.ts';
import { type Embeddings, identityOf } from '../index/embed-snapshot.ts';
import type { Remark } from '../tools/rendering.ts';
import type { Coverage } from '../store/vector-store.ts';
import { messageOf } from '../../lib/errors.ts';
import { LruMap } from '../../lib/lru.ts';

/** `remark` tells which service had a part in the search, or should have had; null where none is asked. */
export type EmbeddedQuery = { dense: DenseQuery | null; remark: Remark | null };

export const withoutVectors: EmbeddedQuery = { dense: null, remark: null };

/** A query without its vector in this time is searched by words alone. */
const deadlineMs = 5_000;
/** After a failure the endpoint is left alone for so long: a hanging one must not hold up every search. */
const restMs = 30_000;
/** Below this share of embedded chunks the vectors would speak for some files only. */
const leastShare = 0.95;
/** Characters of a query that are embedded. */
const longestQuery = 8_000;
/** Vectors of the latest queries are kept: a search that is put in order by a model asks twice. */
const keptQueries = 50;

export class QueryEmbedder {
  readonly #embeddings: Embeddings;
  readonly #warn: (message: string) => void;
  readonly #recent = new LruMap<string, Float32Array>(keptQueries);
  #restsUntilMs = 0;
  #why = '';
  #warned = '';

  /** @param warn is called once with each reason that is new */
  constructor(embeddings: Embeddings, warn: (message: string) => void) {
    this.#embeddings = embeddings;
    this.#warn = warn;
  }

  /** Never fails for the endpoint's sake. @throws the signal's reason */
  async embed(query: string, { embedded, total, dimensions }: Coverage, signal: AbortSignal): Promise<EmbeddedQuery> {
    const { settings, weight } = this.#embeddings;
    const { model } = settings;
    if (embedded < total * leastShare)
      return this.#without(`${embedded} of ${total} chunks are embedded by ${model}, switchyard index embeds the rest`);
    if (performance.now() < this.#restsUntilMs) return this.#without(this.#why);
    const vector = await this.#vectorOf(query.slice(0, longestQuery), signal);
    if (vector === null) return this.#without(this.#why);
    if (vector.length !== dimensions)
      return this.#without(
        `${model} gave ${vector.length} numbers for the query, and ${dimensions} for the repository`,
      );
    this.#warned = '';
    const remark = { text: `searched by words and by vectors of ${model}`, degraded: false };
    return { dense: { identity: identityOf(settings), vector, weight }, remark };
  }

  /** Null: `#why` says why. */
  async #vectorOf(query: string, signal: AbortSignal): Promise<Float32Array | null> {
    const known = this.#recent.get(query);
    if (known !== undefined) return known;
    const { embed, settings } = this.#embeddings;
    const deadline = AbortSignal.timeout(deadlineMs);
    try {
      const [vector = null] = await embed([query], 'query', AbortSignal.any([signal, deadline]));
      this.#why = `${settings.model} refused the query`;
      if (vector !== null) this.#recent.set(query, vector);
      return vector;
    } catch (error) {
      signal.throwIfAborted();
      const said = messageOf(error);
      this.#why = deadline.aborted ? `${settings.model} took longer than ${deadlineMs / 1000} s for the query` : said;
      this.#restsUntilMs = performance.now() + restMs;
      return null;
    }
  }

  #without(why: string): EmbeddedQuery {
    const text = `searched by words alone: ${why}`;
    if (text !== this.#warned) this.#warn(text);
    this.#warned = text;
    return { dense: null, remark: { text, degraded: true } };
  }
}
