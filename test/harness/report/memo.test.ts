import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { GradedTrial } from '../../../harness/graded-trial.ts';
import { comparisonJson, comparisonText } from '../../../harness/rendering/comparison-text.ts';
import { memo } from '../../../harness/report/memo.ts';
import { logOf } from '../comparison/trials.ts';
import { plantedReport, reportOf } from './planted-report.ts';

const section = (text: string, title: string) => text.split(`## ${title}\n`)[1]?.split('\n## ')[0]?.trim() ?? '';

test('a gain beyond chance is justified, and the specialist that brings it comes first', () => {
  const text = memo(plantedReport({ gains: { docs: 0.1 } }), 'report.html');
  assert.match(
    text,
    /^# Is the split justified\?\n\n\*\*Yes: justified\.\*\* orchestrated is better than single-agent in accuracy/,
  );
  assert.match(
    section(text, 'Which specialist first'),
    /^\*\*docs\*\*: \[\+\d+\.\d points on 300 questions\]\(report\.html#questions\?route=docs\), better\./,
  );
  assert.match(
    section(text, 'For which routes'),
    /\| docs \| 300 \| \[\d+\.\d %\].*justified: better in accuracy of docs \|$/m,
  );
});

test('triple cost at equal quality is not justified, and something cheaper is named', () => {
  const text = memo(plantedReport({ costRatio: 3 }), 'report.html');
  assert.match(text, /\*\*No: not justified\.\*\* orchestrated is worse than single-agent in cost\./);
  const cheaper = section(text, 'What is cheaper');
  assert.match(cheaper, /^No variant is shown to be better on code, debug, docs, general\./);
  assert.match(
    cheaper,
    /- \[\d+ of 3600\]\(report\.html#questions\?label=incomplete&variant=baseline\) runs of the baseline are `incomplete`: ask in/,
  );
});

test('too few questions is a verdict, with how many would decide', () => {
  const text = memo(plantedReport({ routes: { code: 15, docs: 15 }, trials: 1 }), 'report.html');
  assert.match(
    text,
    /\*\*Undecided: too few questions\.\*\* orchestrated is not shown to be better than single-agent, nor/,
  );
  const rows = section(text, 'What would change the verdict').split('\n').slice(2);
  assert.equal(rows.length, 3);
  for (const row of rows) {
    const [, have, detects, need] = /\[(\d+)\]\(\S+\) \| (\d+\.\d) points \| (\d+) for/.exec(row) ?? [];
    assert.ok(Number(need) > Number(have) && Number(detects) > 10, row);
  }
});

test('the memo says how many trials were asked, also where one variant always came out alike', () => {
  const asked = (variant: string, changes: boolean) =>
    [1, 2].flatMap((trial) =>
      logOf(30, (at) => ({ variant, trial, fingerprint: `${at} ${changes ? trial : ''}`, correct: at % 2 })),
    );
  const head = memo(reportOf(asked('one', false), asked('two', true)), 'r.html');
  assert.match(head, /questions, 2 trials each \(those of the baseline came out alike, and count as one\)\./);
  assert.match(memo(reportOf(asked('one', true), asked('two', true)), 'r.html'), /questions, 2 trials each\. /);
});

test('costs of nothing in both variants have no ratio', () => {
  const free = (variant: string) => logOf(60, () => ({ variant, costUsd: 0 }));
  const report = reportOf(free('one'), free('two'));
  assert.match(memo(report, 'r.html'), /cost \[0 in both\]/);
  assert.ok(
    !comparisonText(report.comparison)
      .split('\n')
      .some((line) => /cost .*x1\.00/.test(line)),
  );
  const { cells } = JSON.parse(comparisonJson(report.comparison));
  assert.equal(cells.find(({ dimension }: { dimension: string }) => dimension === 'cost').effect, null);
});

test('a fast, wrong-headed split: no route gains, and the routes with wrong turns are named, worst first', () => {
  const turn = (at: number): Partial<GradedTrial> => ({ expectedRoute: at % 2 ? 'docs' : 'code' });
  const lost = (at: number): Partial<GradedTrial> =>
    at % 4 === 1
      ? { correct: 0, label: 'wrong_route' }
      : at % 8 === 0
        ? { label: 'correct_but_wasteful', wasteful: true }
        : {};
  const text = memo(
    reportOf(
      logOf(80, turn),
      logOf(80, (at) => ({ ...turn(at), ...lost(at), variant: 'split' })),
    ),
    'r.html',
  );
  assert.match(
    section(text, 'Which specialist first'),
    /^None: no route gains right answers by the split\. The baseline is weakest on code: \[100\.0 %\]/,
  );
  assert.deepEqual(section(text, 'Where the candidate goes wrong').split('\n'), [
    '- docs: [20](r.html#questions?route=docs&label=wrong_route&variant=candidate) on a wrong route, [0](r.html#questions?route=docs&label=correct_but_wasteful&variant=candidate) right but wasteful, of 40 runs',
    '- code: [0](r.html#questions?route=code&label=wrong_route&variant=candidate) on a wrong route, [10](r.html#questions?route=code&label=correct_but_wasteful&variant=candidate) right but wasteful, of 40 runs',
  ]);
});

test('variants that left a specialist out say which can go; without them the memo says how to run them', () => {
  const same = logOf(80, () => ({}));
  const accuracy = reportOf(same, same).comparison.cells[0];
  assert.ok(accuracy);
  const out = (specialist: string, lossRuledOut: boolean, standing: 'worse' | 'open') => ({
    specialist,
    lossRuledOut,
    accuracy: { ...accuracy, standing },
  });
  const leftOut = [out('docs', true, 'open'), out('code', false, 'worse'), out('debug', false, 'open')];
  const title = 'How few specialists would do';
  assert.match(
    section(memo(reportOf(same, same, { leftOut }), 'report.html'), title),
    /ruled out: docs\. Needed: code\. Undecided, too few questions: debug\./,
  );
  assert.match(
    section(memo(reportOf(same, same), 'report.html'), title),
    /^Not measured\. `switchyard bench run --leave-one-out`/,
  );
});

test('results of the offline model say so at the top', () => {
  const lines = memo(
    plantedReport({ routes: { code: 15, docs: 15 }, trials: 1 }, { offline: true }),
    'report.html',
  ).split('\n');
  assert.match(
    lines[2] ?? '',
    /^> These are answers of the offline model: they show the machinery, not a language model's quality\.$/,
  );
});

test('a route that a log made up is no Markdown', () => {
  const odd = logOf(40, (at) => ({ expectedRoute: at % 2 ? '<script>|`x`' : 'b](http://e) ' }));
  const text = memo(reportOf(odd, odd), 'report.html');
  assert.doesNotMatch(text, /<script>|[^\\]\|`x`|[^\\]\]\(http/);
  assert.match(text, /\\<script\\>\\\|\\`x\\`/);
});
