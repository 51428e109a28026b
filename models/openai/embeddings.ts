/** Embeddings from any OpenAI-compatible endpoint: batched, and texts that it finds too long embedded in pieces. */
import { z } from 'zod';
import type { Embed, EmbeddingKind, EmbeddingSettings } from '../../contracts/embeddings.ts';
import { ModelFailure } from '../chat-model.ts';
import { type CallPlace, timedOut, unusableReply } from './failures.ts';
import { type Endpoint as Connection, failedSend, openEndpoint, post } from './client.ts';
import { openAiUrl } from './addresses.ts';
import { secretsOf } from '../../contracts/model/access.ts';

/** A text that is refused is cut no further than this. */
const leastCharacters = 200;

const Reply = z.object({ data: z.array(z.object({ index: z.int(), embedding: z.array(z.number()).min(1) })) });

const settingNames = {
  OPENAI_API_KEY: 'SWITCHYARD_EMBEDDINGS_API_KEY',
  OPENAI_BASE_URL: 'SWITCHYARD_EMBEDDINGS_BASE_URL',
  SWITCHYARD_MODEL: 'SWITCHYARD_EMBEDDINGS_MODEL',
  SWITCHYARD_MODEL_TIMEOUT_SECONDS: 'SWITCHYARD_EMBEDDINGS_TIMEOUT_SECONDS',
};

type Endpoint = {
  settings: EmbeddingSettings;
  connection: Connection;
  place: CallPlace;
  /** The length of its vectors, once it has given one. */
  dimensions: number | null;
};
type Request = { texts: readonly string[]; kind: EmbeddingKind; signal: AbortSignal };

/** Reads settings that were checked already; the first request is the first to reach the server. @returns what throws ModelFailure */
export function createOpenAiEmbeddings(settings: EmbeddingSettings): Embed {
  const { apiKey, model, access } = settings;
  const baseUrl = settings.baseUrl ?? openAiUrl;
  const secrets = secretsOf(apiKey, baseUrl, access);
  const endpoint: Endpoint = {
    settings,
    connection: openEndpoint({ ...settings, baseUrl }),
    place: { baseUrl, model, secrets, spent: null, price: null, settings: settingNames },
    dimensions: null,
  };
  return (texts, kind, signal) => embedAll(endpoint, { texts, kind, signal });
}

async function embedAll(endpoint: Endpoint, { texts, kind, signal }: Request): Promise<(Float32Array | null)[]> {
  const { batch, maxCharacters, queryPrefix, passagePrefix } = endpoint.settings;
  const prefix = kind === 'query' ? queryPrefix : passagePrefix;
  const room = Math.max(leastCharacters, maxCharacters - prefix.length);
  const pieces = texts.flatMap((text, of) => cutText(text, room).map((piece) => ({ of, piece })));
  const vectors: (Float32Array | null)[] = [];
  for (let at = 0; at < pieces.length; at += batch) {
    const some = pieces.slice(at, at + batch).map(({ piece }) => piece);
    vectors.push(...(await embedSome(endpoint, { texts: some, kind, signal }, prefix)));
  }
  const parts = Map.groupBy(
    pieces.map(({ of, piece }, at) => ({ of, weight: piece.length, vector: vectors[at] ?? null })),
    ({ of }) => of,
  );
  return texts.map((_, at) => meanVector(parts.get(at) ?? []));
}

/** What is refused together is tried in halves, and what is refused alone in pieces. */
async function embedSome(endpoint: Endpoint, request: Request, prefix: string): Promise<(Float32Array | null)[]> {
  const { texts } = request;
  try {
    return await send(endpoint, request, prefix);
  } catch (error) {
    if (!mayBeTheText(error)) throw error;
    const [only = ''] = texts;
    if (texts.length > 1) {
      const middle = Math.ceil(texts.length / 2);
      const first = await embedSome(endpoint, { ...request, texts: texts.slice(0, middle) }, prefix);
      return [...first, ...(await embedSome(endpoint, { ...request, texts: texts.slice(middle) }, prefix))];
    }
    const tooLong = error.kind === 'ModelContextTooLong';
    // An endpoint that has taken nothing yet may refuse everything, a wrong setting for one.
    if (!tooLong && endpoint.dimensions === null) throw error;
    if (only.length <= leastCharacters) {
      if (endpoint.dimensions === null) throw error;
      return [null];
    }
    const pieces = cutText(only, Math.ceil(only.length / 2));
    const vectors = await embedSome(endpoint, { ...request, texts: pieces }, prefix);
    return [meanVector(vectors.map((vector, at) => ({ vector, weight: pieces[at]?.length ?? 0 })))];
  }
}

