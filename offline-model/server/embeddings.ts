/** Turns text into vectors by hashing its words and letter groups: equal words give near vectors, and no model is needed. */
import { createHash } from 'node:crypto';
import { offlineModelName } from '../../contracts/names.ts';
import type { EmbeddingsBody } from './chat-request.ts';
import { contentStems } from '../words/words.ts';
import { countTokens } from './tokens.ts';
import { fnv1a } from '../../lib/random.ts';

const defaultDimensions = 256;
const letterGroup = 3;
const letterWeight = 0.25;

function features(text: string): Map<string, number> {
  const weights = new Map<string, number>();
  const add = (feature: string, weight: number): void => {
    weights.set(feature, (weights.get(feature) ?? 0) + weight);
  };
  for (const word of contentStems(text)) {
    add(`w ${word}`, 1);
    const padded = `^${word}$`;
    for (let at = 0; at + letterGroup <= padded.length; at += 1)
      add(`g ${padded.slice(at, at + letterGroup)}`, letterWeight);
  }
  return weights;
}

/** A vector of length 1 (Euclid); feature hashing with a sign bit (Weinberger et al., 2009), counts damped by a root. */
export function embed(text: string, dimensions: number): Float32Array {
  const vector = new Float32Array(dimensions);
  for (const [feature, weight] of features(text)) {
    const value = fnv1a(feature);
    const at = (value >>> 1) % dimensions;
    vector[at] = (vector[at] ?? 0) + (value & 1 ? 1 : -1) * Math.sqrt(weight);
  }
  const length = Math.hypot(...vector);
  if (length === 0) vector[0] = 1;
  return length === 0 ? vector : vector.map((value) => value / length);
}

/** OpenAI's embeddings response, with numbers or base64 of little-endian 32-bit floats as asked. */
export function embeddingsOf(body: EmbeddingsBody): object {
  const inputs = typeof body.input === 'string' ? [body.input] : body.input;
  const dimensions = body.dimensions ?? defaultDimensions;
  const data = inputs.map((input, index) => {
    const vector = embed(input, dimensions);
    const embedding = body.encoding_format === 'base64' ? Buffer.from(vector.buffer).toString('base64') : [...vector];
    return { object: 'embedding', index, embedding };
  });
  const tokens = inputs.reduce((sum, input) => sum + countTokens(input), 0);
  return { object: 'list', data, model: offlineModelName, usage: { prompt_tokens: tokens, total_tokens: tokens } };
}

/** What identifies an embeddings request. */
export const embeddingsKey = (body: EmbeddingsBody): string =>
  createHash('sha256')
    .update(JSON.stringify([body.input, body.dimensions ?? null]))
    .digest('hex');
