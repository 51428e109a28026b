/** What is said of a cell follows from its tests alone, and is the same word wherever it is said. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { plantedLogs, sameVariants } from '../../../bench/statistics/planted-log.ts';
import { ComparisonPlan } from '../../../contracts/evaluation/comparison-plan.ts';
import { type ComparedCell, compareVariants } from '../../../harness/comparison/compare-variants.ts';
import { type Findings, type Standing, standingOf, toneOf } from '../../../harness/comparison/cell-words.ts';
import { comparisonJunit } from '../../../harness/rendering/comparison-junit.ts';
import {
  comparisonCsv,
  comparisonJson,
  comparisonMarkdown,
  comparisonText,
} from '../../../harness/rendering/comparison-text.ts';
import { chartsOf } from '../../../harness/report/charts.ts';
import { memo } from '../../../harness/report/memo.ts';
import { cellsSection } from '../../../harness/report/summary-sections.ts';
import { reportOf } from '../report/planted-report.ts';
import { logOf } from './trials.ts';

const open: Findings = { enough: true, pGain: 1, pHarm: 1, accuracyOpen: false, gainRuledOut: false };
for (const [findings, standing, tone] of [
  [{}, 'open', ''],
  [{ pGain: 0.05 }, 'better', 'good'],
  [{ pGain: 0.050001 }, 'open', ''],
  [{ pGain: 0.05, gainRuledOut: true }, 'better', 'good'],
  [{ pGain: 0.05, accuracyOpen: true }, 'accuracy open', ''],
  [{ pGain: 0.06, accuracyOpen: true }, 'open', ''],
  [{ pHarm: 0.05 }, 'worse', 'bad'],
  [{ pHarm: 0.05, gainRuledOut: true }, 'worse', 'bad'],
  [{ pHarm: 0.050001 }, 'open', ''],
  [{ pHarm: 0.16, gainRuledOut: true }, 'no worthwhile gain', ''],
  [{ enough: false, pHarm: 0.001 }, 'too few', ''],
  [{ enough: false, pGain: 0.001, gainRuledOut: true }, 'too few', ''],
] as [Partial<Findings>, Standing, string][])
  test(`${JSON.stringify(findings)} is ${standing}`, () => {
    assert.equal(standingOf({ ...open, ...findings }, { alpha: 0.05 }), standing);
    assert.equal(toneOf(standing), tone);
  });

/** By what the JSON says of the tests; the effect, its sign and its interval take no part. */
function wordFor({ n, pGain, pHarm, accuracyOpen, gainRuledOut }: ComparedCell, plan: ComparisonPlan): string {
  if (n < plan.minQuestions) return 'too few';
  if (pHarm <= plan.alpha) return 'worse';
  if (pGain <= plan.alpha && !accuracyOpen) return 'better';
  if (pGain <= plan.alpha) return 'accuracy open';
  return gainRuledOut ? 'no worthwhile gain' : 'open';
}

const logs = fc
  .record({
    seed: fc.nat(1000),
    routes: fc.record({ code: fc.integer({ min: 5, max: 90 }), docs: fc.integer({ min: 5, max: 90 }) }),
    trials: fc.constantFrom(1, 3),
    gain: fc.constantFrom(0, 0.1),
    loss: fc.constantFrom(0, -0.3),
    costRatio: fc.constantFrom(0.5, 1, 1.3, 3),
    waste: fc.constantFrom<[number, number]>([0.2, 0.2], [0.5, 0.1], [0.1, 0.5]),
  })
  .map(({ seed, gain, loss, ...planted }) =>
    plantedLogs({ ...sameVariants, ...planted, gains: { docs: gain, code: loss } }, seed),
  );

const seen = new Set<string>();
test('memo, tables, chart and JSON say one word of a cell, and it follows from the tests', () => {
  fc.assert(
    fc.property(logs, ([baseline, candidate]) => {
      const report = reportOf(baseline, candidate);
      const { comparison } = report;
      const json = JSON.parse(comparisonJson(comparison));
      const table = comparisonText(comparison).split('\n').slice(1);
      const markdown = comparisonMarkdown(comparison)
        .split('\n')
        .filter((line) => line.startsWith('| '))
        .slice(2);
      const csv = comparisonCsv(comparison).split('\r\n').slice(1);
      const rows = (/<tbody>(.*?)<\/tbody>/s.exec(cellsSection(report).text)?.[1] ?? '').split('<tr>').slice(1);
      const [note = '', told] = [chartsOf(report)[0]?.note, memo(report, 'report.html')];
      assert.equal(rows.length, comparison.cells.length);
      comparison.cells.forEach((cell, at) => {
        const { row, dimension, standing } = cell;
        seen.add(standing);
        assert.equal(standing, wordFor(cell, comparison.plan));
        assert.equal(json.cells[at].standing, standing);
        assert.ok(table[at]?.endsWith(`  ${standing}`), table[at]);
        assert.ok(markdown[at]?.endsWith(`| ${standing} |`), markdown[at]);
        assert.ok(csv[at]?.endsWith(`,${standing}`), csv[at]);
        const tone = standing === 'better' ? 'good' : standing === 'worse' ? 'bad' : '';
        assert.ok(rows[at]?.endsWith(`<td class="${tone}">${standing}</td></tr>`), rows[at]);
        if (row === '(all)')
          assert.match(told, new RegExp(`${dimension} \\[[^\\]]*\\]\\(report\\.html#cells\\) \\(${standing}\\)`));
        if (dimension !== 'accuracy') return;
        assert.ok(note.includes(`${row}: ${standing}`), note);
        if (row !== '(all)') assert.match(told, new RegExp(`^\\| ${row} \\|.*\\(${standing}\\) \\|`, 'm'));
      });
      assertVerdictsSay(comparison, comparisonJunit(comparison, []));
    }),
    { numRuns: 25, seed: 12 },
  );
  assert.deepEqual([...seen].sort(), ['accuracy open', 'better', 'no worthwhile gain', 'open', 'too few', 'worse']);
});

