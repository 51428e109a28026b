/** How cells are judged at the bounds of each rule, and what the accuracy of a row decides for its other cells. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { ComparisonPlan } from '../../../contracts/evaluation/comparison-plan.ts';
import { type Cell, cellsOf, type Dimension } from '../../../harness/comparison/cells.ts';
import type { PairedQuestion, VariantMeans } from '../../../harness/comparison/paired-questions.ts';
import { judgeCells } from '../../../harness/comparison/standings.ts';

const plan = ComparisonPlan.parse({});
const nothing: VariantMeans = { accuracy: 1, waste: null, costUsd: null, workMs: null };
type Sides = [baseline: Partial<VariantMeans>, candidate: Partial<VariantMeans>];

function judged(questions: number, of: (at: number) => Sides, under = plan, route = (_: number) => 'docs') {
  const pairs = Array.from({ length: questions }, (_, at): PairedQuestion => {
    const [baseline, candidate] = of(at);
    return {
      question: `q${at}`,
      route: route(at),
      baseline: { ...nothing, ...baseline },
      candidate: { ...nothing, ...candidate },
    };
  });
  const found = judgeCells(cellsOf(pairs, under), under);
  return (dimension: Dimension, row = '(all)') => {
    const cell = found.find((each) => each.cell.row === row && each.cell.dimension === dimension);
    assert.ok(cell);
    return cell;
  };
}

test('where a loss of accuracy could not be seen, no other gain is tested, but harms are', () => {
  // Every question differs, half of them gained and half lost: chance alone would often show a loss of five points.
  const mixed = (at: number, costUsd: number): Sides => [
    { accuracy: at % 2, costUsd: 1 },
    { accuracy: 1 - (at % 2), costUsd },
  ];
  const cheaper = judged(20, (at) => mixed(at, 0.5))('cost');
  assert.deepEqual([cheaper.pGain, cheaper.accuracyOpen], [1, true]);
  const dearer = judged(20, (at) => mixed(at, 2))('cost');
  assert.equal(dearer.standing, 'worse');
  // Where all came out alike, the same gain in cost is one in 2^20 by chance.
  const alike = judged(20, () => [{ costUsd: 1 }, { costUsd: 0.5 }])('cost');
  assert.equal(alike.pGain, 2 ** -20);
});

test('too few questions have no p-value below 1, neither of a gain nor of a harm', () => {
  const few = judged(19, () => [
    { accuracy: 0, costUsd: 1 },
    { accuracy: 1, costUsd: 2 },
  ]);
  for (const dimension of ['accuracy', 'cost'] as const) {
    const { pGain, pHarm, harmOpen, standing } = few(dimension);
    assert.deepEqual([pGain, pHarm, harmOpen, standing], [1, 1, false, 'too few']);
  }
});

test('a loss of just the margin leaves harm open, a smaller one does not', () => {
  // Three of 20 are lost: 15 points, and one chance in eight.
  const lost = (margin: number) => {
    const under = ComparisonPlan.parse({ margins: { accuracy: margin } });
    return judged(20, (at) => [{}, { accuracy: Number(at >= 3) }], under)('accuracy');
  };
  assert.deepEqual([lost(0.14).harmOpen, lost(0.15).harmOpen, lost(0.16).harmOpen], [true, true, false]);
  assert.equal(lost(0.15).standing, 'no worthwhile gain', 'but harm is not shown');
});

/** A cell of 20 questions, of which chance is stated. */
const cellAt = (changes: Partial<Cell>, chance: number): Cell => ({
  row: '(all)',
  dimension: 'accuracy',
  n: 20,
  unknown: 0,
  baseline: [],
  candidate: [],
  gains: Array.from({ length: 20 }, () => 0),
  gain: 0,
  sd: 0,
  effect: 0,
  margin: 0.01,
  worthwhile: 0.05,
  chance: { method: 'exact', atLeast: () => chance, attainable: () => 0 },
  ...changes,
});

test('a chance of one in five leaves harm open, a greater one does not', () => {
  const harmOpen = (chance: number) => judgeCells([cellAt({ gain: -0.1 }, chance)], plan)[0]?.harmOpen;
  assert.deepEqual([harmOpen(0.2), harmOpen(0.201)], [true, false]);
});

test('a loss of accuracy could be seen where chance shows one in at most 5 of 100', () => {
  const cost = cellAt({ dimension: 'cost', gain: 1, baseline: [2], candidate: [1] }, 0.001);
  const pGain = (chance: number) => judgeCells([cellAt({}, chance), cost], plan)[1]?.pGain;
  assert.deepEqual([pGain(0.05), pGain(0.051)], [0.001, 1]);
});

test('no gain is no finding, also where the margin is 0', () => {
  const under = ComparisonPlan.parse({ margins: { accuracy: 0 } });
  const even = judged(20, (at) => [{ accuracy: Number(at !== 0) }, { accuracy: Number(at !== 1) }], under)('accuracy');
  assert.deepEqual([even.cell.gain, even.pGain, even.pHarm], [0, 1, 1]);
});

test('cost and latency each have their own ratio for a worthwhile saving', () => {
  // The baseline takes 1.43 times as much: less than twice, more than 1.25 times.
  const under = ComparisonPlan.parse({ margins: { costRatio: 2, latencyRatio: 1.25 } });
  const saving = judged(
    20,
    () => [
      { costUsd: 1, workMs: 1 },
      { costUsd: 0.7, workMs: 0.7 },
    ],
    under,
  );
  assert.deepEqual([saving('cost').gainRuledOut, saving('latency').gainRuledOut], [true, false]);
});

test('free on every question means that nothing can be saved; free on one does not', () => {
  const free = judged(20, () => [{ costUsd: 0 }, { costUsd: 0 }]);
  assert.equal(free('cost').gainRuledOut, true);
  const once = judged(20, (at) => [{ costUsd: 1 }, { costUsd: at === 0 ? 0 : 0.5 }]);
  assert.equal(once('cost').gainRuledOut, false);
});

test('a row’s own accuracy decides whether its gain in cost counts', () => {
  // Each answer on code changed, half for the better; on docs all are alike, and 60 rule a loss of ten points out.
  const row = judged(
    120,
    (at) => [
      { accuracy: at < 60 ? at % 2 : 1, costUsd: 1 },
      { accuracy: at < 60 ? 1 - (at % 2) : 1, costUsd: 0.5 },
    ],
    plan,
    (at) => (at < 60 ? 'code' : 'docs'),
  );
  assert.deepEqual([row('cost', 'code').accuracyOpen, row('cost', 'docs').accuracyOpen], [true, false]);
  assert.deepEqual([row('accuracy', 'code').accuracyOpen, row('cost', 'docs').standing], [false, 'better']);
});

test('a loss of accuracy is ruled out from as many questions on as the plan wants', () => {
  const under = ComparisonPlan.parse({ worthwhile: { accuracy: 0.3 } });
  const open = (questions: number) =>
    judged(questions, () => [{ costUsd: 1 }, { costUsd: 0.5 }], under)('cost').accuracyOpen;
  assert.deepEqual([open(19), open(20)], [true, false]);
});
