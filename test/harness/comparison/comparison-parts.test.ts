/** The parts of a comparison, each by itself, with figures made by hand. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { ComparisonPlan } from '../../../contracts/evaluation/comparison-plan.ts';
import { type Cell, cellsOf, type Dimension } from '../../../harness/comparison/cells.ts';
import { differenceInterval, ratioEstimate, shareInterval } from '../../../harness/comparison/estimates.ts';
import {
  type VariantMeans,
  type PairedQuestion,
  pairQuestions,
  workMs,
} from '../../../harness/comparison/paired-questions.ts';
import type { Standing } from '../../../harness/comparison/cell-words.ts';
import { type JudgedCell, judgeCells } from '../../../harness/comparison/standings.ts';
import { questionNeeds } from '../../../harness/comparison/question-needs.ts';
import { decide } from '../../../harness/comparison/verdict.ts';
import { logOf, trialOf } from './trials.ts';

const plan = ComparisonPlan.parse({});
const repeat = (times: number, value: number) => Array.from({ length: times }, () => value);
const near = (actual: number | undefined, expected: number, within = 1e-9) =>
  assert.ok(Math.abs((actual ?? Number.NaN) - expected) <= within, `${actual} is not ${expected}`);
const means: VariantMeans = { accuracy: 0, waste: 0, costUsd: null, workMs: null };
type Sides = [baseline: Partial<VariantMeans>, candidate: Partial<VariantMeans>];
const pairsOf = (questions: number, of: (at: number) => Sides, route: (at: number) => string | null = () => null) =>
  Array.from({ length: questions }, (_, at): PairedQuestion => {
    const [baseline, candidate] = of(at);
    return {
      question: `q${at}`,
      route: route(at),
      baseline: { ...means, ...baseline },
      candidate: { ...means, ...candidate },
    };
  });

test('trials are averaged inside a question, ungraded ones left out, and questions of one log named', () => {
  const trials = [0, 1, 2].map((trial) =>
    trialOf({ trial, correct: trial === 0 ? null : trial - 1, wasteful: trial === 2, costUsd: trial }),
  );
  const {
    pairs,
    unpaired,
    trials: counts,
    notes,
  } = pairQuestions(
    [...trials, trialOf({ question: 'q2' })],
    [trialOf({ correct: 1 }), trialOf({ question: 'q3' }), trialOf({ question: 'q4', correct: null })],
  );
  assert.deepEqual([unpaired.sort(), counts, notes], [['q2', 'q3', 'q4'], { baseline: 2, candidate: 1 }, []]);
  assert.deepEqual(pairs[0]?.baseline, { accuracy: 0.5, waste: 0.5, costUsd: 1.5, workMs: 850 });
  const latencyMs = { ...trialOf().latencyMs, total: 100, queue: 90, backoff: 50 };
  assert.deepEqual(
    [workMs(trialOf({ latencyMs })), workMs(trialOf({ latencyMs: { ...latencyMs, queue: null } }))],
    [0, 50],
  );
  assert.equal(workMs(trialOf({ latencyMs: { ...latencyMs, total: null } })), null);
});

test('trials that all came out alike count as one; one that differs keeps them all', () => {
  const twice = (change: object) =>
    [0, 1].flatMap((trial) => logOf(3, (at) => ({ trial, ...(at === 2 && trial === 1 ? change : {}) })));
  const countOf = (change: object) => pairQuestions(twice(change), twice({})).trials.baseline;
  assert.equal(countOf({}), 1);
  for (const change of [
    { label: 'incomplete' },
    { route: 'code' },
    { costUsd: 2 },
    { retries: 1 },
    { abstained: true },
    { fingerprint: 'f' },
  ])
    assert.equal(countOf(change), 2, JSON.stringify(change));
});

test('cells have their dimension’s sign, effect, margin and worthwhile difference', () => {
  const sides: Sides = [
    { accuracy: 0.5, waste: 0.2, costUsd: 4, workMs: 100 },
    { accuracy: 0.75, waste: 0.1, costUsd: 5, workMs: 50 },
  ];
  const named = ComparisonPlan.parse({ margins: { routes: { docs: 0.07 } } });
  const cells = cellsOf(
    pairsOf(
      4,
      () => sides,
      (at) => (at % 2 ? 'docs' : 'code'),
    ),
    named,
  );
  const told = ({ row, dimension, n, gain, effect, margin, worthwhile }: Cell) => [
    row,
    dimension,
    n,
    ...[gain, effect, margin, worthwhile].map((value) => Number(value.toFixed(9))),
  ];
  assert.deepEqual(cells.map(told), [
    ['(all)', 'accuracy', 4, 0.25, 0.25, 0.01, 0.05],
    ['(all)', 'waste', 4, 0.1, -0.1, 0.05, 0.1],
    ['(all)', 'cost', 4, -1, 1.25, 1, 1],
    ['(all)', 'latency', 4, 50, 0.5, 16.666666667, 16.666666667],
    ['code', 'accuracy', 2, 0.25, 0.25, 0.03, 0.1],
    ['code', 'waste', 2, 0.1, -0.1, 0.05, 0.1],
    ['code', 'cost', 2, -1, 1.25, 1, 1],
    ['code', 'latency', 2, 50, 0.5, 16.666666667, 16.666666667],
    ['docs', 'accuracy', 2, 0.25, 0.25, 0.07, 0.1],
    ['docs', 'waste', 2, 0.1, -0.1, 0.05, 0.1],
    ['docs', 'cost', 2, -1, 1.25, 1, 1],
    ['docs', 'latency', 2, 50, 0.5, 16.666666667, 16.666666667],
  ]);
});

test('a lone route has no row of its own, and what is unknown is counted, not guessed', () => {
  const cells = cellsOf(
    pairsOf(
      3,
      (at) => [{ costUsd: at ? 0 : null }, { costUsd: at === 1 ? null : 0 }],
      () => 'docs',
    ),
    plan,
  );
  assert.deepEqual(
    cells.map(({ row, dimension, n, unknown }) => [row, dimension, n, unknown]),
    [
      ['(all)', 'accuracy', 3, 0],
      ['(all)', 'waste', 3, 0],
      ['(all)', 'cost', 1, 2],
    ],
  );
  assert.equal(cells[2]?.effect, Number.NaN, 'nothing over nothing is no ratio');
  assert.equal(
    cellsOf(
      pairsOf(1, () => [{ costUsd: 0 }, { costUsd: 2 }]),
      plan,
    )[2]?.effect,
    Infinity,
  );
});

test('intervals are printed from the counts on that the documentation names', () => {
  const known = (interval: unknown) => interval !== null;
  const right = (n: number) => repeat(n, 1);
  assert.deepEqual(
    [29, 30].map((n) => known(shareInterval(right(n)))),
    [false, true],
  );
  const halves = (n: number) => repeat(n, 1).map((value, at) => (at % 2 ? value : 0.5));
  assert.deepEqual(
    [39, 40].map((n) => known(shareInterval(halves(n)))),
    [false, true],
  );
  const differing = (count: number, n: number, size = 1) => [...repeat(count, size), ...repeat(n - count, 0)];
  assert.deepEqual(
    [7, 8].map((count) => known(differenceInterval(differing(count, 40)))),
    [false, true],
  );
  assert.deepEqual(
    [29, 30].map((n) => known(differenceInterval(differing(8, n)))),
    [false, true],
  );
  assert.deepEqual(
    [39, 40].map((n) => known(differenceInterval(differing(8, n, 0.5)))),
    [false, true],
  );
  assert.deepEqual(
    [59, 60].map((n) => known(ratioEstimate(repeat(n, 2), repeat(n, 1)))),
    [false, true],
  );
  const { low = 0, high = 0 } = differenceInterval([...repeat(1501, 0.5), ...repeat(1501, -0.5)]) ?? {};
  near(high, (1.959963984540054 * 0.5 * Math.sqrt(3002 / 3001)) / Math.sqrt(3002));
  near(low, -high);
});

/** Of `n` questions on each of two routes, the first `gained` on code are gained. */
const twoRoutes = (n: number, gained: number) =>
  pairsOf(
    2 * n,
    (at) => [{}, { accuracy: Number(at < gained) }],
    (at) => (at < n ? 'code' : 'docs'),
  );
