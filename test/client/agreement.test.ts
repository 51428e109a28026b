/** Holds the agreement statistics to published worked examples. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { agreementOf, cohensKappa, wilsonInterval } from '../../harness/agreement.ts';

/** Newcombe, Statistics in Medicine 17 (1998) 857-872, table I, method 3 (Wilson without continuity correction). */
const newcombe: [number, number, number, number][] = [
  [81, 263, 0.2553, 0.3662],
  [15, 148, 0.0624, 0.1605],
  [0, 20, 0, 0.1611],
  [1, 29, 0.0061, 0.1718],
];

for (const [successes, n, low, high] of newcombe)
  test(`the Wilson interval of ${successes}/${n} is the one that Newcombe prints`, () => {
    const interval = wilsonInterval(successes, n);
    assert.equal(interval.low.toFixed(4), low.toFixed(4));
    assert.equal(interval.high.toFixed(4), high.toFixed(4));
  });

test('a share of everything has the mirrored interval of a share of nothing', () => {
  const nothing = wilsonInterval(0, 20);
  const everything = wilsonInterval(20, 20);
  assert.equal(everything.high, 1);
  assert.equal(everything.low.toFixed(12), (1 - nothing.high).toFixed(12));
});

test('what is not a share is refused', () => {
  for (const [successes, n] of [
    [1, 0],
    [-1, 5],
    [6, 5],
    [1.5, 5],
  ] as const)
    assert.throws(() => wilsonInterval(successes, n), RangeError);
});

test('kappa of the 50 grant proposals of the textbook example is 0.4', () => {
  const kappa = cohensKappa({
    labels: ['yes', 'no'],
    counts: [
      [20, 5],
      [10, 15],
    ],
  });
  assert.equal(kappa?.toFixed(10), '0.4000000000');
});

/** Cohen, Educational and Psychological Measurement 20 (1960) 37-46, the table of two judges and 200 cases. */
test("kappa of Cohen's own example of 200 diagnoses is .492", () => {
  const kappa = cohensKappa({
    labels: ['personality disorder', 'neurosis', 'psychosis'],
    counts: [
      [88, 14, 18],
      [10, 40, 10],
      [2, 6, 12],
    ],
  });
  assert.equal(kappa?.toFixed(3), '0.492');
});

test('kappa is unknown where both sides use one label only', () => {
  const agreement = agreementOf([{ expected: 'code', actual: 'code' }]);
  assert.equal(agreement.share, 1);
  assert.equal(agreement.kappa, null);
});

test('an empty sample has no share, no interval and no kappa', () => {
  const agreement = agreementOf([]);
  assert.deepEqual([agreement.n, agreement.share, agreement.interval, agreement.kappa], [0, null, null, null]);
});

test('the confusion matrix counts expected in rows and actual in columns', () => {
  const { confusion } = agreementOf([
    { expected: 'code', actual: 'docs' },
    { expected: 'code', actual: 'docs' },
    { expected: 'docs', actual: 'docs' },
  ]);
  assert.deepEqual(confusion, {
    labels: ['code', 'docs'],
    counts: [
      [0, 2],
      [0, 1],
    ],
  });
});
