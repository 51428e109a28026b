/** What a model is shown that phrases questions of a dataset, and what is taken of its reply. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { parsePhrasing, phrasingRequest } from '../../agents/question-writer.ts';
import { Candidate, Phrasing } from '../../contracts/evaluation/question-making.ts';
import { chatReply } from '../support/replies.ts';

const candidate = (more: Record<string, unknown> = {}) =>
  Candidate.parse({
    id: 'c1',
    source: 'error',
    route: 'code',
    kind: 'answerable',
    question: 'Which function throws "it is empty"?',
    places: [],
    facts: ['drain', ['1048576', '1 MiB']],
    secrets: ['drain', 'Vessel'],
    absent: [],
    reference: null,
    excerpt: 'function drain() {}',
    ...more,
  });
const unanswerable = candidate({ kind: 'unanswerable', absent: ['SamovarPool', 'teaQueue'] });
const userText = (about: Candidate) => phrasingRequest(about, null).messages[1]?.content ?? '';

test('the model sees the question, each fact with its wordings, the names not to give away, and the lines', () => {
  const text = userText(candidate());
  assert.match(text, /<question>\nWhich function throws "it is empty"\?\n<\/question>/);
  assert.match(text, /<facts>\n- drain\n- 1048576 \/ 1 MiB\n<\/facts>/);
  assert.match(text, /<names-to-be-found>\ndrain\nVessel\n<\/names-to-be-found>/);
  assert.match(text, /<lines>\nfunction drain\(\) \{\}\n<\/lines>/);
  assert.doesNotMatch(text, /<absent>/);
});

test('of what the repository does not hold it sees the question and the absent names, and no facts or lines', () => {
  const text = userText(unanswerable);
  assert.match(text, /<question>\nWhich function/);
  assert.match(text, /<absent>\nSamovarPool\nteaQueue\n<\/absent>\nThe repository holds nothing of this/);
  assert.doesNotMatch(text, /<facts>|<lines>|<names-to-be-found>/);
});

test('the request is a synthesis with varied wording, without tools, by the named model or that of the settings', () => {
  const { messages, responseFormat, ...asked } = phrasingRequest(candidate(), 'small');
  assert.deepEqual(
    messages.map(({ role }) => role),
    ['system', 'user'],
  );
  assert.match(messages[0]?.content ?? '', /^You write questions/);
  assert.equal(responseFormat?.name, 'question');
  assert.deepEqual(asked, {
    role: 'synthesizer',
    model: 'small',
    tools: [],
    toolChoice: 'auto',
    maxOutputTokens: 700,
    temperature: 0.7,
    topLogprobs: 0,
  });
  assert.equal(phrasingRequest(candidate(), null).model, null);
});

const asked = { usable: true, question: 'Who empties the vessel in the end?', facts: [], reference_answer: '' };
const parsed = (reply: Record<string, unknown> = {}, about = candidate()) =>
  parsePhrasing(chatReply(JSON.stringify({ ...asked, ...reply })), about);
const phrased = (reply?: Record<string, unknown>, about?: Candidate) => {
  const found = parsed(reply, about);
  assert.equal(found.kind, 'phrased');
  return found.kind === 'phrased' ? found.phrasing : assert.fail();
};

test('a phrasing is the question, its facts, the reference and the model', () => {
  assert.deepEqual(phrased({ facts: ['drain(all)'], reference_answer: 'drain empties it' }), {
    question: 'Who empties the vessel in the end?',
    facts: ['drain(all)'],
    reference: 'drain empties it',
    model: 'test-model',
  });
});

test('a phrasing needs no facts and no reference of its own', () => {
  assert.deepEqual([phrased().facts, phrased().reference], [[], null]);
  assert.deepEqual(phrased({ facts: 'drain', reference_answer: 7 }).facts, []);
  assert.equal(phrased({ reference_answer: 7 }).reference, null);
});

test('what a model declines is told from what cannot be used', () => {
  assert.deepEqual(parsed({ usable: false }), { kind: 'declined' });
  const why = (text: string) => {
    const found = parsePhrasing(chatReply(text), candidate());
    return found.kind === 'unusable' ? found.why : found.kind;
  };
  assert.match(why('Who empties it?'), /holds no whole JSON object/);
  assert.match(why(JSON.stringify({ ...asked, question: 'Who?' })), /has no question/);
  assert.match(why(JSON.stringify({ ...asked, question: ['Who empties the vessel?'] })), /has no question/);
});

test('a question has 15 to 600 characters, on one line: a shorter one is none, a longer one is cut', () => {
  assert.equal(phrased({ question: 'Who empties it?' }).question, 'Who empties it?');
  assert.equal(parsed({ question: 'Who empties i?' }).kind, 'unusable');
  assert.equal(phrased({ question: ' Who\n  empties\tit at last? ' }).question, 'Who empties it at last?');
  assert.equal(phrased({ question: 'q'.repeat(601) }).question, 'q'.repeat(600));
});

test('four facts are taken, the first ones, each of 2 to 200 characters', () => {
  const facts = ['x', 'ab', ' c ', 7, null, 'f'.repeat(201), 'third', 'fourth', 'fifth'];
  assert.deepEqual(phrased({ facts }).facts, ['ab', 'f'.repeat(200), 'third', 'fourth']);
});

test('a reference is cut at 1,000 characters', () => {
  assert.equal(phrased({ reference_answer: 'r'.repeat(1001) }).reference, 'r'.repeat(1000));
});

test('a question without an answer must still name one thing that is absent, in whatever case', () => {
  const question = 'How large is the teaqueue at most?';
  assert.equal(phrased({ question }, unanswerable).question, question);
  const shouted = 'HOW LARGE IS THE TEAQUEUE?';
  assert.equal(phrased({ question: shouted }, unanswerable).question, shouted);
  const found = parsed({}, unanswerable);
  assert.match(found.kind === 'unusable' ? found.why : '', /no longer names what is absent/);
});

test('a question without an answer has neither facts nor a reference, whatever the model gives', () => {
  const given = { question: 'How large is the teaQueue?', facts: ['teaQueue'], reference_answer: 'It is 7.' };
  assert.deepEqual(phrased(given, unanswerable), {
    question: 'How large is the teaQueue?',
    facts: [],
    reference: null,
    model: 'test-model',
  });
});

test('a text that is cut inside of an emoji is still Unicode', () => {
  const half = (length: number) => `${'x'.repeat(length - 1)}🤖`;
  const found = phrased({ question: half(600), facts: [half(200)], reference_answer: half(1000) });
  Phrasing.parse({ ...found, at: 0 });
  for (const text of [found.question, ...found.facts, found.reference ?? '']) assert.ok(text.isWellFormed());
});
