/** What each grader finds in a record. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { excessOver } from '../../harness/excess.ts';
import { gradeAnswer } from '../../harness/graders/answer-grader.ts';
import { toolKind } from '../../harness/graders/needed-kinds.ts';
import { gradeTools } from '../../harness/graders/tool-grader.ts';
import { gradeWaste } from '../../harness/graders/waste-grader.ts';
import { wordOverlap } from '../../harness/graders/wording.ts';
import { tools } from '../../retrieval/tools/tools.ts';
import { aQuestion, aRecord, call, noRouter, unanswerable } from './graded-case.ts';

test('word overlap is F1 over words with their counts', () => {
  assert.equal(wordOverlap('a b c', 'a b c'), 1);
  assert.equal(wordOverlap('a b', 'c d'), 0);
  assert.equal(wordOverlap('a a b', 'a b b'), 4 / 6);
  assert.equal(wordOverlap('', 'a'), 0);
});

test('citations: precision over files, recall over the lines of the expected places', () => {
  const evidence = [
    { path: 'lib/body.js', first_line: 20, last_line: 30 },
    { path: 'lib/body.js', first_line: 90, last_line: 95 },
    { path: 'docs/a.md', first_line: 1, last_line: 2 },
  ];
  const gold = {
    paths: ['lib/body.js'],
    lines: {
      'lib/body.js': [
        [10, 20],
        [40, 50],
      ],
    },
  };
  const { citations } = gradeAnswer(aRecord({ evidence }), aQuestion({ gold }));
  const { rightFile, rightLines, linesInside } = citations ?? {};
  assert.deepEqual(citations, {
    given: 3,
    inExpected: 2,
    precision: 2 / 3,
    recall: 0.5,
    rightFile,
    rightLines,
    linesInside,
  });
});

test('no citations are not a precision of 0, and an unsaid list is no figure at all', () => {
  assert.equal(gradeAnswer(aRecord({ evidence: [] }), aQuestion()).citations?.precision, null);
  assert.equal(gradeAnswer(aRecord({ evidence: null }), aQuestion()).citations, null);
});

test('an expected folder holds its files and no file beside it', () => {
  const question = aQuestion({ gold: { paths: ['lib/body/'] } });
  const inExpected = (path: string) => gradeAnswer(aRecord({ evidence: [{ path }] }), question).citations?.inExpected;
  assert.equal(inExpected('lib/body/a.js'), 1);
  assert.equal(inExpected('lib/body.js'), 0);
});

test('calls are needed, redundant, of a wrong kind or unused', () => {
  const tools_called = [
    call('search_docs', ['docs/a.md']),
    call('search_code', ['lib/body.js'], '{"query":"limit","path":"lib"}'),
    call('search_code', ['lib/body.js'], '{ "path": "lib", "query": "limit" }'),
    call('grep', ['lib/other.js']),
    call('search_docs', ['lib/body.js']),
  ];
  const figures = gradeTools(aRecord({ tools_called }), aQuestion());
  assert.deepEqual(
    figures?.calls.map(({ finding }) => finding),
    ['wrong-kind', 'needed', 'redundant', 'unused', 'needed'],
  );
  assert.deepEqual(figures?.counts, { needed: 2, redundant: 1, 'wrong-kind': 1, unused: 1 });
});

test('code search is of a wrong kind for a docs question, and fits where the question needs code too', () => {
  const tools_called = [call('search_code', ['lib/other.js'])];
  const finding = (question: Record<string, unknown>) =>
    gradeTools(aRecord({ tools_called }), aQuestion({ expected_route: 'docs', ...question }))?.calls[0]?.finding;
  assert.equal(finding({ kinds: { docs: ['docs'] } }), 'wrong-kind');
  assert.equal(finding({ other_routes: ['code'], kinds: { docs: ['docs'], code: ['code'] } }), 'unused');
});

test('a route that no call served is missing', () => {
  const question = aQuestion({ other_routes: ['docs'], kinds: { code: ['code'], docs: ['docs'] } });
  assert.deepEqual(gradeTools(aRecord(), question)?.missing, []);
  assert.deepEqual(gradeTools(aRecord({ tools_called: [call('search_code', ['lib/body.js'])] }), question)?.missing, [
    'docs',
  ]);
});

test('where nothing is to be found, looking is no waste', () => {
  const tools_called = [call('search_code', ['lib/x.js']), call('grep', [])];
  assert.deepEqual(gradeTools(aRecord({ tools_called }), aQuestion(unanswerable))?.counts.needed, 2);
});

test('the kinds of tools are those that the tools table has', () => {
  for (const [name, { kind }] of Object.entries(tools)) assert.equal(toolKind({ tool: name }), kind, name);
});

const output = (specialist: string, attempt: number, answer: string, path = 'lib/body.js') => ({
  specialist,
  try: attempt,
  kind: 'draft',
  answer,
  citations: [{ path, first_line: 12, last_line: 14 }],
});

test('waste is itemised', () => {
  const usage = {
    model_calls: 1,
    input_tokens: 900,
    cached_input_tokens: 0,
    output_tokens: 100,
    reasoning_tokens: 0,
    cost_usd: null,
  };
  const record = aRecord({
    routes_run: ['code', 'docs'],
    failed_usage: usage,
    specialist_output: [
      output('code', 1, 'The limit.'),
      output('code', 2, 'the `limit`.'),
      output('docs', 1, 'Nothing.', 'docs/a.md'),
    ],
    tools_called: [call('grep', ['lib/body.js']), call('grep', ['lib/body.js'])],
  });
  assert.deepEqual(gradeWaste(record, aQuestion()), {
    wastedCalls: 1,
    share: 0.5,
    shareAtMost: 0.5,
    failedAttemptTokens: 1000,
    retriesWithoutChange: 1,
    duplicateReads: 1,
    unusedOutputs: ['docs'],
    needlessRoutes: ['docs'],
  });
});

test('no waste: a retry that changed the answer, two specialists that the answer rests on, two routes that it needs', () => {
  const record = aRecord({
    routes_run: ['code', 'docs'],
    evidence: [
      { path: 'lib/body.js', first_line: 14 },
      { path: 'docs/a.md', first_line: 14 },
    ],
    specialist_output: [
      output('code', 1, 'The limit.'),
      output('code', 2, 'The limit is 1 MiB.'),
      output('docs', 1, 'More.', 'docs/a.md'),
    ],
  });
  const { retriesWithoutChange, unusedOutputs, needlessRoutes } = gradeWaste(
    record,
    aQuestion({ other_routes: ['docs'] }),
  );
  assert.deepEqual([retriesWithoutChange, unusedOutputs, needlessRoutes], [0, [], []]);
});

test('a lone specialist is no needless route, and a superseded one is unused', () => {
  const superseded = [{ specialist: 'code, try 1', reason: 'docs says more' }];
  const record = aRecord({ specialist_output: [output('code', 1, 'The limit.')], superseded });
  assert.deepEqual(gradeWaste(record, aQuestion()).unusedOutputs, ['code']);
  assert.deepEqual(gradeWaste(aRecord(noRouter), aQuestion()).needlessRoutes, []);
});

test('the excess over the baseline is a difference, and unknown where one side is', () => {
  const baseline = aRecord({ cost_usd: 0.25, retry_count: 1, latency_ms: { total: 500 }, tools_called: [] });
  const candidate = aRecord({ cost_usd: 1, retry_count: 0, latency_ms: { total: 900 } });
  assert.deepEqual(excessOver(baseline, candidate), {
    modelCalls: null,
    tokens: null,
    toolCalls: 2,
    costUsd: 0.75,
    totalMs: 400,
    retries: -1,
  });
  assert.throws(() => excessOver(aRecord({ trial: 2 }), candidate), RangeError);
});
