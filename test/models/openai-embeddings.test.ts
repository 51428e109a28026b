import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { EmbeddingSettings } from '../../contracts/embeddings.ts';
import { ordinaryAccess } from '../../contracts/model/access.ts';
import { createOpenAiEmbeddings, cutText, meanVector } from '../../models/openai/embeddings.ts';
import { embeddingsServer } from '../support/embeddings-server.ts';

const never = new AbortController().signal;

function settings(url: string, more: Partial<EmbeddingSettings> = {}): EmbeddingSettings {
  return {
    baseUrl: url,
    apiKey: 'sk-secret-key',
    model: 'tiny',
    queryModel: 'tiny',
    dimensions: null,
    queryPrefix: 'query: ',
    passagePrefix: 'passage: ',
    batch: 2,
    maxCharacters: 1000,
    timeoutSeconds: 5,
    access: ordinaryAccess,
    ...more,
  };
}

test('texts go out in batches with their prefix and come back as vectors of length 1, in order', async (t) => {
  const server = await embeddingsServer(t);
  const embed = createOpenAiEmbeddings(settings(server.url));
  const vectors = await embed(['red', 'green', 'blue'], 'passage', never);
  assert.deepEqual(server.embedded, ['passage: red', 'passage: green', 'passage: blue']);
  assert.equal(server.requests, 2);
  assert.equal(vectors.length, 3);
  for (const vector of vectors) assert.ok(Math.abs(Math.hypot(...(vector ?? [])) - 1) < 1e-5);
  const [again] = await embed(['red'], 'passage', never);
  assert.deepEqual(again, vectors[0]);
  assert.equal((await embed(['red'], 'query', never)).length, 1);
  assert.equal(server.embedded.at(-1), 'query: red');
});

test('a text that the endpoint finds too long is embedded in pieces, the others as they are', async (t) => {
  const server = await embeddingsServer(t);
  server.longest = 300;
  const embed = createOpenAiEmbeddings(settings(server.url));
  const long = Array.from({ length: 40 }, (_, at) => `line ${at} of a long text`).join('\n');
  const [one, two] = await embed(['short', long], 'passage', never);
  assert.ok(one && two && Math.abs(Math.hypot(...two) - 1) < 1e-5);
  const pieces = server.embedded
    .filter((text) => text !== 'passage: short')
    .map((text) => text.slice('passage: '.length));
  assert.ok(pieces.length >= 3);
  assert.equal(pieces.join(''), long);
});

test('a wrong key, a busy endpoint and vectors of another length are told apart, without the key', async (t) => {
  const server = await embeddingsServer(t);
  const embed = createOpenAiEmbeddings(settings(server.url));
  await embed(['first'], 'passage', never);
  server.dimensions = 16;
  await assert.rejects(
    embed(['second'], 'passage', never),
    /vectors of 16 numbers, not 32; look at SWITCHYARD_EMBEDDINGS_DIMENSIONS/,
  );
  for (const [status, retry] of [
    [401, false],
    [503, true],
  ] as const) {
    server.fault = { status };
    await assert.rejects(embed(['third'], 'passage', never), (error: Error & { retry: boolean }) => {
      assert.doesNotMatch(error.message, /sk-secret-key/);
      assert.equal(error.retry, retry);
      return true;
    });
  }
});

test('giving up ends the request with the reason of the signal', async (t) => {
  const server = await embeddingsServer(t);
  server.fault = 'hang';
  const stop = new AbortController();
  const asked = createOpenAiEmbeddings(settings(server.url))(['x'], 'query', stop.signal);
  stop.abort(new Error('no longer wanted'));
  await assert.rejects(asked, /no longer wanted/);
});

test('pieces put together are the text, and their mean leans to the longer', () => {
  const text = 'one\ntwo\nthree\nfour\n'.repeat(30);
  const pieces = cutText(text, 100);
  assert.equal(pieces.join(''), text);
  assert.ok(pieces.every((piece) => piece.length <= 100));
  const mean = meanVector([
    { vector: Float32Array.of(1, 0), weight: 3 },
    { vector: Float32Array.of(0, 1), weight: 1 },
    { vector: null, weight: 9 },
  ]);
  assert.ok(mean && (mean[0] ?? 0) > 2.9 * (mean[1] ?? 0));
});
