import assert from 'node:assert/strict';
import { test } from 'node:test';
import { plantedLogs, sameVariants } from '../../../bench/statistics/planted-log.ts';
import { ComparisonPlan } from '../../../contracts/evaluation/comparison-plan.ts';
import { compareVariants } from '../../../harness/comparison/compare-variants.ts';
import type { GradedTrial } from '../../../harness/graded-trial.ts';
import { logOf, trialOf } from './trials.ts';

const plan = ComparisonPlan.parse({});
const compare = (baseline: GradedTrial[], candidate: GradedTrial[]) =>
  compareVariants({ trials: baseline, spec: null }, { trials: candidate, spec: null }, plan);
const everyRoute = (n: number) => ({ code: n, docs: n, debug: n, general: n });
const planted = { ...sameVariants, routes: everyRoute(80) };

test('a gain on one route is justified there, and nothing is claimed of the others', () => {
  const [baseline, candidate] = plantedLogs({ ...planted, accuracy: 0.5, gains: { docs: 0.1 }, trials: 10 }, 4);
  const { verdict, routes, cells } = compare(baseline, candidate);
  assert.equal(verdict.kind, 'justified');
  assert.ok(verdict.kind === 'justified' && verdict.better.some(({ row }) => row === 'docs'));
  assert.equal(routes.docs?.kind, 'justified');
  assert.notEqual(routes.code?.kind, 'justified');
  const docs = cells.find(({ row, dimension }) => row === 'docs' && dimension === 'accuracy');
  assert.ok(docs?.interval && docs.interval.low < docs.effect && docs.effect < docs.interval.high);
});

test('equal quality at triple cost is not justified, because it is worse there', () => {
  const { verdict, cells } = compare(...plantedLogs({ ...planted, costRatio: 3 }, 2));
  assert.deepEqual(verdict, {
    kind: 'not-justified',
    because: 'worse',
    worse: [{ row: '(all)', dimension: 'cost' }],
    better: [],
  });
  const cost = cells.find(({ dimension }) => dimension === 'cost');
  assert.ok(cost?.interval && cost.interval.low > 2.7 && cost.interval.high < 3.3);
});

test('a cheaper candidate wins only where enough questions rule a loss of accuracy out', () => {
  const cheaper = (n: number, trials: number) =>
    compare(...plantedLogs({ ...planted, routes: everyRoute(n), trials, costRatio: 0.5 }, 4));
  assert.equal(cheaper(200, 3).verdict.kind, 'justified');
  const small = cheaper(10, 1);
  assert.equal(small.verdict.kind, 'undecided');
  const cost = small.cells.find(({ row, dimension }) => row === '(all)' && dimension === 'cost');
  assert.ok(cost?.accuracyOpen && cost.p < 0.001);
});

test('with too few questions the verdict says how many would do', () => {
  const { verdict } = compare(...plantedLogs({ ...planted, routes: everyRoute(15) }, 1));
  assert.equal(verdict.kind, 'undecided');
  assert.ok(verdict.kind === 'undecided');
  assert.deepEqual(
    verdict.needs.map(({ row, have }) => [row, have]),
    [
      ['(all)', 60],
      ['code', 15],
      ['debug', 15],
      ['docs', 15],
      ['general', 15],
    ],
  );
  for (const { have, need } of verdict.needs) assert.ok(need > have);
});

test('variants that are certainly alike have nothing to gain', () => {
  const log = (variant: string) =>
    logOf(400, (at) => ({ variant, expectedRoute: at % 2 ? 'code' : 'docs', correct: at % 3 ? 1 : 0 }));
  const { verdict } = compare(log('a'), log('b'));
  assert.deepEqual(
    [verdict.kind, verdict.kind === 'not-justified' && verdict.because],
    ['not-justified', 'no worthwhile gain'],
  );
});

test('variants that both cost nothing, as with the offline model, have nothing to gain there', () => {
  const free = logOf(200, () => ({ costUsd: 0 }));
  const { cells, verdict } = compare(free, free);
  assert.equal(cells.find(({ dimension }) => dimension === 'cost')?.standing, 'no worthwhile gain');
  assert.equal(verdict.kind, 'not-justified');
});

test('identical trials count as one, and the test is then McNemar’s', () => {
  const thrice = (variant: string, right: (at: number) => boolean) =>
    [0, 1, 2].flatMap((trial) => logOf(40, (at) => ({ variant, trial, correct: right(at) ? 1 : 0 })));
  const { notes, trials, cells } = compare(
    thrice('a', (at) => at % 2 === 0),
    thrice('b', (at) => at % 4 !== 1),
  );
  assert.deepEqual(trials, { baseline: 1, candidate: 1 });
  assert.equal(notes.filter((note) => note.includes('count as one')).length, 2);
  const accuracy = cells.find(({ dimension }) => dimension === 'accuracy');
  assert.deepEqual([accuracy?.test, accuracy?.differing, accuracy?.p], ['mcnemar-exact', 10, 2 / 1024]);
});

