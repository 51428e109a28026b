import assert from 'node:assert/strict';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { test } from 'node:test';
import { type FailureKind, failureKinds, failurePage } from '../../contracts/failures.ts';
import { toolNames } from '../../contracts/names.ts';
import { PipelineSpec } from '../../contracts/pipeline.ts';

const checkout = join(import.meta.dirname, '../..');
const read = (path: string) => readFileSync(join(checkout, path), 'utf8');
const documents = ['README.md', 'CONTRIBUTING.md', 'CHANGELOG.md'].concat(
  ['docs', 'datasets', 'examples'].flatMap((folder) =>
    readdirSync(join(checkout, folder), { recursive: true, encoding: 'utf8' })
      .filter((path) => path.endsWith('.md') && !path.includes('node_modules'))
      .map((path) => join(folder, path)),
  ),
);
const pipelines = readdirSync(join(checkout, 'pipelines')).filter((name) => name.endsWith('.json'));

/** Links to our own files and headings; those in code are none. */
function linksOf(document: string): string[] {
  const prose = read(document).replaceAll(/^(`{3,}).*\n[\s\S]*?^\1$|`[^`\n]*`/gm, '');
  return [...prose.matchAll(/\]\((?!https?:)([^)\s]+)\)/g)].map((match) => match[1] ?? '');
}

/** The anchors that GitHub makes of a document's headings. */
function anchorsOf(path: string): string[] {
  const text = read(path).replaceAll(/^(`{3,}).*\n[\s\S]*?^\1$/gm, '');
  return [...text.matchAll(/^#+ (.+)$/gm)].map(([, heading = '']) =>
    heading
      .toLowerCase()
      .replaceAll(/[^\p{L}\p{N} _-]/gu, '')
      .replaceAll(' ', '-'),
  );
}

test('the table of failures says what the code does, and each kind has a page', () => {
  const yes = (is: boolean) => (is ? 'yes' : 'no');
  const rows = Object.entries(failureKinds).map(([kind, { retry, wait, setting }]) => {
    const page = failurePage(kind as FailureKind).replace('docs/', '');
    return `| [${kind}](${page}) | ${yes(retry)} | ${yes(wait)} |${setting === null ? '' : ` \`${setting}\``} |`;
  });
  const table = read('docs/failures.md')
    .split('\n')
    .filter((line) => line.startsWith('| ['));
  assert.deepEqual(table, rows);
  const pages = readdirSync(join(checkout, 'docs/failures')).map((name) => `docs/failures/${name}`);
  assert.deepEqual(
    pages.toSorted(),
    Object.keys(failureKinds)
      .map((kind) => failurePage(kind as FailureKind))
      .toSorted(),
  );
});

for (const [kind, { retry, wait, setting }] of Object.entries(failureKinds))
  test(`the page of ${kind} has every part, and agrees with the code`, () => {
    const [title, ...parts] = read(failurePage(kind as FailureKind)).split(/^## /m);
    assert.match(title ?? '', new RegExp(`^# ${kind}\n\n\`\`\`\n[^\n]+\n\`\`\`\n\n$`));
    const [means, tried, retried, todo] = parts;
    assert.match(means ?? '', /^What it means\n\n\S/);
    assert.match(tried ?? '', /^What was tried\n\n\S/);
    assert.match(retried ?? '', new RegExp(`^Is it retried\\?\n\n${retry ? 'Yes' : 'No'}\\b`));
    assert.equal(/runs resume/.test(retried ?? ''), wait);
    assert.match(todo ?? '', /^What to do\n\n- \S/);
    assert.equal(parts.length, 4);
    if (setting !== null) assert.ok(parts.join().includes(`${setting}`), `names ${setting}`);
  });

test('there are documents, with links and names of scripts in them, and pipelines', () => {
  assert.ok(documents.length > 10);
  const text = documents.map(read).join('\n');
  const links = documents.flatMap(linksOf);
  assert.ok(links.length > 60);
  assert.ok(links.filter((link) => link.includes('#')).length >= 5);
  assert.ok((text.match(/\bnpm run [\w:-]+/g) ?? []).length > 10);
  assert.ok(pipelines.length >= 3);
});

for (const document of documents) {
  test(`${document} links only to files and headings that exist`, () => {
    for (const link of linksOf(document)) {
      const [path = '', anchor] = link.split('#');
      const target = path === '' ? document : join(dirname(document), path);
      assert.ok(existsSync(join(checkout, target)), `${document}: ${link}`);
      if (anchor !== undefined) assert.ok(anchorsOf(target).includes(anchor), `${document}: ${link}`);
    }
  });

  test(`${document} names only npm scripts that exist`, () => {
    // An example may be a project of its own.
    const own = join(dirname(document), 'package.json');
    const manifests = ['package.json', ...(existsSync(join(checkout, own)) ? [own] : [])];
    const scripts = manifests.flatMap((path) => Object.keys(JSON.parse(read(path)).scripts));
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

test('the shipped pipelines are matched: gate, retry limit, budget and the union of tools are the same', () => {
  const [orchestrated, single] = ['orchestrated', 'single-agent'].map((name) =>
    JSON.parse(read(`pipelines/${name}.json`)),
  );
  assert.deepEqual(orchestrated.gate, single.gate);
  assert.deepEqual(orchestrated.budget, single.budget);
  const union = (spec: { specialists: { tools: string[] }[] }) =>
    [...new Set(spec.specialists.flatMap(({ tools }) => tools))].toSorted();
  assert.deepEqual(union(orchestrated), union(single));
});