const accuracyOf = (judged: readonly JudgedCell[], row: string) =>
  judged.find(({ cell }) => cell.row === row && cell.dimension === 'accuracy');

test('the whole spends two fifths of alpha, the routes three fifths, and a lone row all of it', () => {
  const judged = judgeCells(cellsOf(twoRoutes(20, 10), plan), plan);
  near(accuracyOf(judged, '(all)')?.pGain, 2 ** -10 / 0.4);
  near(accuracyOf(judged, 'code')?.pGain, 2 ** -10 / 0.6);
  assert.deepEqual([accuracyOf(judged, 'docs')?.pGain, accuracyOf(judged, 'code')?.pHarm], [1, 1]);
  const alone = judgeCells(
    cellsOf(
      pairsOf(40, (at) => [{}, { accuracy: Number(at < 10) }]),
      plan,
    ),
    plan,
  );
  near(accuracyOf(alone, '(all)')?.pGain, 2 ** -10);
});

test('19 questions are too few whatever they say, 20 are not', () => {
  for (const [n, standing] of [
    [19, 'too few'],
    [20, 'better'],
  ] as const) {
    const judged = judgeCells(
      cellsOf(
        pairsOf(n, () => [{}, { accuracy: 1 }]),
        plan,
      ),
      plan,
    );
    assert.equal(judged[0]?.standing, standing);
    const lost = judgeCells(
      cellsOf(
        pairsOf(n, () => [{ accuracy: 1 }, {}]),
        plan,
      ),
      plan,
    );
    assert.equal(lost[0]?.standing, n === 19 ? 'too few' : 'worse');
    assert.deepEqual([lost[0]?.harmOpen, lost[0]?.gainRuledOut, judged[0]?.harmOpen], [false, n === 20, false]);
  }
});

