/** What the npm package holds, and that its files find each other. `npm run test:package` installs and uses one. */
import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { isBuiltin } from 'node:module';
import { dirname, join } from 'node:path';
import { test } from 'node:test';
import { sourcesIn } from '../../lib/own-files.ts';
import { temporaryFolder } from '../client/run-command.ts';
import { filesOfCheckout, importsOf } from './check-imports.ts';
import { mayImport } from './import-rules.ts';

const root = join(import.meta.dirname, '../..');
const read = (path: string) => readFileSync(join(root, path), 'utf8');
const manifest = JSON.parse(read('package.json')) as {
  exports: Record<string, string | { types: string; default: string }>;
  dependencies: Record<string, string>;
  peerDependencies: Record<string, string>;
  devDependencies: Record<string, string>;
};
const folders = (JSON.parse(read('deploy/package/tsconfig.json')) as { include: string[] }).include.map((path) =>
  path.replace('../../', ''),
);
const sources = filesOfCheckout(root)
  .filter((file) => file.endsWith('.ts') && folders.includes(file.split('/')[0] ?? ''))
  .map((file) => ({ file, text: read(file) }));

test('the package has every folder of the program, and none of tests, measurements and examples', () => {
  const notShipped = ['bench', 'examples', 'test'];
  const code = Object.keys(mayImport).filter((name) => !name.includes('/') && !notShipped.includes(name));
  assert.deepEqual(folders, [...code, 'datasets', 'pipelines'].sort());
});

test('no source names another one by its .ts file, which the package does not have', () => {
  const strays = sources.flatMap(({ file, text }) =>
    [...text.matchAll(/(.{0,8})['"]([^'"\s]+\.ts)['"]/g)]
      .filter(([, before = '']) => !/(?:from |import |import\()$/.test(before))
      .filter(([, , path = '']) => [dirname(file), '.'].some((from) => existsSync(join(root, from, path))))
      .map(([, , path]) => `${file}: ${path} (see lib/own-files.ts)`),
  );
  assert.deepEqual(strays, []);
});

test('every module that is named by its path is there', () => {
  const named = sources.flatMap(({ file, text }) =>
    [...text.matchAll(/(?:moduleFile|moduleUrl|addPassThrough)\([^)]*?'([\w-]+\/[\w/-]+)'\)/g)].map(([, path]) => ({
      file,
      path,
    })),
  );
  assert.ok(named.length >= 14, `found ${named.length}`);
  for (const { file, path } of named) assert.ok(existsSync(join(root, `${path}.ts`)), `${file}: ${path}`);
});

test('what the package runs is among its dependencies', () => {
  const used = sources
    .flatMap(({ file, text }) => importsOf(file, text))
    .filter(({ from, to, typeOnly }) => !typeOnly && !existsSync(join(root, to)) && !isBuiltin(to) && from !== to)
    .map(({ to }) => (to.startsWith('@') ? to.split('/').slice(0, 2).join('/') : (to.split('/')[0] ?? '')));
  const named = { ...manifest.dependencies, ...manifest.peerDependencies };
  assert.deepEqual(
    [...new Set(used)].filter((name) => !(name in named)),
    [],
  );
});

test('Temporal’s packages are peers of one version, so that a program and this package load the same copy', () => {
  const all = { ...manifest.dependencies, ...manifest.devDependencies, ...manifest.peerDependencies };
  const temporal = Object.keys(all).filter((name) => name.startsWith('@temporalio/'));
  assert.deepEqual(temporal, Object.keys(manifest.peerDependencies));
  assert.equal(new Set(Object.values(manifest.peerDependencies)).size, 1);
  // What is a development dependency, too, is left out by `npm ci --omit=dev`, as the image is made.
  const lock = JSON.parse(read('package-lock.json')) as { packages: Record<string, { peer?: true; dev?: true }> };
  for (const name of temporal) {
    const { peer, dev } = lock.packages[`node_modules/${name}`] ?? {};
    assert.deepEqual([peer, dev], [true, undefined], name);
  }
});

test('one copy of protobufjs is installed for the SDK, whose parts hand its types to each other', () => {
  // An older one that another package asks for goes first unless we ask for the SDK's, and `trace` and `replay` fail.
  const sdk = JSON.parse(read('node_modules/@temporalio/proto/package.json')) as typeof manifest;
  assert.equal(manifest.dependencies.protobufjs, sdk.dependencies.protobufjs);
});

test('no text has npx fetch the package `switchyard`, which is somebody else’s', () => {
  const files = execFileSync('git', ['ls-files', '*.md', '*.ts', '*.js', '*.yml', '*.sh', '.env.example'], {
    cwd: root,
    encoding: 'utf8',
  });
  const fetching = files
    .trim()
    .split('\n')
    .filter((file) => file !== 'test/project/package.test.ts' && existsSync(join(root, file)))
    .filter((file) => /\bnpx (?:-y |--yes )?switchyard\b/.test(read(file)));
  assert.deepEqual(fetching, [], 'write `switchyard`, or `npx --no switchyard` for a checkout');
});

test('every entry for programs is made of a source', () => {
  for (const [name, entry] of Object.entries(manifest.exports)) {
    if (typeof entry === 'string' || name.includes('*')) continue;
    const source = entry.default.replace('./dist/', '').replace(/\.js$/, '.ts');
    assert.equal(entry.types.replace(/\.d\.ts$/, '.js'), entry.default);
    assert.ok(existsSync(join(root, source)), source);
  }
});

test('what a person is told to install for the questions that ship is what they were written for', () => {
  const told = /fastify@([\d.]+)/.exec(read('client/evaluate/dataset-repository.ts'))?.[1];
  assert.equal(told, manifest.devDependencies.fastify);
});

test('a hash of the code takes what runs: compiled modules and data, no declarations of types', () => {
  using folder = temporaryFolder();
  mkdirSync(join(folder.path, 'workflows/input'), { recursive: true });
  for (const name of ['index.js', 'index.d.ts', 'input/schemas.json', 'notes.md'])
    writeFileSync(join(folder.path, 'workflows', name), name);
  const names = [...sourcesIn(['workflows'], folder.path)].map(([name]) => name);
  assert.deepEqual(names, ['workflows/index.js', 'workflows/input/schemas.json']);
});
