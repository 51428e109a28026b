import { ordinaryAccess } from '../../contracts/model/access.ts';
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { startEmbedder } from '../../application/repository/embedder-process.ts';
import { embeddingsServer } from '../support/embeddings-server.ts';

const settings = {
  apiKey: 'sk-secret-key',
  model: 'tiny',
  queryModel: 'tiny',
  dimensions: null,
  queryPrefix: '',
  passagePrefix: 'passage: ',
  batch: 8,
  maxCharacters: 1000,
  timeoutSeconds: 5,
  access: ordinaryAccess,
  weight: 0.5,
};

test('the client has texts embedded by a process of its own, side by side, and failures keep their advice', async (t) => {
  const server = await embeddingsServer(t);
  await using embedder = startEmbedder({ ...settings, baseUrl: server.url });
  const { embed } = embedder.embeddings;
  const never = new AbortController().signal;
  const [one, two] = await Promise.all([embed(['a b'], 'passage', never), embed(['c'], 'query', never)]);
  assert.equal(one[0]?.length, 32);
  assert.equal(two[0]?.length, 32);
  assert.deepEqual(server.embedded.toSorted(), ['c', 'passage: a b']);
  server.fault = { status: 503 };
  await assert.rejects(embed(['d'], 'query', never), (error: Error & { retry: boolean }) => error.retry);
  server.fault = 'hang';
  const stop = new AbortController();
  const asked = embed(['e'], 'query', stop.signal);
  stop.abort(new Error('given up'));
  await assert.rejects(asked, /given up/);
});
