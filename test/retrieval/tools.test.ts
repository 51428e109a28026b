import assert from 'node:assert/strict';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import fc from 'fast-check';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { toolNames } from '../../contracts/names.ts';
import type { Snapshot } from '../../contracts/snapshot.ts';
import { createRetrieval, type Retrieval } from '../../retrieval/repository.ts';
import { toolDefinitions } from '../../retrieval/tools/tools.ts';
import { retrievalThreads as threads } from '../support/retrieval-threads.ts';
import { commitAll, gitRepository, never, openPath, runTool, writeFiles } from './scratch.ts';

const scratch = mkdtempSync(join(tmpdir(), 'switchyard-tools-'));
const long = Array.from({ length: 500 }, (_, at) => `line ${at + 1}`).join('\n');
const files = {
  'lib/route.js':
    '/** Adds a route. */\nexport function addRoute (path) {\n  if (!path) throw new Error("no path")\n  return path\n}\n',
  'lib/reply.js': 'Reply.prototype.send = function (payload) {\n  return addRoute(payload)\n}\n',
  'test/route.test.js': 'test("addRoute", () => {\n  addRoute("/")\n})\n',
  'docs/routes.md':
    '# Routes\n\nCall addRoute to add a route.\n\n## Errors\n\nWithout a path it throws, because nothing is there.\n',
  'test/twin.js': 'zebra crossing\n',
  'docs/twin.js': 'zebra crossing\n',
  'lib/twin.js': 'zebra crossing\n',
  'long.txt': `${long}\n`,
  ...Object.fromEntries(Array.from({ length: 300 }, (_, at) => [`many/file-${at}.js`, `const number${at} = common\n`])),
};
let retrieval: Retrieval;
let snapshot: Snapshot;

before(async () => {
  const checkout = gitRepository(join(scratch, 'router'), files);
  writeFiles(checkout, { 'lib/reply.js': `${files['lib/reply.js']}// done\n` });
  commitAll(checkout, 'Say done');
  retrieval = createRetrieval({ dataDirectory: join(scratch, 'home'), threads });
  snapshot = await openPath(retrieval, checkout);
});
after(async () => {
  await retrieval.close();
  rmSync(scratch, { recursive: true });
});

const run = (tool: string, args: unknown) => runTool(retrieval, snapshot, tool, args);

test('search_code shows code before tests and docs, with the definition in the header', async () => {
  const result = await run('search_code', { query: 'How is a route added?' });
  assert.match(result.text, /^@@ lib\/route\.js:1-5 \(function addRoute\)\n1\| \/\*\* Adds a route\. \*\/\n/);
  assert.equal(result.evidence[0]?.symbol, 'addRoute');
  const ranked = async (query: string) => (await run('search_code', { query })).evidence.map((one) => one.path);
  assert.deepEqual(await ranked('zebra'), ['lib/twin.js', 'docs/twin.js', 'test/twin.js']);
  assert.equal((await ranked('which test has a zebra'))[0], 'test/twin.js');
});

test('search_code puts the places of a stack trace first', async () => {
  const query =
    'Error: no path\n    at addRoute (/srv/app/lib/route.js:3:20)\n    at Object.<anonymous> (/x/lib/reply.js:2:3)';
  const { evidence } = await run('search_code', { query });
  assert.deepEqual(
    evidence.slice(0, 2).map((one) => one.path),
    ['lib/route.js', 'lib/reply.js'],
  );
});

test('a search says which words no file has, and searches for what a slip was meant to be', async () => {
  const slip = await run('search_code', { query: 'where is a roite added to the payroll' });
  assert.match(slip.text, /^@@ lib\/route\.js:1-5 /);
  assert.match(slip.text, /^note: no file has roite: searched for route instead$/m);
  assert.match(slip.text, /^note: no file has: payroll$/m);
  // The stem of the stem of "because" is another.
  const stemmed = await run('search_docs', { query: 'does it throw becuase of nothing' });
  assert.match(stemmed.text, /^note: no file has becuase: searched for because instead$/m);
  assert.doesNotMatch((await run('search_docs', { query: 'zebra route' })).text, /no file has/);
});

test('search_docs shows documents only, by section', async () => {
  const result = await run('search_docs', { query: 'route errors' });
  assert.ok(result.evidence.length > 0);
  assert.ok(
    result.evidence.every((one) => /^docs\/|\.txt$/.test(one.path)),
    result.text,
  );
});

test('read_lines shows the lines asked for, 240 at most, and says what is left', async () => {
  assert.equal(
    (await run('read_lines', { path: './lib/route.js', first_line: '2', last_line: 2 })).text,
    '@@ lib/route.js:2-2\n2| export function addRoute (path) {',
  );
  const result = await run('read_lines', { path: 'long.txt', first_line: 101, last_line: 500 });
  assert.match(
    result.text,
    /^@@ long\.txt:101-160\n[\s\S]*@@ long\.txt:281-340\n[\s\S]*\n340\| line 340\nnote: long\.txt has 160 more lines: read on with first_line 341$/,
  );
  assert.equal(result.cut, true);
  assert.match(
    (await run('read_lines', { path: 'long.txt', first_line: 501 })).text,
    /^error: long\.txt has 500 lines/,
  );
});