const refusals = ['ModelContextTooLong', 'ModelRequestRefused', 'ModelContentFiltered'];

function mayBeTheText(error: unknown): error is ModelFailure {
  return error instanceof ModelFailure && error.status !== null && refusals.includes(error.kind);
}

async function send(endpoint: Endpoint, { texts, kind, signal }: Request, prefix: string): Promise<Float32Array[]> {
  const { connection, place, settings } = endpoint;
  const { timeoutSeconds, dimensions } = settings;
  const deadline = AbortSignal.timeout(Math.ceil(timeoutSeconds * 1000));
  const body = {
    model: kind === 'query' ? settings.queryModel : settings.model,
    // An empty text is refused by most.
    input: texts.map((text) => `${prefix}${text.trim() === '' ? ' ' : text}`),
    encoding_format: 'float' as const,
    ...(dimensions === null ? {} : { dimensions }),
  };
  let reply: unknown;
  try {
    const transfer = { streamed: false, idleSeconds: timeoutSeconds, stream: null };
    const both = AbortSignal.any([signal, deadline]);
    reply = await post(connection, { path: 'embeddings', body, headers: {}, signal: both, transfer });
  } catch (error) {
    // The caller's abort is the caller's: whatever it broke on the way is no failure of the endpoint.
    signal.throwIfAborted();
    throw deadline.aborted ? timedOut(timeoutSeconds, place) : failedSend(error, place).failure;
  }
  return readVectors(endpoint, reply, texts.length);
}

/** @throws ModelFailure when the reply is no vector for each text, or vectors of another length than expected */
function readVectors(endpoint: Endpoint, reply: unknown, count: number): Float32Array[] {
  const { place, settings } = endpoint;
  const read = Reply.safeParse(reply);
  const rows = read.success ? read.data.data.toSorted((one, other) => one.index - other.index) : [];
  if (rows.length !== count || rows.some(({ index }, at) => index !== at))
    throw unusableReply(`the reply does not hold ${count} vectors`, place);
  return rows.map(({ embedding }) => {
    const expected = settings.dimensions ?? endpoint.dimensions ?? embedding.length;
    if (embedding.length !== expected) throw wrongLength(place, embedding.length, expected);
    endpoint.dimensions ??= embedding.length;
    const vector = unitVector(Float32Array.from(embedding));
    if (vector === null) throw unusableReply('a vector has no direction', place);
    return vector;
  });
}

function wrongLength(place: CallPlace, given: number, expected: number): ModelFailure {
  const setting = 'SWITCHYARD_EMBEDDINGS_DIMENSIONS';
  const message = `${place.model} gives vectors of ${given} numbers, not ${expected}; look at ${setting}`;
  return new ModelFailure('ModelRequestRefused', message, { setting });
}

/** Cuts texts that are too long for a model, and puts the vectors of the pieces together. */

/** Pieces of at most `most` characters, cut after a line where one ends in the second half of a piece. */
export function cutText(text: string, most: number): string[] {
  const pieces: string[] = [];
  for (let from = 0; from < text.length; ) {
    const to = from + most >= text.length ? text.length : from + cutAt(text.slice(from, from + most));
    pieces.push(text.slice(from, to));
    from = to;
  }
  return pieces.length === 0 ? [text] : pieces;
}

function cutAt(piece: string): number {
  const line = piece.lastIndexOf('\n') + 1;
  if (line > piece.length / 2) return line;
  return piece.length > 1 && /[\ud800-\udbff]$/.test(piece) ? piece.length - 1 : piece.length;
}

/** The mean of vectors, each counted by its weight, brought to length 1; null where there is nothing to take it of. */
export function meanVector(parts: readonly { vector: Float32Array | null; weight: number }[]): Float32Array | null {
  let sum: Float32Array | null = null;
  for (const { vector, weight } of parts) {
    if (vector === null) continue;
    sum ??= new Float32Array(vector.length);
    for (let at = 0; at < vector.length; at += 1) sum[at] = (sum[at] ?? 0) + (vector[at] ?? 0) * weight;
  }
  return sum === null ? null : unitVector(sum);
}

/** Null for a vector without a direction. */
function unitVector(vector: Float32Array): Float32Array | null {
  let squares = 0;
  for (const value of vector) squares += value * value;
  const length = Math.sqrt(squares);
  return Number.isFinite(length) && length > 0 ? vector.map((value) => value / length) : null;
}
