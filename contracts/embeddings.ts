/** Texts turned into vectors by a service: the port that retrieval asks, its settings, and its messages between processes. */
import { z } from 'zod';
import { ModelAccess } from './model/access.ts';

/** Some models read a question and what may answer it differently. */
export const EmbeddingKind = z.enum(['query', 'passage']);
export type EmbeddingKind = z.infer<typeof EmbeddingKind>;

export const EmbeddingSettings = z.object({
  /** Null: OpenAI's own. */
  baseUrl: z.string().nullable(),
  apiKey: z.string().nullable(),
  model: z.string().min(1),
  /** The same as `model` unless the endpoint has another name for it. */
  queryModel: z.string().min(1),
  /** Null: as many as the model gives. */
  dimensions: z.int().positive().nullable(),
  queryPrefix: z.string(),
  passagePrefix: z.string(),
  /** Texts in one request. */
  batch: z.int().positive(),
  /** Longer texts are embedded in pieces, whose mean is taken. */
  maxCharacters: z.int().positive(),
  timeoutSeconds: z.number().positive(),
  access: ModelAccess,
});
export type EmbeddingSettings = z.infer<typeof EmbeddingSettings>;

/**
 * One vector of length 1 (Euclid) a text, in their order; null for a text that the endpoint refuses while it takes others.
 * @throws an error with one line, and with the fields of `EmbeddingTrouble`; the signal's reason when aborted.
 */
export type Embed = (
  texts: readonly string[],
  kind: EmbeddingKind,
  signal: AbortSignal,
) => Promise<(Float32Array | null)[]>;

/** What an error of an embedder says beside its message. */
export const EmbeddingTrouble = z.object({ retry: z.boolean(), retryAfterMs: z.number().nullable() });
export type EmbeddingTrouble = z.infer<typeof EmbeddingTrouble>;

/** One line to the process that embeds; `cancel` gives a request up. */
export const EmbeddingCall = z.discriminatedUnion('ask', [
  z.object({ ask: z.literal('embed'), id: z.int(), kind: EmbeddingKind, texts: z.array(z.string()) }),
  z.object({ ask: z.literal('cancel'), id: z.int() }),
]);
export type EmbeddingCall = z.infer<typeof EmbeddingCall>;

/** One line back; a vector is the base64 of little-endian 32-bit floats. */
export const EmbeddingAnswer = z.discriminatedUnion('ok', [
  z.object({ ok: z.literal(true), id: z.int(), vectors: z.array(z.string().nullable()) }),
  EmbeddingTrouble.extend({ ok: z.literal(false), id: z.int(), message: z.string() }),
]);
export type EmbeddingAnswer = z.infer<typeof EmbeddingAnswer>;
