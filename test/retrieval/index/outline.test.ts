import assert from 'node:assert/strict';
import { type TestContext, test } from 'node:test';
import { join } from 'node:path';
import { gitRepository, openPath, runTool, scratchFolder, scratchRetrieval } from '../scratch.ts';

const files = {
  'src/money.ts': '/** Rounds. */\nexport function roundMoney(value: number): number {\n  return value;\n}\n',
  'src/cart.ts':
    "import { roundMoney } from './money.ts';\nexport class Cart {\n  total(): number {\n    return roundMoney(1) + roundMoney(2);\n  }\n}\n",
  'src/order.ts':
    "import { roundMoney } from './money.ts';\nimport { Cart } from './cart.ts';\nexport const order = () => roundMoney(new Cart().total());\n",
  'test/cart.test.ts':
    "import { Cart } from '../src/cart.ts';\nexport function checkCart() {\n  return new Cart().total();\n}\n",
  'docs/guide.md': '# Guide\n\nCall roundMoney.\n',
};

async function opened(t: TestContext) {
  const scratch = scratchFolder(t);
  const retrieval = scratchRetrieval(t, join(scratch, 'home'));
  const snapshot = await openPath(retrieval, gitRepository(join(scratch, 'shop'), files));
  return (tool: string, args: unknown) => runTool(retrieval, snapshot, tool, args);
}

test('find_references shows who uses a name, code before tests, and not where it is defined', async (t) => {
  const run = await opened(t);
  const { text, evidence } = await run('find_references', { name: 'roundMoney' });
  assert.deepEqual([...new Set(evidence.map(({ path }) => path))], ['src/cart.ts', 'src/order.ts']);
  assert.doesNotMatch(text, /@@ (src\/money|docs)/);
  const cart = (await run('find_references', { name: 'shop.Cart()' })).evidence.map(({ path }) => path);
  assert.deepEqual([...new Set(cart)], ['src/order.ts', 'test/cart.test.ts']);
  assert.match((await run('find_references', { name: 'nobody' })).text, /^note: nothing found/);
});

test('the map shows signatures of the most used files first, within its budget', async (t) => {
  const run = await opened(t);
  const { text } = await run('repository_map', { tokens: 500 });
  assert.match(text, /^src\/money\.ts\n {2}2\| export function roundMoney\(value: number\): number\n/);
  assert.match(text, /src\/cart\.ts\n {2}2\| export class Cart\n {2}3\| +total\(\): number\n/);
  assert.doesNotMatch(text, /return value|guide\.md/);
  const short = (await run('repository_map', { tokens: 25 })).text;
  assert.match(short, /^src\/money\.ts/);
  assert.doesNotMatch(short, /cart\.ts/);
  assert.match((await run('repository_map', { path: 'docs' })).text, /^note: nothing to show/);
});