test('find_symbol finds definitions by name, qualified name, other case and part of a name', async () => {
  for (const name of ['send', 'Reply.send', 'Reply.prototype.send()', 'SEND']) {
    assert.match((await run('find_symbol', { name })).text, /^@@ lib\/reply\.js:1-3 \(function send\)/, name);
  }
  assert.match((await run('find_symbol', { name: 'ddRout' })).text, /^@@ lib\/route\.js:2-5 \(function addRoute\)/);
  assert.match((await run('find_symbol', { name: 'nothingLikeIt' })).text, /^note: nothing found/);
  assert.match(
    (await run('find_symbol', { name: 'number', path: 'many' })).text,
    /note: 292 more definitions, narrow with path:/,
  );
});

test('grep finds exact lines, ignores case if asked, and counts what it does not show', async () => {
  assert.match((await run('grep', { pattern: 'throw new \\w+\\("no path"\\)' })).text, /^@@ lib\/route\.js:2-4\n/);
  assert.match(
    (await run('grep', { pattern: 'ADDROUTE', path: '*.md', ignore_case: true })).text,
    /^@@ docs\/routes\.md:2-4/,
  );
  const many = await run('grep', { pattern: 'common$', path: 'many' });
  assert.match(many.text, /note: 250 more matches, narrow with path:/);
  assert.ok(many.cut && many.evidence.length === 8 && many.text.length <= 12_000);
  assert.match((await run('grep', { pattern: 'never there' })).text, /^note: nothing found$/);
});

test('list_files lists paths under a folder or like a pattern, and sums up what it cannot show', async () => {
  assert.equal((await run('list_files', { path: 'lib' })).text, 'lib/reply.js\nlib/route.js\nlib/twin.js');
  assert.equal((await run('list_files', { pattern: '*.test.js' })).text, 'test/route.test.js');
  assert.equal((await run('list_files', { path: 'lib', pattern: 'ROUTE' })).text, 'lib/route.js');
  const all = await run('list_files', {});
  assert.match(all.text, /\nnote: 108 more files, narrow with path:\nnote: folders: many\/ \(300\), lib\/ \(3\)/);
  assert.equal(all.cut, true);
});

test('git_log lists the commits of a file or folder, newest first', async () => {
  const line = (subject: string) => `[0-9a-f]{10} \\d{4}-\\d\\d-\\d\\dT\\S+ Ada: ${subject}`;
  assert.match((await run('git_log', { path: 'lib' })).text, new RegExp(`^${line('Say done')}\n${line('first')}$`));
  assert.match((await run('git_log', { path: 'lib/route.js' })).text, new RegExp(`^${line('first')}$`));
  assert.match(
    (await run('git_log', { path: 'lib', limit: 1 })).text,
    /note: older commits changed it too, raise limit$/,
  );
  assert.match((await run('git_log', { path: 'nowhere' })).text, /^error: no file of this snapshot matches/);
});

