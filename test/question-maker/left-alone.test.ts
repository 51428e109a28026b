/** What the finders leave alone, and what they make of a project as a whole. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { drawPool } from '../../question-maker/find-candidates.ts';
import { defines, facts, found, foundIn } from './found-in.ts';

test('the project itself: licence, runtime and test runner', async () => {
  const text =
    '{\n  "license": "BSD-3-Clause",\n  "engines": {\n    "node": ">=22.1"\n  },\n  "scripts": {\n    "test": "tsc && ava"\n  }\n}\n';
  const all = await found([{ path: 'package.json', class: 'config', text }]);
  assert.deepEqual(all.map(facts), [[['BSD-3-Clause', 'BSD 3 Clause']], [['22.1', 'v22.1']], [['ava']]]);
});

test('a comment that names a parameter of one letter is no question', async () => {
  const asked = async (comment: string) => {
    const text = `// ${comment}\nfunction overlapOf(s, b) {\n}\n`;
    const [only] = await found([{ path: 'a.js', text, definitions: [defines('overlapOf', 'function', 2, 3)] }]);
    return only?.question;
  };
  assert.equal(await asked('Parses s and folds it into the form of the store.'), undefined);
  assert.equal(await asked('Tells how much of `b` the other text has.'), undefined);
  assert.match(
    (await asked("Parses a text that isn't in the form of the store, e.g. by hand.")) ?? '',
    /^Which function/,
  );
});

test('a section on a task is not asked for the inside of a string', async () => {
  const section = (code: string, name: string) =>
    `## Matching hosts\n\nOnly \`${name}\` counts, and \`${name}\` alone.\n\n\`\`\`go\n${code}\n\`\`\`\n`;
  const factsOf = async (code: string, name: string) => {
    const text = section(code, name);
    const definitions = [defines('Matching hosts', 'heading', 1, 8)];
    return (await found([{ path: 'docs/a.md', class: 'docs', text, definitions }])).map(facts);
  };
  assert.deepEqual(await factsOf('r.Host("www.example.com")', 'www.example.com'), []);
  assert.deepEqual(await factsOf('r.matchHost("match_host")', 'match_host'), []);
  assert.deepEqual(await factsOf('router.match_host("www.example.com")', 'match_host'), [[['match_host']]]);
});

test('ids of one source, file and fact differ between repositories, and so do the topics of what is absent', async () => {
  const licence = { path: 'package.json', class: 'config', text: '{\n  "license": "MIT"\n}\n' };
  const choice = { questions: 10, seed: 1, mix: { code: 1, docs: 1 }, unanswerable: 0.5, split: { dev: 1 } };
  const topics = new Set<string>();
  const ids = new Set<string>();
  const names = ['tea', 'coffee', 'milk', 'water'];
  for (const name of names) {
    const all = await foundIn(name, [licence]);
    assert.deepEqual(await foundIn(name, [licence]), all);
    for (const { id } of all) ids.add(id);
    const { pool } = drawPool(all, choice);
    topics.add(JSON.stringify(pool.slice(0, 3).map(({ absent }) => absent)));
  }
  const [one] = [await foundIn('tea', [licence])];
  assert.equal(ids.size, names.length * (one?.length ?? 0));
  assert.equal(topics.size, names.length);
});

test('no repository makes the finders throw or take long', async () => {
  const wide = [
    '('.repeat(50_000),
    '`'.repeat(50_000),
    `- \`${'a'.repeat(30_000)}`,
    ' '.repeat(100_000),
    'throw new Error('.repeat(5000),
    '| '.repeat(40_000),
  ];
  // In lines, since text without them counts as written by a program.
  const hostile = wide.map((text) => (text.match(/.{1,250}/gs) ?? []).join('\n'));
  const files = hostile.flatMap((text, at) =>
    (['code', 'docs', 'test'] as const).map((kind) => ({
      path: `x${at}.${kind === 'docs' ? 'md' : 'js'}`,
      class: kind,
      text: `${text}\n## heading\n${text}`,
      definitions: [defines('thing', 'function', 1, 3), defines('heading', 'heading', 2, 3)],
    })),
  );
  const startMs = performance.now();
  await found(files);
  assert.ok(performance.now() - startMs < 10_000);
});
