/** A review by lines that are typed: decisions, changes that are proved, second labels that are blind, and a stop in between. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { labelAgain, reviewAll, type ReviewDesk } from '../../../client/dataset/review-session.ts';
import { DatasetQuestion } from '../../../contracts/dataset.ts';

const question = (id: string, expected_route: string) =>
  DatasetQuestion.parse({
    ...{ id, question: `What is ${id}?`, repository: '.', expected_route, kind: 'answerable' },
    ...{ gold: { paths: ['a.js'], lines: { 'a.js': [[1, 2]] } }, must_mention: ['boil'] },
  });

const three = () => [question('q1', 'code'), question('q2', 'docs'), question('q3', 'code')];

function desk(...typed: string[]) {
  const told: string[] = [];
  const saved: DatasetQuestion[][] = [];
  const made: ReviewDesk = {
    ask: async () => typed.shift() ?? null,
    tell: (text) => told.push(text),
    linesOf: async () => 'a.js:1 boil(9000)',
    save: async (questions) => void saved.push([...questions]),
    by: 'Ann',
    now: () => '2025-01-01T00:00:00.000Z',
  };
  return { made, told, saved };
}

test('accept, edit and reject are saved one by one, and a stop keeps them', async () => {
  const questions = three();
  const { made, saved } = desk('a', 'e What does it say?', 'l code', 'a', 'q');
  assert.equal(await reviewAll(questions, made), 2);
  assert.deepEqual(
    questions.map(({ review }) => review?.verdict ?? null),
    ['accepted', 'edited', null],
  );
  assert.deepEqual([questions[1]?.question, questions[1]?.expected_route], ['What does it say?', 'code']);
  assert.deepEqual(
    saved.map((each) => each.filter(({ review }) => review !== null).length),
    [1, 2],
  );
  const next = desk('r trivial');
  assert.equal(await reviewAll(questions, next.made), 1);
  assert.deepEqual(questions[2]?.review, {
    verdict: 'rejected',
    by: 'Ann',
    at: '2025-01-01T00:00:00.000Z',
    reason: 'trivial',
  });
  assert.match(next.told[0] ?? '', /^1 of 3 to review/);
});

test('a fact that the lines do not hold is refused, and a rejection needs its reason', async () => {
  const questions = three().slice(0, 1);
  const { made, told } = desk('f 31415', 'r', 'l nowhere', 'f 9000 | boil', 'a');
  await reviewAll(questions, made);
  assert.match(told.join('\n'), /do not hold "31415".*needs a reason.*the routes are code/s);
  assert.deepEqual(
    questions[0]?.must_mention.map(([fact]) => fact?.text),
    ['9000', 'boil'],
  );
});

test('second labels are asked for without showing the first', async () => {
  const questions = three();
  const { made, told } = desk('docs', '2', 'nonsense', 'code');
  assert.equal(await labelAgain(questions, made), 3);
  assert.deepEqual(
    questions.map(({ second_route }) => second_route),
    ['docs', 'docs', 'code'],
  );
  const items = told.filter((text) => text.startsWith('\n['));
  assert.deepEqual(
    items.filter((text) => /code|docs|boil/.test(text)),
    [],
  );
});

test('the end of input ends a review in order', async () => {
  const questions = three();
  assert.equal(await reviewAll(questions, desk().made), 0);
  assert.equal(await labelAgain(questions, desk('1').made), 1);
});
