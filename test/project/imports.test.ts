/** The table of folder boundaries: each kind of rule is broken once, and the checkout keeps all of them. */
import assert from 'node:assert/strict';
import { join } from 'node:path';
import { test } from 'node:test';
import { forbiddenImports, importCycles, importsOf, importsOfCheckout } from './check-imports.ts';

const checkout = join(import.meta.dirname, '../..');

for (const [path, specifier, why] of [
  ['agents/a.ts', '../models/b.ts', 'agents/ may import lib, contracts'],
  ['agents/a.ts', '@temporalio/client', 'usable without Temporal'],
  ['workflows/a.ts', '../agents/b.ts', 'workflows/ may import lib, contracts, types of activities'],
  ['workflows/answer-question/a.ts', '../../activities/b.ts', 'types of activities'],
  ['workflows/a.ts', 'node:fs', 'workflow code is deterministic'],
  ['client/a.ts', '../worker/b.ts', 'client/ may import'],
  ['client/commands/runs/a.ts', '../../../models/b.ts', 'client/ may import'],
  ['contracts/a.ts', '../agents/b.ts', 'contracts/ may import lib'],
  ['lib/a.ts', '../contracts/b.ts', 'lib/ may import nothing of ours'],
  ['runtime/host/a.ts', '../../worker/b.ts', 'runtime/ may import'],
] as const) {
  test(`${path} must not import ${specifier}`, () => {
    for (const source of [
      `import { x } from '${specifier}';\n`,
      `export { x } from '${specifier}';\n`,
      `const { x } = await import('${specifier}');\n`,
    ]) {
      const [problem = ''] = forbiddenImports(importsOf(path, source));
      assert.ok(problem.startsWith(`${path}:1 imports `) && problem.includes(why), `${source}: ${problem}`);
    }
  });
}

test('what is allowed passes: types of activities, a composition root, a folder of its own', () => {
  const allowed = [
    importsOf('workflows/a.ts', "import type { A } from '../activities/index.ts';\n"),
    importsOf('workflows/a.ts', "import { sleep } from '@temporalio/workflow';\n"),
    importsOf('runtime/host/main.ts', "import { startWorker } from '../../worker/create-worker.ts';\n"),
    importsOf('agents/a.ts', "import { b } from './b.ts';\n"),
  ].flat();
  assert.equal(allowed.length, 4);
  assert.deepEqual(forbiddenImports(allowed), []);
});

test('a circle is found through type-only and dynamic imports', () => {
  const imports = [
    ...importsOf('lib/a.ts', "import type { B } from './b.ts';\n"),
    ...importsOf('lib/b.ts', "const c = () => import('./c.ts');\n"),
    ...importsOf('lib/c.ts', "export * from './a.ts';\n"),
    ...importsOf('lib/d.ts', "import { a } from './a.ts';\n"),
  ];
  assert.deepEqual(importCycles(imports), [['lib/a.ts', 'lib/b.ts', 'lib/c.ts']]);
});

test('the checkout keeps to the table and has no circle', () => {
  const imports = importsOfCheckout(checkout);
  assert.ok(imports.length > 1000);
  assert.deepEqual(forbiddenImports(imports), []);
  assert.deepEqual(importCycles(imports), []);
});