test('a gain within its margin is none, however certain; one that reaches it is', () => {
  const gainOf = (gained: number) => {
    const wide = ComparisonPlan.parse({ margins: { accuracy: 0.1 } });
    return judgeCells(
      cellsOf(
        pairsOf(100, (at) => [{}, { accuracy: Number(at < gained) }]),
        wide,
      ),
      wide,
    )[0];
  };
  assert.deepEqual([gainOf(9)?.pGain, gainOf(9)?.standing], [1, 'open']);
  assert.deepEqual([gainOf(10)?.standing, gainOf(11)?.standing], ['better', 'better']);
});

test('a ratio is worth it from its margin on: a quarter more is a harm, a little less is none', () => {
  const standingAt = (costUsd: number, dimension: Dimension = 'cost') =>
    judgeCells(
      cellsOf(
        pairsOf(60, () => [
          { costUsd: 1, workMs: 1 },
          { costUsd, workMs: costUsd },
        ]),
        plan,
      ),
      plan,
    ).find(({ cell }) => cell.dimension === dimension)?.standing;
  assert.deepEqual(
    [1.26, 1.24, 1, 0.81, 0.79].map((cost) => standingAt(cost)),
    ['worse', 'no worthwhile gain', 'no worthwhile gain', 'no worthwhile gain', 'better'],
  );
  assert.deepEqual([standingAt(1.26, 'latency'), standingAt(0.79, 'latency')], ['worse', 'better']);
  assert.equal(standingAt(1.26, 'accuracy'), 'no worthwhile gain');
});

const judgedAs = (
  row: string,
  dimension: Dimension,
  standing: Standing,
  more: Partial<JudgedCell> = {},
): JudgedCell => ({
  cell: { row, dimension, n: 100, sd: 0.5, gain: 0, margin: 0.01, worthwhile: 0.05 } as Cell,
  ...{ enough: true, pGain: 1, pHarm: 1, accuracyOpen: false, gainRuledOut: false, harmOpen: false, standing },
  ...more,
});
const kindOf = (judged: JudgedCell[], row = '(all)') => {
  const verdict = decide(judged, row, plan);
  return 'because' in verdict ? `${verdict.kind}: ${verdict.because}` : verdict.kind;
};

