import assert from 'node:assert/strict';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type TestContext, test } from 'node:test';
import { openPriceList } from '../../config/price-list.ts';

const plain = { baseUrl: null, offline: false, pricesFile: null };
const at = (baseUrl: string | null) => openPriceList({ ...plain, baseUrl });

function file(t: TestContext, text: string): string {
  const folder = mkdtempSync(join(tmpdir(), 'switchyard-prices-'));
  t.after(() => rmSync(folder, { recursive: true }));
  writeFileSync(join(folder, 'prices.json'), text);
  return join(folder, 'prices.json');
}

test('the provider of the base URL decides which price a name has', async () => {
  const gpt5 = { price: { input: 1.25, cachedInput: 0.125, output: 10 }, contextWindow: 400_000 };
  assert.deepEqual((await at(null)).of('gpt-5'), gpt5);
  assert.deepEqual((await at(null)).of('gpt-5-2025-08-07'), gpt5);
  assert.deepEqual((await at('https://openrouter.ai/api/v1')).of('openai/gpt-5'), gpt5);
  const [deepSeek, openAi] = [await at('https://api.deepseek.com'), await at(null)];
  assert.equal(deepSeek.of('deepseek-chat').contextWindow, 64_000);
  assert.equal(openAi.of('deepseek-chat').price, null, 'OpenAI serves no such model');
  const dated = openAi.of('gpt-4o-2024-05-13').price;
  assert.notDeepEqual(dated, openAi.of('gpt-4o').price);
  assert.equal(dated?.cachedInput, dated?.input, 'nothing is known of cached tokens: they cost as others');
});

test('elsewhere only what its maker alone serves has a price, or what says where it comes from', async () => {
  const gateway = await at('http://127.0.0.1:4000/v1');
  assert.equal(gateway.of('gpt-5-mini').price?.input, 0.25);
  assert.equal(gateway.of('openai/gpt-5-mini').price?.input, 0.25);
  assert.equal(gateway.of('anthropic/claude-sonnet-4-5').price?.input, 3);
  const open = ['deepseek-r1:7b', 'gpt-oss-20b', 'openai/gpt-oss-20b', 'kimi-k2', 'command-r', 'llama3.1:8b'];
  const strange = ['', 'm', 'toString', '__proto__', 'constructor', 'gpt-5-mini-high', 'nobody/gpt-5', '/', 'openai/'];
  for (const name of [...open, ...strange]) assert.equal(gateway.of(name).price, null, name);
});

test('a price that rises with the length of the request has its steps', async () => {
  const { price } = (await at('https://generativelanguage.googleapis.com/v1beta/openai')).of('gemini-2.5-pro');
  const longer = [{ moreThan: 200_000, input: 2.5, cachedInput: 0.25, output: 15 }];
  assert.deepEqual(price, { input: 1.25, cachedInput: 0.125, output: 10, longer });
});

test('the user’s file comes first, and says nothing of other models', async (t) => {
  const pricesFile = file(
    t,
    '\uFEFF{"gpt-5": {"input": 1, "output": 2}, "mine": {"input": 0, "cached_input": 0, "output": 0, "context_window": 8192}}',
  );
  const list = await openPriceList({ ...plain, pricesFile });
  assert.deepEqual(list.of('gpt-5'), { price: { input: 1, cachedInput: 1, output: 2 }, contextWindow: null });
  assert.equal(list.of('mine').contextWindow, 8192);
  assert.equal(list.of('gpt-5-mini').price?.input, 0.25);
});

test('a file that is not of its form is refused with the setting’s name and the place', async (t) => {
  const open = (text: string) => openPriceList({ ...plain, pricesFile: file(t, text) });
  await assert.rejects(open('{'), /^UsageError: SWITCHYARD_MODEL_PRICES: .*prices\.json: .*JSON/);
  await assert.rejects(open('{"m": {"input": -1, "output": 2}}'), /: m\.input: .*dollars for a million tokens/);
  await assert.rejects(open('{"m": {"input": 1, "output": 2, "price": 3}}'), /: m: .*"price"/);
  await assert.rejects(
    openPriceList({ ...plain, pricesFile: '/nowhere/prices.json' }),
    /SWITCHYARD_MODEL_PRICES: .*ENOENT/,
  );
});

test('the built-in model costs nothing under any name; its server alone only under its own', async () => {
  const builtIn = await openPriceList({ ...plain, offline: true });
  assert.equal(builtIn.of('gpt-5').price?.output, 0);
  const served = await at('http://127.0.0.1:8080/v1');
  assert.equal(served.of('switchyard-offline').price?.output, 0);
});
