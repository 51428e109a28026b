/** Model judges: the rubric and its order, replies that judge nothing, and several judges together. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { answerJudgeMessages, parseJudgement, rubricOf } from '../../agents/answer-judge.ts';
import { krippendorffAlpha, panelAgreement, panelVerdict } from '../../harness/judge-panel.ts';
import { chatReply } from '../support/replies.ts';
import { aQuestion, unanswerable } from './graded-case.ts';

const task = (seed: number) => ({ question: aQuestion(), answer: 'bodyLimit, 1 MiB', seed });
const criteriaShown = (seed: number) =>
  [...(answerJudgeMessages(task(seed))[1]?.content ?? '').matchAll(/^\d+\. (.*)$/gm)].map((match) => match[1] ?? '');

test('the rubric asks for each fact, each forbidden claim and the reference', () => {
  assert.equal(rubricOf(aQuestion()).length, 5);
  assert.match(rubricOf(aQuestion())[2] ?? '', /1048576 \/ 1 MiB/);
  assert.equal(rubricOf(aQuestion(unanswerable)).length, 1);
});

test('the seed decides the order of the criteria and nothing else', () => {
  const orders = [1, 2, 3, 4, 5, 6, 7, 8].map(criteriaShown);
  assert.deepEqual(criteriaShown(1), orders[0]);
  assert.ok(new Set(orders.map(String)).size >= 5);
  for (const order of orders) assert.deepEqual(order.toSorted(), rubricOf(aQuestion()).toSorted());
});

test('verdicts are put back into the order of the rubric', () => {
  for (const seed of [1, 2, 3]) {
    const shown = criteriaShown(seed);
    const criteria = Object.fromEntries(shown.map((text, at) => [at + 1, !text.includes('1048576')]));
    const judged = parseJudgement(chatReply(JSON.stringify({ criteria, reason: 'no size' })), task(seed));
    assert.deepEqual(judged, {
      kind: 'judged',
      correct: false,
      met: [true, true, false, true, true],
      reason: 'no size',
    });
  }
});

for (const [name, text] of [
  ['prose', 'I think it is fine.'],
  ['a criterion left out', '{"criteria": {"1": true}, "reason": ""}'],
  ['words for a verdict', '{"criteria": {"1": "yes", "2": true, "3": true, "4": true, "5": true}}'],
])
  test(`a reply with ${name} is the judge's failure, not a grade`, () => {
    assert.equal(parseJudgement(chatReply(text ?? ''), task(1)).kind, 'failed');
  });

test('the majority of those that judged decides; a tie and silence decide nothing', () => {
  const votes = (...said: (boolean | null)[]) => said.map((correct, at) => ({ judge: `j${at}`, correct }));
  assert.deepEqual(panelVerdict(votes(true, true, false)), { correct: true, judged: 3, failed: [] });
  assert.deepEqual(panelVerdict(votes(false, null, null)), { correct: false, judged: 1, failed: ['j1', 'j2'] });
  assert.equal(panelVerdict(votes(true, false, null)).correct, null);
  assert.equal(panelVerdict(votes(null)).correct, null);
});

test("Krippendorff's own example: four observers, twelve units, some silent: alpha 0.743", () => {
  const data = [
    ['1', '2', '3', '3', '2', '1', '4', '1', '2', null, null, null],
    ['1', '2', '3', '3', '2', '2', '4', '1', '2', '5', null, '3'],
    [null, '3', '3', '3', '2', '3', '4', '2', '2', '5', '1', null],
    ['1', '2', '3', '3', '2', '4', '4', '1', '2', '5', '1', null],
  ];
  const items = Array.from({ length: 12 }, (_, unit) => data.map((row) => row[unit] ?? null));
  assert.equal(krippendorffAlpha(items)?.toFixed(3), '0.743');
});

test('agreement is nothing where there is nothing to disagree on', () => {
  assert.equal(krippendorffAlpha([]), null);
  assert.equal(
    krippendorffAlpha([
      ['a', 'a'],
      ['a', 'a'],
    ]),
    null,
  );
  assert.equal(
    krippendorffAlpha([
      ['a', 'a'],
      ['b', 'b'],
    ]),
    1,
  );
});

test('failures of judges are counted by judge and stay out of the agreement', () => {
  const panels = [
    [
      { judge: 'a', correct: true },
      { judge: 'b', correct: true },
    ],
    [
      { judge: 'a', correct: false },
      { judge: 'b', correct: false },
    ],
    [
      { judge: 'a', correct: true },
      { judge: 'b', correct: null },
    ],
  ];
  assert.deepEqual(panelAgreement(panels), { answers: 3, shared: 2, unanimous: 2, alpha: 1, failures: { b: 1 } });
});
