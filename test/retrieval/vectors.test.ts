import assert from 'node:assert/strict';
import { join } from 'node:path';
import { type TestContext, test } from 'node:test';
import type { Embed } from '../../contracts/embeddings.ts';
import { embed as hashed } from '../../offline-model/server/embeddings.ts';
import { indexStatus } from '../../retrieval/index/index-status.ts';
import { createRetrieval, type Retrieval } from '../../retrieval/repository.ts';
import { retrievalThreads as threads } from '../support/retrieval-threads.ts';
import { commitAll, gitRepository, never, openPath, runTool, scratchFolder, writeFiles } from './scratch.ts';

const files = {
  'src/cart.ts': 'export function cartTotal() {\n  return 1;\n}\n',
  'src/tax.ts': 'export function valueAddedTax() {\n  return 2;\n}\n',
  'src/copy.ts': 'export function other() {\n  return 3;\n}\n',
};

/** An endpoint in memory, which counts what it is asked for and can be broken. */
function endpoint() {
  const state = { texts: [] as string[], broken: false, hangs: false, breaksAfter: Number.POSITIVE_INFINITY };
  const embed: Embed = async (texts, _kind, signal) => {
    if (state.hangs) await new Promise((_, reject) => signal.addEventListener('abort', () => reject(signal.reason)));
    if (state.broken || state.texts.length >= state.breaksAfter)
      throw Object.assign(new Error('it is away'), { retry: false });
    state.texts.push(...texts);
    // A synonym that no index of words knows.
    return texts.map((text) => hashed(text.replaceAll('VAT', 'value added tax'), 64));
  };
  return { state, embed };
}

async function scene(t: TestContext) {
  const scratch = scratchFolder(t);
  const checkout = gitRepository(join(scratch, 'shop'), files);
  const { state, embed } = endpoint();
  const warnings: string[] = [];
  const settings = { model: 'tiny', dimensions: null, passagePrefix: '', batch: 1 };
  const open = () => {
    const vectors = {
      embeddings: { embed, settings, weight: 1 },
      warn: (message: string) => void warnings.push(message),
    };
    const retrieval = createRetrieval({ dataDirectory: join(scratch, 'home'), threads, vectors });
    t.after(() => retrieval.close());
    return retrieval;
  };
  return { scratch, checkout, state, warnings, open };
}

const paths = async (retrieval: Retrieval, ref: Parameters<Retrieval['search']>[0], query: string) =>
  (await retrieval.search(ref, { query, kind: 'all', limit: 3 }, never)).map(({ path }) => path);

test('vectors find what shares no word with the query, and the status counts them', async (t) => {
  const { scratch, checkout, open } = await scene(t);
  const retrieval = open();
  const snapshot = await openPath(retrieval, checkout);
  assert.deepEqual(await paths(retrieval, snapshot, 'VAT'), []);
  assert.deepEqual(await retrieval.embed(snapshot, never), { embedded: 3, total: 3, dimensions: 64, stopped: null });
  assert.equal((await paths(retrieval, snapshot, 'VAT'))[0], 'src/tax.ts');
  assert.deepEqual(indexStatus(join(scratch, 'home'))[0]?.embedded, [{ model: 'tiny', chunks: 3 }]);
});

test('an endpoint that dies while embedding leaves a search by words, and nothing is bought twice', async (t) => {
  const { checkout, state, warnings, open } = await scene(t);
  const retrieval = open();
  const snapshot = await openPath(retrieval, checkout);
  state.breaksAfter = 1;
  const stopped = await retrieval.embed(snapshot, never);
  assert.equal(stopped?.embedded, 1);
  assert.match(stopped?.stopped ?? '', /it is away/);
  assert.equal((await paths(retrieval, snapshot, 'cart total'))[0], 'src/cart.ts');
  await paths(retrieval, snapshot, 'tax');
  assert.deepEqual(warnings, [
    'searched by words alone: 1 of 3 chunks are embedded by tiny, switchyard index embeds the rest',
  ]);
  state.breaksAfter = Number.POSITIVE_INFINITY;
  assert.equal((await open().embed(snapshot, never))?.embedded, 3);
  assert.equal(new Set(state.texts).size, 3);
  assert.equal(state.texts.length, 3);
});

test('a new commit costs its changed chunks only', async (t) => {
  const { checkout, state, open } = await scene(t);
  const retrieval = open();
  await retrieval.embed(await openPath(retrieval, checkout), never);
  commitAll(writeFiles(checkout, { 'src/cart.ts': 'export function cartTotal() {\n  return 9;\n}\n' }), 'second');
  await retrieval.embed(await openPath(retrieval, checkout), never);
  assert.equal(state.texts.length, 4);
});

test('a query whose vector does not come in time is searched by words, and the result says so', {
  timeout: 30_000,
}, async (t) => {
  const { checkout, state, warnings, open } = await scene(t);
  const retrieval = open();
  const snapshot = await openPath(retrieval, checkout);
  await retrieval.embed(snapshot, never);
  state.hangs = true;
  const { text, remark } = await runTool(retrieval, snapshot, 'search_code', { query: 'cart total' });
  assert.match(text, /^@@ src\/cart\.ts/);
  assert.deepEqual(remark, {
    text: 'searched by words alone: tiny took longer than 5 s for the query',
    degraded: true,
  });
  await runTool(retrieval, snapshot, 'search_code', { query: 'tax' });
  assert.equal(warnings.length, 1);
});
