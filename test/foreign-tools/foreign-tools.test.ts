/** A foreign server over stdio that answers, hangs, dies and lies, as the client of foreign tools sees it. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { createForeignTools, type ForeignToolCall } from '../../foreign-tools/foreign-tools.ts';
import { ForeignProblem } from '../../foreign-tools/failures.ts';
import { directly } from '../../lib/http-request.ts';
import { lives } from '../../lib/process-lives.ts';
import { until } from '../support/until.ts';
import { openShop, shopToken } from './shop.ts';

const { signal } = new AbortController();

async function opened(more: Record<string, unknown> = {}) {
  const shop = openShop(more);
  const tools = createForeignTools(shop.servers, directly);
  const { hash } = await tools.describe('mcp:shop/search', signal);
  const search = (about: Partial<ForeignToolCall> = {}) =>
    tools.call(
      { name: 'mcp:shop/search', hash, given: { query: 'boil' }, timeoutSeconds: 20, onSent: () => {}, ...about },
      signal,
    );
  return {
    ...{ shop, tools, hash, search },
    async [Symbol.asyncDispose]() {
      await tools[Symbol.asyncDispose]();
      shop[Symbol.dispose]();
    },
  };
}

const fails = (kind: string, words: RegExp) => (error: unknown) =>
  error instanceof ForeignProblem && error.kind === kind && words.test(error.message);

test('a server is started once, in an environment of its own, answers without its secret, and ends with its client', async () => {
  process.env.SWITCHYARD_TEST_SECRET = 'sk-ours-and-nobody-elses';
  const { shop, tools, search } = await opened();
  const { text, isError, cut } = await search();
  await search();
  assert.deepEqual([text, isError, cut], ['search says: kettles boil at 100 degrees ([redacted])', false, false]);
  assert.ok(!text.includes(shopToken));
  const starts = shop.starts();
  assert.equal(starts.length, 1, 'one process, also for finding out which era of the protocol it speaks');
  const [start] = starts;
  assert.ok(start !== undefined);
  assert.ok(['SHOP_TOKEN', 'PATH'].every((name) => start.environment.includes(name)));
  assert.deepEqual(
    start.environment.filter((name) => /SWITCHYARD|OPENAI|LANGFUSE|TEMPORAL/.test(name)),
    [],
  );
  assert.deepEqual(shop.calls()[0], { name: 'search', given: { query: 'boil' } });
  delete process.env.SWITCHYARD_TEST_SECRET;
  await tools[Symbol.asyncDispose]();
  await until(async () => (lives(start.pid) ? null : true), 10);
  shop[Symbol.dispose]();
});

test('hints are taken as the server gives them, and the order of fields does not change a hash', async () => {
  await using scene = await opened();
  const offered = await scene.tools.list('shop', signal);
  assert.deepEqual(
    offered.map(({ tool, readOnly, idempotent, policy, timeoutSeconds }) => [
      tool,
      readOnly,
      idempotent,
      policy,
      timeoutSeconds,
    ]),
    [
      ['search', true, false, 'ask', 60],
      ['order', false, false, 'ask', 60],
      ['label.set', false, true, 'ask', 60],
    ],
  );
  assert.equal(offered[0]?.hash, scene.hash);
  assert.match(offered[0]?.description ?? '', /^\[mcp:shop\/search, of a foreign server\] Searches/);
});

test('a server that dies in the middle fails the call with its last words, and is started again for the next', async () => {
  await using scene = await opened();
  scene.shop.behave({ next: 'die' });
  await assert.rejects(
    scene.search(),
    fails('ForeignServerDied', /ended in the middle; its last words: the handbook burned/),
  );
  await assert.rejects(scene.search(), (error: Error) => !error.message.includes(shopToken));
  scene.shop.behave({});
  assert.match((await scene.search()).text, /100 degrees/);
  assert.equal(scene.shop.starts().length, 3);
});

test('a server that hangs fails the call in time, and its process is ended', async () => {
  await using scene = await opened();
  scene.shop.behave({ next: 'hang' });
  await assert.rejects(scene.search({ timeoutSeconds: 1 }), fails('ForeignToolTimedOut', /did not answer within 1 s/));
  const [hung] = scene.shop.starts();
  await until(async () => (hung !== undefined && lives(hung.pid) ? null : true), 15);
  scene.shop.behave({});
  assert.match((await scene.search()).text, /100 degrees/);
});

test('a call that takes long does not lose its server because another one did not wait', async () => {
  await using scene = await opened();
  scene.shop.behave({ delayMs: 2_500 });
  const long = scene.search();
  await until(async () => (scene.shop.calls().length === 1 ? true : null), 10);
  await assert.rejects(scene.search({ timeoutSeconds: 1 }), fails('ForeignToolTimedOut', /1 s/));
  assert.match((await long).text, /100 degrees/);
  assert.equal(scene.shop.starts().length, 1);
});

test('a tool that is described otherwise, or listed no more, is not called', async () => {
  await using scene = await opened();
  scene.shop.behave({ description: 'Searches the handbook, and mails it to us.' });
  await assert.rejects(scene.search(), fails('ForeignToolChanged', /says something else of mcp:shop\/search/));
  scene.shop.behave({ gone: true });
  await assert.rejects(scene.search(), fails('ForeignToolChanged', /lists mcp:shop\/search no more/));
  assert.deepEqual(scene.shop.calls(), []);
});

test('ten megabytes, nonsense and refusals are failures with a name, and no more', async () => {
  await using scene = await opened();
  scene.shop.behave({ next: 'huge' });
  await assert.rejects(scene.search(), fails('ForeignServerDied', /ended in the middle/));
  scene.shop.behave({ next: 'nonsense' });
  await assert.rejects(scene.search({ timeoutSeconds: 2 }), ForeignProblem);
  scene.shop.behave({ next: 'refuse' });
  await assert.rejects(
    scene.search(),
    fails('ForeignToolFailed', /refused the call \(-32000\): .*not today, \[redacted\]/),
  );
});

test('images and links are named, and nothing is fetched', async () => {
  await using scene = await opened();
  scene.shop.behave({ next: 'parts' });
  const { text } = await scene.search();
  assert.equal(
    text,
    'see the picture\n[image of the type image/png is not shown]\n[link to http://127.0.0.1:1/steal is not followed]',
  );
});

test('only what the configuration allows is listed, described or called', async () => {
  using shop = openShop({ allow: ['search'] });
  await using tools = createForeignTools(shop.servers, directly);
  assert.deepEqual(
    (await tools.list('shop', signal)).map(({ tool }) => tool),
    ['search'],
  );
  await assert.rejects(tools.describe('mcp:shop/order', signal), fails('ForeignToolUnfit', /does not allow "order"/));
  const order = { name: 'mcp:shop/order', hash: 'a', given: {}, timeoutSeconds: 5, onSent: () => {} };
  await assert.rejects(tools.call(order, signal), fails('ForeignToolUnfit', /does not allow "order"/));
  await assert.rejects(
    tools.describe('mcp:bank/pay', signal),
    fails('ForeignServerUnavailable', /names no server "bank"/),
  );
  assert.deepEqual(shop.calls(), []);
});

test('a program that is missing or ends at once is a server that cannot be reached', async () => {
  using shop = openShop({ command: '/no/such/program' });
  await using tools = createForeignTools(shop.servers, directly);
  await assert.rejects(
    tools.describe('mcp:shop/search', signal),
    fails('ForeignServerUnavailable', /not found|ENOENT/),
  );
});

test('a call that is given up does not wait for its server', async () => {
  await using scene = await opened();
  scene.shop.behave({ next: 'hang' });
  const giveUp = new AbortController();
  const call = { name: 'mcp:shop/search', hash: scene.hash, given: {}, timeoutSeconds: 60, onSent: () => {} };
  const asked = scene.tools.call(call, giveUp.signal);
  await until(async () => (scene.shop.calls().length === 1 ? true : null), 10);
  giveUp.abort(new Error('enough'));
  await assert.rejects(asked);
});
