/** What a model is shown as a grader, and how its verdicts are read. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { answerJudgeMessages, parseJudgement, rubricOf } from '../../agents/answer-judge.ts';
import { chatReply } from '../support/replies.ts';

const question: Parameters<typeof rubricOf>[0] = {
  question: 'How large may a body be?',
  kind: 'answerable',
  must_mention: [[{ text: 'bodyLimit', match: 'words' }]],
  forbidden_claims: [[{ text: 'no limits?', match: 'regex' }]],
  reference_answer: 'bodyLimit is 1 MiB',
};
const task = { question, answer: 'bodyLimit, 1 MiB', seed: 1 };
const shown = (more: Partial<Parameters<typeof answerJudgeMessages>[0]> = {}) =>
  answerJudgeMessages({ ...task, ...more });
const userText = (more?: Parameters<typeof shown>[0]) => shown(more)[1]?.content ?? '';
const numbered = (more?: Parameters<typeof shown>[0]) =>
  [...userText(more).matchAll(/^(\d+)\. (.*)$/gm)].map(([, number, text]) => ({ number, text }));

test('of an unanswerable question only an abstention is right', () => {
  const [only, ...more] = rubricOf({ ...question, kind: 'unanswerable', reference_answer: null });
  assert.match(only ?? '', /does not hold the answer/);
  assert.deepEqual(more, []);
});

test('a pattern is told from words, and a reference is asked for only where there is one', () => {
  assert.equal(rubricOf(question)[1], 'It states, in whatever words: bodyLimit');
  assert.equal(rubricOf(question)[2], 'It does not claim: what /no limits?/ matches');
  assert.match(rubricOf(question).join('\n'), /reference answer/);
  assert.doesNotMatch(rubricOf({ ...question, reference_answer: null }).join('\n'), /reference answer/);
});

test('the judge sees its instructions, then the question, the answer and the reference where there is one', () => {
  assert.deepEqual(
    shown().map(({ role }) => role),
    ['system', 'user'],
  );
  assert.match(shown()[0]?.content ?? '', /^You grade an answer/);
  assert.match(userText(), /<question>\nHow large may a body be\?\n<\/question>/);
  assert.match(userText(), /<answer>\nbodyLimit, 1 MiB\n<\/answer>/);
  assert.match(userText(), /<reference>\nbodyLimit is 1 MiB\n<\/reference>/);
  assert.doesNotMatch(userText({ question: { ...question, reference_answer: null } }), /<reference>/);
});

test('the criteria are numbered from 1, and the reversed order is the same from its end', () => {
  assert.deepEqual(
    numbered().map(({ number }) => number),
    ['1', '2', '3', '4'],
  );
  const texts = (reversed: boolean) => numbered({ reversed }).map(({ text }) => text);
  assert.deepEqual(numbered(), numbered({ reversed: false }));
  assert.deepEqual(texts(true), texts(false).toReversed());
});

test('verdicts on the reversed order are put back into that of the rubric', () => {
  const reversed = { ...task, reversed: true };
  const criteria = Object.fromEntries(
    numbered(reversed).map(({ number, text }) => [number, text !== rubricOf(question)[1]]),
  );
  const judged = parseJudgement(chatReply(JSON.stringify({ criteria, reason: '' })), reversed);
  assert.deepEqual(judged.kind === 'judged' && judged.met, [true, false, true, true]);
});

test('a reply without criteria says so, and one that leaves some out names the first of them', () => {
  const problem = (reply: unknown) => {
    const judged = parseJudgement(chatReply(JSON.stringify(reply)), task);
    return judged.kind === 'failed' ? judged.problem : judged.kind;
  };
  for (const criteria of [undefined, null, 'all met', true])
    assert.equal(problem({ criteria, reason: 'fine' }), 'there are no "criteria"');
  assert.equal(problem({ criteria: {} }), 'criterion 1 is not true or false');
  assert.equal(problem({ criteria: { 1: true, 2: true } }), 'criterion 3 is not true or false');
});

test('a grade needs no reason, and what is no text is none', () => {
  const criteria = { 1: true, 2: true, 3: true, 4: true };
  for (const reason of [undefined, 7]) {
    const judged = parseJudgement(chatReply(JSON.stringify({ criteria, reason })), task);
    assert.deepEqual(judged, { kind: 'judged', correct: true, met: [true, true, true, true], reason: '' });
  }
});
