/** Each label's rule, by a case that gets it and near misses that do not. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { gradeRecord } from '../../harness/graded-record.ts';
import { type Label, labelRules, labels } from '../../harness/labels.ts';
import { aQuestion, aRecord, call, noRouter, unanswerable } from './graded-case.ts';

type Given = Record<string, unknown>;
type Case = { name: string; record?: Given; question?: Given; gets: Label; secondary?: Label[] };

const wrongAnswer = { final_answer: 'Look at bodyLimit.' };
const missed = [call('search_code', ['lib/other.js'])];
const elsewhere = [{ path: 'lib/other.js', first_line: 1, last_line: 2, status: 'verified' }];
const docsFirst = [call('search_docs', ['docs/a.md']), call('search_code', ['lib/body.js'])];

const cases: Case[] = [
  { name: 'a run that broke', record: { outcome: 'unavailable' }, gets: 'error' },
  { name: 'a run that a person stopped', record: { outcome: 'cancelled' }, gets: 'error' },
  { name: 'a foreign record with an error', record: { outcome: null, error: 'HTTP 500' }, gets: 'error' },
  { name: 'no error: a budget that ran out', record: { outcome: 'budget-spent' }, gets: 'gave_up' },
  { name: 'a right draft that the gate never let pass', record: { outcome: 'retries-exhausted' }, gets: 'gave_up' },
  { name: 'a foreign record without an answer', record: { outcome: null, final_answer: ' ' }, gets: 'gave_up' },
  {
    name: 'a foreign record that does not say what it answered, nor how it ended',
    record: { outcome: null, final_answer: null, evidence: null },
    gets: 'unknown',
  },
  {
    name: 'no gave_up: an unanswerable question, and the record does not say how it ended',
    record: { outcome: null, final_answer: null },
    question: unanswerable,
    gets: 'unknown',
  },
  {
    name: 'an answer that the record leaves out',
    record: { final_answer: null },
    gets: 'unknown',
  },
  {
    name: 'an answer that the record leaves out, cited from elsewhere: wrong, whatever it says',
    record: { final_answer: null, evidence: elsewhere },
    gets: 'unsupported_claim',
  },
  { name: 'no calls were made, which is known', record: { tools_called: [] }, gets: 'correct' },
  { name: 'a foreign record with a right answer', record: { outcome: null }, gets: 'correct' },
  {
    name: 'an abstention where nothing answers',
    record: { outcome: 'insufficient-evidence' },
    question: unanswerable,
    gets: 'right_abstention',
  },
  {
    name: 'an abstention although there is an answer',
    record: { outcome: 'insufficient-evidence' },
    gets: 'false_abstention',
  },
  { name: 'an answer where nothing answers', question: unanswerable, gets: 'unsupported_claim' },
  {
    name: 'an abstention that never saw the expected places',
    record: { outcome: 'insufficient-evidence', tools_called: missed, evidence: [] },
    gets: 'false_abstention',
    secondary: ['retrieval_miss'],
  },
  { name: 'every fact, an expected place cited, no needless call', gets: 'correct' },
  {
    name: 'a third of the calls for nothing is still fine',
    record: {
      tools_called: [call('search_code', ['lib/body.js']), call('read_lines', ['lib/body.js']), call('grep', ['x.js'])],
    },
    gets: 'correct',
  },
  {
    name: 'half of the calls for nothing',
    record: { tools_called: [call('search_code', ['lib/body.js']), call('grep', ['x.js'])] },
    gets: 'correct_but_wasteful',
  },
  {
    name: 'the same call over and over',
    record: { tools_called: [call('grep', ['lib/body.js']), call('grep', ['lib/body.js'])] },
    gets: 'correct_but_wasteful',
  },
  {
    name: 'a wrong answer with needless calls',
    record: { ...wrongAnswer, tools_called: [call('grep', ['lib/body.js']), call('grep', ['lib/body.js'])] },
    gets: 'incomplete',
  },
  { name: 'a record that does not say which calls it made', record: { tools_called: null }, gets: 'correct' },
  {
    name: 'a wrong answer by the wrong specialist',
    record: { ...wrongAnswer, route: 'docs', routes_run: ['docs'] },
    gets: 'wrong_route',
    secondary: ['incomplete'],
  },
  {
    name: 'a right answer by the wrong specialist',
    record: { route: 'docs', routes_run: ['docs'] },
    gets: 'correct',
    secondary: ['wrong_route'],
  },
  {
    name: 'the right specialist ran as the second',
    record: { ...wrongAnswer, route: 'docs', routes_run: ['docs', 'code'] },
    gets: 'incomplete',
  },
  {
    name: 'another route that the question needs too',
    record: { ...wrongAnswer, route: 'docs', routes_run: ['docs'] },
    question: { other_routes: ['docs'] },
    gets: 'incomplete',
  },
  {
    name: 'no router, and the first retrieval of a wrong kind',
    record: { ...noRouter, ...wrongAnswer, tools_called: docsFirst },
    gets: 'wrong_route',
    secondary: ['wrong_tool', 'incomplete'],
  },
  {
    name: 'no router, and the wrong kind only came second',
    record: {
      ...noRouter,
      ...wrongAnswer,
      tools_called: docsFirst.toReversed().concat(call('read_lines', ['lib/body.js'])),
    },
    gets: 'incomplete',
  },
  {
    name: 'the right route, searching the wrong kind of text',
    record: { ...wrongAnswer, tools_called: docsFirst },
    gets: 'wrong_tool',
    secondary: ['incomplete'],
  },
  {
    name: 'one wrong kind among three',
    record: { ...wrongAnswer, tools_called: [...docsFirst, call('read_lines', ['lib/body.js'])] },
    gets: 'incomplete',
  },
  {
    name: 'a docs search is right for a docs question',
    record: {
      ...wrongAnswer,
      route: 'docs',
      routes_run: ['docs'],
      tools_called: [call('search_docs', ['lib/body.js'])],
    },
    question: { expected_route: 'docs' },
    gets: 'incomplete',
  },
  {
    name: 'the right tools, and none showed the expected places',
    record: { ...wrongAnswer, tools_called: missed, evidence: elsewhere },
    gets: 'retrieval_miss',
    secondary: ['unsupported_claim', 'incomplete'],
  },
  {
    name: 'an expected place was shown and not used',
    record: { ...wrongAnswer, evidence: elsewhere },
    gets: 'unsupported_claim',
    secondary: ['incomplete'],
  },
  { name: 'every fact, and cited from elsewhere', record: { evidence: elsewhere }, gets: 'unsupported_claim' },
  {
    name: 'a citation that does not hold',
    record: { evidence: [{ path: 'lib/body.js', status: 'unresolved' }] },
    gets: 'unsupported_claim',
  },
  {
    name: 'a forbidden claim among the right facts',
    record: { final_answer: 'bodyLimit is 1 MiB, but there is no limit on streams.' },
    gets: 'unsupported_claim',
  },
  { name: 'one fact missing, an expected place cited', record: wrongAnswer, gets: 'incomplete' },
];

for (const { name, record, question, gets, secondary = [] } of cases)
  test(`${gets}: ${name}`, () => {
    const graded = gradeRecord(aRecord(record), aQuestion(question));
    assert.deepEqual([graded.label, ...graded.secondary_labels], [gets, ...secondary]);
  });

test('every label has a rule, a case that gets it and one that does not', () => {
  assert.deepEqual(new Set(labelRules.map(({ label }) => label)), new Set(labels));
  for (const label of labels)
    assert.ok(
      cases.some(({ gets }) => gets === label),
      label,
    );
});

test('the declared share decides what is wasteful', () => {
  const record = aRecord({ tools_called: [call('search_code', ['lib/body.js']), call('grep', ['x.js'])] });
  assert.equal(gradeRecord(record, aQuestion(), { wasteShare: 0.5 }).label, 'correct');
  assert.equal(gradeRecord(record, aQuestion(), { wasteShare: 0.49 }).label, 'correct_but_wasteful');
});

test('waste and labels do not depend on the name of the variant', () => {
  const tools_called = [call('search_code', ['lib/body.js']), call('grep', ['x.js'])];
  const [one, other] = ['baseline', 'candidate'].map((variant) =>
    gradeRecord(aRecord({ variant, tools_called }), aQuestion()),
  );
  assert.equal(one?.label, 'correct_but_wasteful');
  assert.deepEqual({ ...one, variant: null }, { ...other, variant: null });
});

test('a run that a person stopped has no grade; one that broke is wrong', () => {
  assert.equal(gradeRecord(aRecord({ outcome: 'cancelled' }), aQuestion()).correct, null);
  assert.equal(gradeRecord(aRecord({ outcome: 'unavailable' }), aQuestion()).correct, false);
});