test('trials that vary are averaged inside their question', () => {
  const varied = (variant: string) =>
    [0, 1].flatMap((trial) => logOf(40, (at) => ({ variant, trial, correct: (at + trial) % 2 })));
  const { trials, cells } = compare(varied('a'), varied('b'));
  assert.deepEqual(trials, { baseline: 2, candidate: 2 });
  assert.deepEqual([cells[0]?.test, cells[0]?.baseline, cells[0]?.n], ['sign-flip-exact', 0.5, 40]);
});

test('routing is summed up by matrix and kappa, latency by parts', () => {
  const log = (variant: string) =>
    logOf(80, (at) => ({
      variant,
      expectedRoute: at % 2 ? 'code' : 'docs',
      route: at % 10 ? (at % 2 ? 'code' : 'docs') : 'code',
    }));
  const { candidate } = compare(log('a'), log('b'));
  assert.deepEqual(candidate.routing.confusion.counts, [
    [40, 0],
    [8, 32],
  ]);
  assert.equal(candidate.routing.share, 0.9);
  assert.ok(candidate.routing.kappaInterval && candidate.routing.kappaInterval.low > 0.6);
  assert.deepEqual(
    [candidate.latencyMs.model.mean, candidate.latencyMs.backoff.p95, candidate.latencyMs.work.mean],
    [700, 50, 850],
  );
});

test('a log that has no one reading is refused with the records named', () => {
  const good = logOf(30, () => ({ variant: 'b' }));
  const refused = (log: GradedTrial[], message: RegExp) => assert.throws(() => compare(log, good), message);
  refused([...logOf(30, () => ({})), trialOf({ question: 'q7' })], /baseline: recorded more than once: q7 \(trial 0\)/);
  refused(
    logOf(30, (at) => ({ dataset: at ? 'd' : 'e' })),
    /records of several datasets: e, d/,
  );
  refused(
    logOf(30, (at) => ({ correct: at ? 1 : Number.NaN })),
    /a grade must be 0 to 1: q0/,
  );
  refused(
    logOf(30, () => ({ expectedRoute: 'code' })),
    /another expected route in each log/,
  );
  refused([], /baseline: no records/);
});

test('costs that are no numbers and missing latencies are left out and said, not added up', () => {
  const nothing = { total: null, queue: null, model: null, tool: null, backoff: null, orchestration: null };
  const log = (variant: string) =>
    logOf(100, (at) => ({ variant, costUsd: at === 3 ? Number.NaN : 0.02, latencyMs: nothing }));
  const { cells, notes, baseline } = compare(log('a'), log('b'));
  assert.deepEqual([baseline.costUsd.n, baseline.costUsd.total.toFixed(4)], [99, '1.9800']);
  assert.deepEqual(
    cells.map(({ dimension, n, unknown }) => [dimension, n, unknown]),
    [
      ['accuracy', 100, 0],
      ['waste', 100, 0],
      ['cost', 99, 1],
    ],
  );
  assert.ok(notes.includes('latency is unknown and not judged'));
  assert.ok(notes.includes('baseline: 1 of 100 records have no known cost'));
});

test('a different dataset, models, half the questions or a cost in one log only make variants not comparable', () => {
  const reasons = (change: (at: number) => Partial<GradedTrial>, n = 50) => {
    const { verdict } = compare(
      logOf(50, () => ({})),
      logOf(n, change),
    );
    return verdict.kind === 'not-comparable' ? verdict.reasons.join('; ') : verdict.kind;
  };
  assert.match(
    reasons(() => ({ dataset: 'e' })),
    /the datasets differ: d against e/,
  );
  assert.match(
    reasons(() => ({ models: ['m', 'n'] })),
    /the models that answered differ: m against m, n/,
  );
  assert.match(
    reasons(() => ({}), 25),
    /25 of 50 questions are graded in one log only/,
  );
  assert.match(
    reasons(() => ({ costUsd: null })),
    /the cost is known for 100 % of the baseline's and 0 %/,
  );
  assert.match(
    reasons((at) => ({ question: `other${at}` })),
    /no question was answered and graded in both logs/,
  );
});

test('100,000 records are compared', () => {
  const [baseline, candidate] = plantedLogs(
    { ...sameVariants, routes: everyRoute(5000), trials: 2, gains: { docs: 0.1 } },
    1,
  );
  const more = plantedLogs({ ...sameVariants, routes: { other: 5000 }, trials: 2 }, 2);
  const { verdict, questions } = compare([...baseline, ...more[0]], [...candidate, ...more[1]]);
  assert.deepEqual([questions, verdict.kind], [25_000, 'justified']);
});
