/** Tools of one's own: which modules can be used, and what holds whatever a tool gives. */
import assert from 'node:assert/strict';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, test } from 'node:test';
import { createRetrieval } from '../../retrieval/repository.ts';
import { loadOwnTools } from '../../retrieval/tools/own-tools.ts';
import { toolDefinitions } from '../../retrieval/tools/tools.ts';
import { checkout } from '../support/temporal.ts';
import { gitRepository, never, openPath } from './scratch.ts';

const scratch = mkdtempSync(join(tmpdir(), 'switchyard-own-tools-'));
after(() => rmSync(scratch, { recursive: true }));

const files = { 'lib/kettle.js': '// The lid keeps heat in.\nexport const lid = true;\n' };

const head = `
  import { z } from '${join(checkout, 'node_modules/zod/index.js')}';
  import { defineTool } from '${join(checkout, 'retrieval/tools/tool-table.ts')}';
  const parameters = z.strictObject({ word: z.string() });
  const tool = (run) => defineTool({ description: 'A test.', kind: 'docs', parameters, run });
`;

function moduleOf(name: string, source: string): string {
  const file = join(scratch, name);
  writeFileSync(file, source);
  return file;
}

const odd = moduleOf(
  'odd.ts',
  `${head}
  const file = (view) => view.byPath.get('lib/kettle.js');
  const place = (view, more) => ({ path: 'lib/kettle.js', firstLine: 1, lastLine: 2, blob: file(view).blob, ...more });
  const ok = (text, evidence = []) => ({ status: 'ok', text, cut: false, evidence });
  export const tools = {
    endless_text: tool(() => ok('\\u{1f600}'.repeat(1_000_000))),
    false_evidence: tool((view) => ok('x', [
      place(view), place(view, { lastLine: 3 }), place(view, { path: 'lib/other.js' }),
      place(view, { blob: '0'.repeat(40) }), place(view, { firstLine: 2, lastLine: 1 }),
    ])),
    throwing: tool(() => { throw new Error('the key is wrong'); }),
    no_result: tool(() => 'just text'),
  };`,
);

test('a tool of one’s own runs in the retrieval thread, and what it gives is bounded and checked', async () => {
  const example = join(checkout, 'examples/own-tool/search-comments.ts');
  const settings = { dataDirectory: join(scratch, 'home'), toolModules: [example, odd] };
  await using retrieval = createRetrieval(settings);
  const snapshot = await openPath(retrieval, gitRepository(join(scratch, 'kettle'), files));
  const allowed = ['search_comments', 'endless_text', 'false_evidence', 'throwing', 'no_result'];
  const run = (tool: string, args: unknown, names = allowed) =>
    retrieval.runTool(snapshot, { callId: 'c', tool, argumentsText: JSON.stringify(args) }, names, never);

  const found = await run('search_comments', { query: 'what does the lid do?' });
  assert.match(found.text, /^@@ lib\/kettle\.js:1-2\n1\| \/\/ The lid keeps heat in\./);
  assert.equal(found.evidence.length, 1);
  assert.match(
    (await run('search_comments', { words: 'lid' })).text,
    /^error: search_comments cannot take .*\{query\}/,
  );
  assert.match((await run('search_comments', { query: 'lid' }, ['grep'])).text, /^error: there is no tool/);

  const long = await run('endless_text', { word: 'x' });
  assert.ok(long.text.length <= 12_000 && long.text.isWellFormed());
  assert.equal(long.cut, true);
  assert.deepEqual(
    (await run('false_evidence', { word: 'x' })).evidence.map(({ firstLine, lastLine }) => [firstLine, lastLine]),
    [[1, 2]],
  );
  assert.deepEqual(await run('throwing', { word: 'x' }), {
    status: 'error',
    text: 'error: throwing failed: the key is wrong',
    cut: false,
    evidence: [],
  });
  assert.match((await run('no_result', { word: 'x' })).text, /^error: no_result gave something that is no tool result/);
});

test('models are told of it as of any tool', async () => {
  const own = await loadOwnTools([odd]);
  const [definition, grep] = toolDefinitions(['throwing', 'grep', 'unknown'], own);
  assert.deepEqual(definition?.parameters, {
    type: 'object',
    properties: { word: { type: 'string' } },
    required: ['word'],
    additionalProperties: false,
  });
  assert.equal(grep?.name, 'grep');
});

for (const [name, source, complaint] of [
  ['missing.ts', null, /missing\.ts cannot be loaded: /],
  ['broken.ts', 'export const = 1;', /broken\.ts cannot be loaded: /],
  ['empty.ts', 'export const tools = {};', /empty\.ts exports no tools/],
  ['taken.ts', `${head} export const tools = { grep: tool(() => null) };`, /the tool "grep" has the name of one of/],
  [
    'named.ts',
    `${head} export const tools = { 'rm -rf': tool(() => null) };`,
    /the tool "rm -rf" has a name that is not/,
  ],
  ['bare.ts', 'export const tools = { bare: { description: "x" } };', /the tool "bare" is not whole: kind: /],
  [
    'read-only.ts',
    `${head} export const tools = { looks: { ...tool(() => null), readOnly: 'yes' } };`,
    /the tool "looks" is not whole: readOnly: /,
  ],
  [
    'date.ts',
    `${head} export const tools = { dated: { ...tool(() => null), parameters: z.object({ day: z.date() }) } };`,
    /the tool "dated" has parameters without a JSON Schema/,
  ],
] as const)
  test(`${name} cannot be used, and the message says why`, async () => {
    const file = source === null ? join(scratch, name) : moduleOf(name, source);
    await assert.rejects(loadOwnTools([file]), { name: 'ToolModuleProblem', message: complaint });
  });

test('a tool only reads where it says so', async () => {
  const own = await loadOwnTools([odd, join(checkout, 'examples/own-tool/search-comments.ts')]);
  const reading = Object.keys(own).filter((name) => own[name]?.readOnly === true);
  assert.deepEqual(reading, ['search_comments']);
});

test('a name that two modules have is refused', async () => {
  const twin = moduleOf('twin.ts', `${head} export const tools = { throwing: tool(() => null) };`);
  await assert.rejects(loadOwnTools([odd, twin]), /twin\.ts: the tool "throwing" is there twice/);
});
