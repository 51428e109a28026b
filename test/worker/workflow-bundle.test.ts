import assert from 'node:assert/strict';
import { cpSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { test } from 'node:test';
import { workflowBundle } from '../../worker/workflow-bundle.ts';

test('the bundle lies where all data directories find it, else in the data directory', async (t) => {
  const folder = mkdtempSync(join(tmpdir(), 'switchyard-bundle-'));
  t.after(() => rmSync(folder, { recursive: true, force: true }));
  const [first, second, shared, file] = ['first', 'second', 'shared', 'file'].map((name) => join(folder, name));
  assert.ok(first && second && shared && file);
  writeFileSync(file, '');
  const own = await workflowBundle(first, { shared: join(file, 'no-folder') });
  assert.equal(dirname(own.codePath), first);
  assert.deepEqual(await workflowBundle(first, { shared: join(file, 'no-folder') }), own);
  assert.doesNotMatch(
    readFileSync(own.codePath, 'utf8'),
    /function _object_spread|function _class_private/,
    'no helpers for what Node has itself',
  );
  const { sharedObjects } = process.report.getReport() as { sharedObjects: string[] };
  const compilers = sharedObjects.filter((path) => path.includes('swc'));
  assert.deepEqual(compilers, [], 'the bundler does not stay in the memory of the worker');

  cpSync(first, shared, { recursive: true });
  const found = await workflowBundle(second, { shared });
  assert.equal(dirname(found.codePath), shared);
  assert.deepEqual(readdirSync(folder).sort(), ['file', 'first', 'shared'], 'nothing is made a second time');
});
