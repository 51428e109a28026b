/** Holds the agreement statistics to published worked examples. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { agreementOf, cohensKappa, kappaInterval } from '../../harness/agreement.ts';
import { wilsonInterval } from '../../harness/statistics/proportions.ts';

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

/** statsmodels 0.15.0: cohens_kappa(numpy.array(counts)).kappa_low, .kappa_upp */
test("kappa's interval is that of statsmodels", () => {
  const labels = ['a', 'b', 'c', 'd'];
  const counts = [
    [14, 1, 0, 0],
    [2, 11, 1, 1],
    [0, 1, 13, 1],
    [1, 2, 1, 11],
  ];
  assert.equal(kappaInterval({ labels, counts })?.low.toFixed(10), (0.6253535250394264).toFixed(10));
  assert.equal(kappaInterval({ labels, counts })?.high.toFixed(10), (0.8857575860716846).toFixed(10));
  const cohen = kappaInterval({
    labels: ['a', 'b', 'c'],
    counts: [
      [88, 14, 18],
      [10, 40, 10],
      [2, 6, 12],
    ],
  });
  assert.equal(cohen?.low.toFixed(10), (0.3915637020535469).toFixed(10));
  assert.equal(cohen?.high.toFixed(10), (0.59148714540408).toFixed(10));
});

test('a small sample prints a kappa but no interval of it', () => {
  const pairs = Array.from({ length: 20 }, (_, at) => ({ expected: at % 2 ? 'a' : 'b', actual: at % 3 ? 'a' : 'b' }));
  assert.notEqual(agreementOf(pairs).kappa, null);
  assert.equal(agreementOf(pairs).kappaInterval, null);
});
