import assert from 'node:assert/strict';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { test } from 'node:test';
import { failureKinds } from '../../contracts/failures.ts';
import { toolNames } from '../../contracts/names.ts';
import { PipelineSpec } from '../../contracts/pipeline.ts';

const checkout = join(import.meta.dirname, '../..');
const read = (path: string) => readFileSync(join(checkout, path), 'utf8');
const documents = ['README.md', 'CONTRIBUTING.md', 'CHANGELOG.md'].concat(
  readdirSync(join(checkout, 'docs'), { recursive: true, encoding: 'utf8' })
    .filter((path) => path.endsWith('.md'))
    .map((path) => join('docs', path)),
);
const pipelines = readdirSync(join(checkout, 'pipelines')).filter((name) => name.endsWith('.json'));

test('every failure kind has a heading in docs/failures.md, and every heading is a kind', () => {
  const headings = [...read('docs/failures.md').matchAll(/^## (\w+)$/gm)].map((match) => match[1]);
  assert.deepEqual(headings.toSorted(), Object.keys(failureKinds).toSorted());
});

test('there are documents, with links and names of scripts in them, and pipelines', () => {
  assert.ok(documents.length > 10);
  const text = documents.map(read).join('\n');
  assert.ok((text.match(/\]\((?!https?:|#)[^)#\s]+[^)]*\)/g) ?? []).length > 20);
  assert.ok((text.match(/\bnpm run [\w:-]+/g) ?? []).length > 10);
  assert.ok(pipelines.length >= 3);
});

for (const document of documents) {
  test(`${document} links only to files that exist`, () => {
    const links = [...read(document).matchAll(/\]\((?!https?:|#)([^)#\s]+)[^)]*\)/g)].map((match) => match[1] ?? '');
    for (const link of links) {
      const target = join(checkout, dirname(document), link);
      assert.ok(existsSync(target), `${document}: ${link}`);
    }
  });

  test(`${document} names only npm scripts that exist`, () => {
    const scripts = Object.keys(JSON.parse(read('package.json')).scripts);
    const named = [...read(document).matchAll(/\bnpm run ([\w:-]+)/g)].map((match) => match[1] ?? '');
    for (const name of named) assert.ok(scripts.includes(name), `${document}: npm run ${name}`);
  });
}

for (const file of pipelines) {
  test(`the shipped pipeline ${file} is whole, and its tools exist`, () => {
    const raw = JSON.parse(read(join('pipelines', file)));
    for (const specialist of raw.specialists) {
      specialist.prompt = read(join('pipelines', specialist.promptFile));
      delete specialist.promptFile;
    }
    const spec = PipelineSpec.parse(raw);
    assert.equal(`${spec.name}.json`, file);
    const known: readonly string[] = toolNames;
    for (const { tools } of spec.specialists)
      assert.deepEqual(
        tools.filter((tool) => !known.includes(tool)),
        [],
      );
  });
}

test('the arms are matched: gate, retry limit, budget and the union of tools are the same', () => {
  const [orchestrated, single] = ['orchestrated', 'single-agent'].map((name) =>
    JSON.parse(read(`pipelines/${name}.json`)),
  );
  assert.deepEqual(orchestrated.gate, single.gate);
  assert.deepEqual(orchestrated.budget, single.budget);
  const union = (spec: { specialists: { tools: string[] }[] }) =>
    [...new Set(spec.specialists.flatMap(({ tools }) => tools))].toSorted();
  assert.deepEqual(union(orchestrated), union(single));
});
