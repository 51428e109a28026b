/** Tests and samples are told by their paths, in the customs of several languages. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { isSamplePath, isTestPath } from '../../lib/paths.ts';

test('a test is told by its folder or its name', () => {
  for (const path of [
    'test/a.js',
    'src/__tests__/deep/a.ts',
    'pkg/testing/util.go',
    'src/cart.test.ts',
    'src/cart_test.go',
    'app/cart-spec.rb',
    'tests.py',
    'conftest.py',
    'test_cart.py',
    'src/CartTest.java',
    'e2e/login.ts',
  ])
    assert.equal(isTestPath(path), true, path);
  for (const path of ['src/contest.ts', 'lib/latest/a.js', 'src/testimony.md', 'docs/testing.md', 'spec.md', 'a.js'])
    assert.equal(isTestPath(path), false, path);
});

test('a sample is told by its folder, or as a story', () => {
  for (const path of [
    'examples/a.js',
    '_examples/rest/main.go',
    'x/_example/a.go',
    'packages/x/benchmark/run.js',
    'src/Button.stories.tsx',
  ])
    assert.equal(isSamplePath(path), true, path);
  for (const path of ['src/example.js', 'src/benchmarks.ts', 'lib/template.js', 'lib/counter_examples_of/a.js'])
    assert.equal(isSamplePath(path), false, path);
});
