/** How far a judge can be trusted: rates, order, retest, and the share of right answers with the judge's rates taken out. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { gradeRecord } from '../../harness/graded-record.ts';
import { calibrationOf, JudgeLabel, type LabelledVerdicts, ratesOf } from '../../harness/judges/calibration.ts';
import { labelSample } from '../../harness/judges/label-sample.ts';
import { calibrationText } from '../../harness/rendering/calibration-text.ts';
import { correctedRate } from '../../harness/judges/corrected-rate.ts';
import { wilsonInterval } from '../../harness/statistics/proportions.ts';
import { seededRandom } from '../../lib/random.ts';
import { aQuestion, aRecord } from './graded-case.ts';

const verdicts = (count: number, label: boolean, more: Partial<LabelledVerdicts> = {}): LabelledVerdicts[] =>
  Array.from({ length: count }, () => ({ label, first: label, again: label, reversed: label, ...more }));

test('rates, kappa, order and retest are counted over what was judged, each with its interval', () => {
  const found = calibrationOf('strict', 'strict-2026', [
    ...verdicts(45, true),
    ...verdicts(5, true, { first: false, again: false, reversed: false }),
    ...verdicts(40, false, { again: null }),
    ...verdicts(10, false, { first: true, again: false, reversed: null }),
    ...verdicts(3, true, { first: null, again: null, reversed: null }),
  ]);
  assert.deepEqual([found.labels, found.judged], [103, 100]);
  assert.deepEqual(found.truePositive, { yes: 45, n: 50, share: 0.9, interval: wilsonInterval(45, 50) });
  assert.deepEqual(found.falsePositive, { yes: 10, n: 50, share: 0.2, interval: wilsonInterval(10, 50) });
  assert.equal(found.agreement.kappa?.toFixed(2), '0.70');
  assert.ok(found.agreement.kappaInterval !== null);
  assert.deepEqual([found.order.yes, found.order.n], [0, 90]);
  assert.deepEqual([found.retest.yes, found.retest.n], [10, 60]);
  assert.deepEqual(found.remarks, ['asked again, it says something else']);
  const told = calibrationText(found).split('\n');
  assert.deepEqual(told.slice(0, 2), ['strict (strict-2026)', '  labels               103, of which it judged 100']);
  assert.match(
    told[2] ?? '',
    /^ {2}agrees with people +85 of 100 \(76\.7 % to 90\.7 %\), kappa 0\.70 \(0\.\d\d to 0\.\d\d\)$/,
  );
  assert.equal(told[4], '  false positive rate  10 of 50: 20.0 % (11.2 % to 33.0 %)');
  assert.equal(told[5], '  criteria reversed    0 of 90: 0.0 % (0.0 % to 4.1 %) change, 0 of them to right');
  assert.deepEqual(
    ratesOf(found).map(({ yes, n }) => [yes, n]),
    [
      [45, 50],
      [40, 50],
    ],
  );
});

test('what makes the figures weak is said', () => {
  const few = calibrationOf('j', null, [
    ...verdicts(3, true, { reversed: false }),
    ...verdicts(3, false, { first: true }),
  ]);
  assert.equal(few.order.toRight, 0);
  assert.deepEqual(few.remarks, [
    'only 3 answers that people call right: 20 or more are wanted',
    'only 3 answers that people call wrong: 20 or more are wanted',
    'it tells right from wrong no better than chance: nothing can be corrected',
    'its verdict depends on the order of the criteria',
    'asked again, it says something else',
  ]);
  const silent = calibrationOf('j', null, verdicts(2, true, { first: null }));
  assert.deepEqual([silent.judged, silent.truePositive.share, silent.agreement.kappa], [0, null, null]);
});

test('the corrected rate takes the judge’s own rates out, and is none where the judge knows nothing', () => {
  const [nine, eight] = [
    { yes: 90, n: 100 },
    { yes: 80, n: 100 },
  ];
  const found = correctedRate({ yes: 55, n: 100 }, nine, eight);
  assert.equal(found?.rate.toFixed(4), '0.5000');
  assert.equal(correctedRate({ yes: 10, n: 100 }, nine, eight)?.rate, 0);
  const perfect = correctedRate({ yes: 50, n: 100 }, { yes: 1000, n: 1000 }, { yes: 1000, n: 1000 });
  const wilson = wilsonInterval(50, 100);
  assert.ok(Math.abs((perfect?.interval.low ?? 0) - wilson.low) < 0.01);
  assert.equal(correctedRate({ yes: 1, n: 2 }, { yes: 1, n: 2 }, { yes: 1, n: 2 }), null);
  assert.equal(correctedRate({ yes: 1, n: 2 }, { yes: 0, n: 0 }, eight), null);
});

test('its 95 % interval holds the true rate in 93 to 99 % of drawn samples, and that of the raw rate does not', () => {
  const random = seededRandom(7);
  const draw = (n: number, share: number) => Array.from({ length: n }, random).filter((value) => value < share).length;
  for (const [truth, sensitivity, specificity] of [
    [0.3, 0.9, 0.8],
    [0.6, 0.85, 0.95],
    [0.8, 0.8, 0.9],
  ] as const) {
    let [held, rawHeld] = [0, 0];
    const samples = 1500;
    for (let at = 0; at < samples; at += 1) {
      const called = truth * sensitivity + (1 - truth) * (1 - specificity);
      const judged = { yes: draw(200, called), n: 200 };
      const found = correctedRate(judged, { yes: draw(60, sensitivity), n: 60 }, { yes: draw(60, specificity), n: 60 });
      const raw = wilsonInterval(judged.yes, judged.n);
      if (found !== null && found.interval.low <= truth && truth <= found.interval.high) held += 1;
      if (raw.low <= truth && truth <= raw.high) rawHeld += 1;
    }
    assert.ok(held / samples >= 0.93 && held / samples <= 0.99, `${truth}: ${held / samples}`);
    assert.ok(rawHeld / samples < 0.9, `${truth}: ${rawHeld / samples}`);
  }
});

test('answers to label are drawn half of right ones and half of wrong ones, without saying which', () => {
  const question = aQuestion();
  const cases = Array.from({ length: 60 }, (_, at) => {
    const answer = at < 8 ? 'bodyLimit is 1 MiB' : at < 55 ? 'there is no limit' : null;
    const record = aRecord({ trial: at + 1, final_answer: answer });
    return { record, question, graded: gradeRecord(record, question) };
  });
  const sample = labelSample(cases, 20, 7);
  assert.equal(sample.length, 20);
  assert.deepEqual(labelSample(cases, 20, 7), sample);
  assert.notDeepEqual(labelSample(cases, 20, 8), sample);
  const right = sample.filter(({ answer }) => answer === 'bodyLimit is 1 MiB');
  assert.equal(right.length, 8);
  assert.ok(sample.indexOf(right.at(-1) ?? sample[0] ?? assert.fail()) > 8, 'right ones do not come first');
  for (const line of sample) {
    assert.deepEqual(JudgeLabel.parse(JSON.parse(JSON.stringify(line))), line);
    assert.deepEqual([line.correct, line.question, line.expected], [null, question.question, 'bodyLimit is 1 MiB']);
  }
  assert.equal(labelSample(cases, 200, 1).length, 55);
});