/** Cells that a verdict names as better or worse are those whose standing is that word. */
function assertVerdictsSay({ cells, verdict, routes }: ReturnType<typeof compareVariants>, junit: string): void {
  const standingAt = (row: string, dimension: string) =>
    cells.find((cell) => cell.row === row && cell.dimension === dimension)?.standing;
  for (const each of [verdict, ...Object.values(routes)]) {
    for (const { row, dimension } of 'better' in each ? each.better : [])
      assert.equal(standingAt(row, dimension), 'better');
    for (const { row, dimension } of 'worse' in each ? each.worse : [])
      assert.equal(standingAt(row, dimension), 'worse');
  }
  const failed = [...junit.matchAll(/classname="cell ([^"]*)" name="(\w+) of [^"]*"><failure/g)];
  assert.equal(failed.length, cells.filter(({ standing }) => standing === 'worse').length);
  for (const [, row = '', dimension = ''] of failed) assert.equal(standingAt(row, dimension), 'worse');
}

const plan = ComparisonPlan.parse({});
/** 200 questions at half the cost, of which some are gained and some lost. */
function halfTheCost(gained: number, lost: number) {
  const log = (variant: string, costUsd: number, isRight: (at: number) => boolean) =>
    logOf(200, (at) => ({ variant, costUsd, correct: isRight(at) ? 1 : 0 }));
  const baseline = log('a', 0.02, (at) => at >= gained);
  const candidate = log('b', 0.01, (at) => at < gained || at >= gained + lost);
  return compareVariants({ trials: baseline, spec: null }, { trials: candidate, spec: null }, plan);
}

test('half the cost is no win where a loss of accuracy of 5 points is not ruled out', () => {
  // 7 gained and 11 lost of 200: p of "5 points worse" is 0.09; of 9 and 11 it is 0.046.
  const guarded = halfTheCost(7, 11);
  const cost = guarded.cells.find(({ dimension }) => dimension === 'cost');
  assert.ok(cost && cost.pGain < 0.001 && cost.accuracyOpen && !cost.harmOpen);
  assert.equal(cost.standing, 'accuracy open');
  assert.equal(guarded.verdict.kind, 'undecided');
  assert.deepEqual(guarded.verdict.kind === 'undecided' && guarded.verdict.better, []);
  const free = halfTheCost(9, 11);
  assert.deepEqual(free.verdict, { kind: 'justified', better: [{ row: '(all)', dimension: 'cost' }] });
});

test('half the cost with the same answers is a win', () => {
  assert.equal(halfTheCost(0, 0).verdict.kind, 'justified');
});

test('a loss that leans to harm is not called worse, and stands against a win', () => {
  // 5 gained and 10 lost: p of a harm is 0.15, beyond the margin of one point; a loss of 5 points is not ruled out.
  const { cells, verdict } = halfTheCost(5, 10);
  const accuracy = cells.find(({ dimension }) => dimension === 'accuracy');
  assert.ok(accuracy?.harmOpen && accuracy.pHarm > 0.05);
  assert.notEqual(accuracy.standing, 'worse');
  assert.equal(verdict.kind, 'undecided');
  assert.deepEqual(verdict.kind === 'undecided' && verdict.harmOpen, [{ row: '(all)', dimension: 'accuracy' }]);
});

test('the questions needed are one number, and no difference above 100 points is told', () => {
  const [baseline, candidate] = plantedLogs({ ...sameVariants, routes: { code: 40, docs: 3 }, trials: 1 }, 3);
  const report = reportOf(baseline, candidate);
  const { needs, routes, verdict } = report.comparison;
  assert.equal(verdict.kind, 'undecided');
  assert.deepEqual(verdict.kind === 'undecided' && verdict.needs, needs);
  for (const [at, each] of Object.values(routes).entries())
    assert.deepEqual(each.kind === 'undecided' && each.needs, [needs[at + 1]]);
  const told = memo(report, 'report.html');
  const text = comparisonText(report.comparison);
  for (const { row, have, need } of needs) {
    const wanted = need > have ? `${need} for \\d+ points` : 'enough';
    assert.equal(text.includes(`${row} has ${have}, needs about ${need}`), need > have);
    assert.match(told, new RegExp(`^\\| ${row.replace(/[()]/g, '\\$&')} \\| \\[${have}\\].*\\| ${wanted} \\|$`, 'm'));
  }
  assert.ok(needs.some(({ have, need }) => need > have));
  assert.match(told, /^\| docs \| \[3\]\(\S+\) \| none \|/m);
  const differences = [...told.matchAll(/(\d+\.\d) points/g)].map(([, points]) => Number(points));
  assert.ok(differences.length > 2 && differences.every((points) => points <= 100), `${differences}`);
});