test('paths that leave the snapshot or cheat are refused by every tool', async () => {
  const paths = [
    '../router/lib/route.js',
    'lib/../../x',
    '/etc/passwd',
    '~/x',
    'C:\\x',
    'lib\\route.js',
    'lib\nroute.js',
    'lib\0x',
  ];
  for (const path of paths) {
    for (const [tool, rest] of [
      ['read_lines', {}],
      ['grep', { pattern: 'x' }],
      ['search_code', { query: 'x' }],
      ['search_docs', { query: 'x' }],
      ['find_symbol', { name: 'x' }],
      ['find_references', { name: 'x' }],
      ['repository_map', {}],
      ['list_files', {}],
      ['git_log', {}],
    ] as const) {
      const result = await run(tool, { ...rest, path });
      assert.match(
        result.text,
        /^error: [^\n]*(leaves the snapshot|relative to the root|control character|no file)[^\n]*$/,
        tool,
      );
      assert.equal(result.status, 'error');
    }
  }
  assert.match(
    (await run('read_lines', { path: 'LIB/Route.js' })).text,
    /^error: there is no file .*did you mean lib\/route\.js\?$/,
  );
  for (const path of ['.git/config', '.GIT/config', '.Git/HEAD', 'lib/.git/config'])
    assert.match((await run('read_lines', { path })).text, /^error: (there is no file|the path .* is git's own)/);
});

test('what a model gets wrong is an error that says what to do', async () => {
  const wrong: [string, unknown, RegExp][] = [
    ['search_code', '{"query": ', /not a JSON object; give a JSON object with \{query, path\?, limit\?\}/],
    ['search_code', '["x"]', /not a JSON object/],
    ['search_code', `{"query": "${'x'.repeat(3_990)}`, /longer than 4000 characters: shorten them; give/],
    ['search_code', {}, /query: /],
    ['search_code', { query: 'x', k: 3 }, /Unrecognized key/],
    ['grep', { pattern: '(' }, /Invalid regular expression/],
    ['grep', { pattern: 'x'.repeat(501) }, /pattern: /],
    ['read_lines', { path: 'lib/route.js', first_line: 'two' }, /first_line: /],
    ['open_file', {}, /there is no tool "open_file" here; use one of: search_code/],
    ['__proto__', {}, /there is no tool/],
  ];
  for (const [tool, args, message] of wrong) {
    const result = await run(tool, args);
    assert.ok(result.status === 'error' && message.test(result.text), `${tool}: ${result.text}`);
  }
  const request = { callId: 'c', tool: 'grep', argumentsText: '{"pattern":"x"}' };
  const refused = await retrieval.runTool(snapshot, request, ['search_docs'], never);
  assert.equal(refused.text, 'error: there is no tool "grep" here; use one of: search_docs');
  assert.equal((await run('search_code', { query: 'route', path: null, limit: null })).status, 'ok');
});

test('full-text syntax in a query is only words', async () => {
  for (const query of [
    '"',
    'a AND (b OR',
    'path: lib NEAR(route, 2)',
    '* ^ - {}',
    'route"; DROP TABLE chunk; --',
    '?',
    'the of',
  ]) {
    assert.equal((await run('search_code', { query })).status, 'ok', query);
  }
});

test('every tool has a definition that a model can be given', () => {
  const definitions = toolDefinitions([...toolNames, 'unknown', 'grep']);
  assert.deepEqual(
    definitions.map((one) => one.name),
    [...toolNames],
  );
  for (const { parameters, description } of definitions) {
    assert.equal(parameters.type, 'object');
    assert.ok(description.length > 40 && !('$schema' in parameters));
  }
});

test('citations are checked and evidence is rendered against the snapshot', async () => {
  const [good, moved, wrong, none] = await retrieval.checkCitations(
    snapshot,
    [
      { path: './lib/route.js', firstLine: 4, lastLine: 4, quote: '4| return path' },
      { path: 'long.txt', firstLine: 10, lastLine: 11, quote: 'line 499\nline 500' },
      { path: 'lib/route.js', firstLine: 1, lastLine: 5, quote: 'return nothing' },
      { path: '../route.js', firstLine: 1, lastLine: 1, quote: 'return path' },
    ],
    never,
  );
  assert.deepEqual([good?.status, good?.path], ['verified', 'lib/route.js']);
  assert.deepEqual(
    [moved?.status, moved?.firstLine, moved?.lastLine, moved?.reason],
    ['repaired', 499, 500, 'moved from lines 10-11'],
  );
  assert.deepEqual([wrong?.status, none?.status, none?.blob], ['unresolved', 'unresolved', null]);
  const blob = good?.blob ?? '';
  const text = await retrieval.render(
    snapshot,
    [
      { path: 'lib/route.js', firstLine: 4, lastLine: 99, blob },
      { path: 'gone.js', firstLine: 1, lastLine: 1, blob },
    ],
    never,
  );
  assert.equal(text, '@@ lib/route.js:4-5\n4|   return path\n5| }\nnote: gone.js:1 is not in this snapshot');
});

test('whatever arguments a model writes, a tool gives a bounded result of the snapshot, or says what is wrong', async () => {
  const names = fc.constantFrom(
    'path',
    'pattern',
    'query',
    'name',
    'limit',
    'first_line',
    'last_line',
    'tokens',
    'root',
  );
  const odd = fc.constantFrom<unknown>(
    ...[
      null,
      true,
      0,
      -1,
      1e308,
      1,
      '',
      ' ',
      '..',
      '/',
      '*',
      '**/*',
      '(a+)+$',
      '[',
      'lib/route.js',
      'addRoute',
      '\u0000',
    ],
    ...['x'.repeat(9_000), 'a/../../b', ['lib'], { path: 'lib' }, 'lib\\route.js', '\ud800'],
  );
  const text = fc.oneof(
    { weight: 6, arbitrary: fc.dictionary(names, odd, { maxKeys: 4 }).map((given) => JSON.stringify(given)) },
    { weight: 1, arbitrary: fc.constantFrom('', '{', '[]', 'null', '"x"', '{"__proto__": {"path": "lib"}}') },
  );
  const tool = fc.constantFrom<string>(...toolNames, 'constructor', '');
  const some = fc.array(fc.tuple(tool, text), { minLength: 40, maxLength: 40 });
  const property = fc.asyncProperty(some, async (all) => {
    const runs = all.map(([name, argumentsText]) =>
      retrieval.runTool(snapshot, { callId: 'c', tool: name, argumentsText }, toolNames, never),
    );
    for (const { status, text: shown, evidence } of await Promise.all(runs)) {
      assert.ok(shown.length <= 12_000 && (status === 'ok' || shown.startsWith('error: ')));
      assert.ok(evidence.every(({ path }) => path in files));
    }
  });
  await fc.assert(property, { numRuns: 2, endOnFailure: true });
});