test('a verdict follows its rules, in their order', () => {
  const [right, cost] = [judgedAs('(all)', 'accuracy', 'open'), judgedAs('(all)', 'cost', 'better')];
  const none = { gainRuledOut: true };
  assert.equal(kindOf([right, cost]), 'justified');
  assert.equal(kindOf([{ ...right, standing: 'worse' }, cost]), 'not-justified: worse');
  assert.equal(kindOf([{ ...right, harmOpen: true }, cost]), 'undecided: too few questions');
  assert.equal(kindOf([right, { ...cost, standing: 'accuracy open' }]), 'undecided: too few questions');
  const free = [judgedAs('(all)', 'accuracy', 'no worthwhile gain', none), judgedAs('(all)', 'waste', 'open', none)];
  assert.equal(kindOf(free), 'not-justified: no worthwhile gain');
  assert.equal(kindOf([...free, judgedAs('(all)', 'latency', 'open')]), 'undecided: too few questions');
  assert.equal(kindOf([...free, { ...cost, ...none }]), 'justified');
});

test('a route blocks the whole by its right answers alone, and its gain counts there; no other row touches a route', () => {
  const whole = judgedAs('(all)', 'accuracy', 'open');
  assert.equal(kindOf([whole, judgedAs('docs', 'accuracy', 'worse')]), 'not-justified: worse');
  assert.equal(kindOf([whole, judgedAs('docs', 'cost', 'worse')]), 'undecided: too few questions');
  assert.equal(kindOf([whole, judgedAs('docs', 'cost', 'better')]), 'justified');
  assert.equal(
    kindOf([whole, judgedAs('docs', 'cost', 'better'), judgedAs('docs', 'accuracy', 'open', { harmOpen: true })]),
    'justified',
  );
  const docs = judgedAs('docs', 'accuracy', 'better');
  assert.equal(kindOf([{ ...whole, standing: 'worse' }, docs], 'docs'), 'justified');
  assert.equal(kindOf([whole, docs, judgedAs('docs', 'cost', 'worse')], 'docs'), 'not-justified: worse');
  assert.equal(
    kindOf(
      [
        { ...whole, standing: 'better' },
        { ...docs, standing: 'open' },
      ],
      'docs',
    ),
    'undecided: too few questions',
  );
});

test('the questions needed: to find a worthwhile difference, to rule it out or to show the gain, whichever decides first', () => {
  const needOf = (gain: number, standing: Standing = 'open', sd = 0.5) => {
    const { cell, ...rest } = judgedAs('(all)', 'accuracy', standing);
    return questionNeeds([{ ...rest, cell: { ...cell, gain, sd } }], plan)[0];
  };
  // ((norm.ppf(.975) + norm.ppf(.8)) * .5 / .05) ** 2
  assert.equal(needOf(0)?.need, 785);
  near(needOf(0)?.detects ?? 0, ((1.959963984540054 + 0.8416212335729143) * 0.5) / 10);
  // To show a gain of three points: (norm.ppf(.975) * .5 / .03) ** 2; to rule 5 points out, ... * .5 / .02 is more.
  assert.equal(needOf(0.03)?.need, 1068);
  // (norm.ppf(.95) * .5 / (.05 - .022)) ** 2; to show the gain would take 1985.
  assert.equal(needOf(0.022)?.need, 863);
  // Sooner ruled out, or shown, than advised.
  assert.deepEqual(
    [-0.05, 0.005, 0.051].map((gain) => needOf(gain)?.need),
    [785, 785, 785],
  );
  assert.deepEqual(
    [needOf(0, 'better')?.need, needOf(0, 'no worthwhile gain')?.need, needOf(0, 'worse')?.need],
    [100, 100, 100],
    'where it is decided, enough were asked',
  );
  // Where all came out alike, a spread of sqrt(2 / 101) is assumed: 62 are advised, and one more than there are told.
  assert.equal(needOf(0, 'open', 0)?.need, 101);
  // Within the margin of one point no gain can be shown: with half that spread, 196 are advised, and 84 rule a gain out.
  assert.equal(needOf(0.005, 'open', 0.25)?.need, 197);
});
