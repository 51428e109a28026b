/** The rule on what may be said to be missing, by itself: what was looked for, what failed, and what is told of it. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import type { ToolCalled } from '../../contracts/tools.ts';
import { baselessAbstention, searchesOf, toolsFailed, withSearches } from '../../workflows/answer-question/absence.ts';

const called = (more: Partial<ToolCalled> = {}): ToolCalled => ({
  specialist: 'code',
  try: 1,
  tool: 'search_code',
  argumentsText: '{"query":"boil"}',
  status: 'ok',
  content: 'c'.repeat(64),
  paths: [],
  ...more,
});
const failed = (more: Partial<ToolCalled> = {}) =>
  called({ status: 'error', problem: 'took longer than 2 s', ...more });
const abstains = { specialist: 'code', try: 1, insufficient: true };

test('a draft abstains with reason only after a call of its own try that worked', () => {
  assert.equal(baselessAbstention(abstains, [called()]), null);
  assert.equal(baselessAbstention(abstains, [failed(), called()]), null);
  for (const others of [[], [called({ try: 2 })], [called({ specialist: 'docs' })]])
    assert.match(baselessAbstention(abstains, others) ?? '', /^nothing was searched: call a tool before/);
  assert.match(
    baselessAbstention(abstains, [failed(), called({ try: 2 })]) ?? '',
    /^no tool call worked.*search_code: took longer than 2 s$/,
  );
  assert.equal(baselessAbstention({ ...abstains, insufficient: false }, []), null);
});

test('only a run whose every call failed is a failure of its tools, and it tells each problem once', () => {
  assert.equal(toolsFailed([]), null);
  assert.equal(toolsFailed([failed(), called()]), null);
  const failure = toolsFailed([failed(), failed(), failed({ tool: 'rm', problem: 'there is no tool "rm" here' })]);
  assert.equal(failure?.kind, 'ToolsFailed');
  assert.equal(
    failure?.message,
    'all 3 tool calls failed, so nothing was searched; search_code: took longer than 2 s; rm: there is no tool "rm" here',
  );
  assert.match(toolsFailed([failed()])?.message ?? '', /^the only tool call failed/);
  const { problem: _, ...untold } = failed();
  assert.match(toolsFailed([untold])?.message ?? '', /search_code: it came back as an error$/);
});

test('whatever was called, an abstention is believed only where a call of its try worked, and what is told is bounded', () => {
  const calls = fc.array(
    fc.record({
      specialist: fc.constantFrom('code', 'docs'),
      try: fc.integer({ min: 1, max: 3 }),
      tool: fc.constantFrom('search_code', 'grep', 'read_lines'),
      status: fc.constantFrom('ok' as const, 'error' as const),
      argumentsText: fc.oneof(
        fc.string({ maxLength: 4000 }),
        fc.string().map((query) => JSON.stringify({ query })),
      ),
      problem: fc.string({ maxLength: 300 }),
    }),
    { maxLength: 40 },
  );
  fc.assert(
    fc.property(
      calls,
      fc.constantFrom('code', 'docs'),
      fc.integer({ min: 1, max: 3 }),
      (some, specialist, tryNumber) => {
        const all = some.map((more) => called(more));
        const own = all.filter((call) => call.specialist === specialist && call.try === tryNumber);
        const reason = baselessAbstention({ specialist, try: tryNumber, insufficient: true }, all);
        assert.equal(
          reason === null,
          own.some(({ status }) => status === 'ok'),
        );
        assert.equal(toolsFailed(all) !== null, all.length > 0 && all.every(({ status }) => status === 'error'));
        assert.ok((reason ?? '').length <= 500 && (toolsFailed(all)?.message ?? '').length <= 1000);
        const searches = searchesOf(all);
        assert.equal(
          searches.length > 0,
          all.some(({ status }) => status === 'ok'),
        );
        assert.ok(searches.length <= 13 && searches.every((each) => each.length <= 300 && !/\n/.test(each)));
      },
    ),
    { numRuns: 300 },
  );
});

test('an abstention tells each search once, with the tools that made it, and no call that failed', () => {
  const searches = searchesOf([
    called(),
    called({ tool: 'grep', argumentsText: '{"pattern":"boil"}' }),
    called(),
    failed({ argumentsText: '{"query":"lost"}' }),
    called({ tool: 'list_files', argumentsText: '{}' }),
    called({ argumentsText: '{"query":"two\\nlines of \\"steam\\""}' }),
  ]);
  assert.deepEqual(searches, ['"boil" (search_code, grep)', 'list_files', '"two lines of "steam"" (search_code)']);
  assert.equal(
    withSearches('Nothing.', searches.slice(0, 2), []),
    'Nothing.\n\nSearched for: "boil" (search_code, grep); list_files.',
  );
  const many = Array.from({ length: 20 }, (_, at) => called({ argumentsText: `{"query":"word ${at}"}` }));
  assert.equal(searchesOf(many).length, 13);
  assert.equal(searchesOf(many).at(-1), '8 more');
});

test('an abstention names the files that were not searched by reason, within bounds', () => {
  const leftOut = [
    { reason: 'binary', count: 3, examples: ['a.png', 'b.png', 'c.png'] },
    { reason: 'too large', count: 1, examples: ['a.bin'] },
    { reason: 'not UTF-8 names', count: 2, examples: [] },
  ];
  assert.equal(
    withSearches('Nothing.', ['"boil" (grep)'], leftOut),
    'Nothing.\n\nSearched for: "boil" (grep).\n' +
      'Not searched: 3 binary (a.png, b.png, …); 1 too large (a.bin); 2 not UTF-8 names.',
  );
  const path = `${'long/'.repeat(40)}`;
  const much = Array.from({ length: 20 }, (_, at) => ({ reason: `${at}`, count: 9, examples: [path, path, path] }));
  const text = withSearches('', [], much);
  assert.match(text, /^Not searched: 9 0 \(long.*; files for 12 more reasons\.$/);
  assert.ok(text.length < 2000);
});
