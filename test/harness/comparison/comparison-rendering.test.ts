import assert from 'node:assert/strict';
import { test } from 'node:test';
import { plantedLogs, sameVariants } from '../../../bench/statistics/planted-log.ts';
import { ComparisonPlan } from '../../../contracts/evaluation/comparison-plan.ts';
import { compareVariants } from '../../../harness/comparison/compare-variants.ts';
import { comparisonJunit } from '../../../harness/rendering/comparison-junit.ts';
import { verdictSentence } from '../../../harness/rendering/comparison-rows.ts';
import {
  comparisonCsv,
  comparisonJson,
  comparisonMarkdown,
  comparisonText,
} from '../../../harness/rendering/comparison-text.ts';
import { logOf } from './trials.ts';

const plan = ComparisonPlan.parse({});
const [baseline, candidate] = plantedLogs({ ...sameVariants, routes: { code: 60, docs: 15 }, costRatio: 3 }, 1);
const comparison = compareVariants({ trials: baseline, spec: null }, { trials: candidate, spec: null }, plan);

test('the text table aligns its columns and ends with the verdicts', () => {
  const lines = comparisonText(comparison).split('\n');
  const at = lines[0]?.indexOf('standing');
  assert.ok(lines.length > 13);
  for (const line of lines.slice(1, 13)) assert.match(line.slice(at), /^\S/);
  const cost = lines.find((line) => line.startsWith('(all)  cost'));
  assert.match(cost ?? '', /x[23]\.\d\d +x2\.\d\d to x3\.\d\d +1 +<\.0001 +worse$/);
  assert.ok(lines.includes('verdict: not justified: worse in cost of (all)'));
  assert.ok(
    lines.some((line) => line.startsWith('route docs: undecided: too few questions (docs has 15, needs about ')),
  );
  assert.match(lines.find((line) => line.startsWith('docs ')) ?? '', /too few/);
});

test('Markdown escapes what a log may hold', () => {
  const hostile = logOf(40, () => ({ variant: 'a|b<script>' }));
  const text = comparisonMarkdown(
    compareVariants({ trials: hostile, spec: null }, { trials: hostile, spec: null }, plan),
  );
  assert.match(text, /^# a\\\|b\\<script\\> against/);
  assert.match(text, /^\| row \| dimension \|/m);
});

test('CSV has a line a cell, quotes commas, and disarms formulas', () => {
  const odd = (at: number) => ({ expectedRoute: at % 2 ? '=1+1' : 'a,"b"' });
  const csv = comparisonCsv(
    compareVariants({ trials: logOf(40, odd), spec: null }, { trials: logOf(40, odd), spec: null }, plan),
  );
  const lines = csv.split('\r\n');
  assert.equal(lines.length, 1 + 12 + 1);
  assert.ok(lines.some((line) => line.startsWith("'=1+1,accuracy,20,0,1,1,0,,,mcnemar-exact,1,")));
  assert.ok(lines.some((line) => line.startsWith('"a,""b""",accuracy,')));
});

test('JSON holds the verdict, the cells and the plan', () => {
  const { verdict, cells, plan: written } = JSON.parse(comparisonJson(comparison));
  assert.deepEqual([verdict.kind, cells.length, written.alpha], ['not-justified', 12, 0.05]);
});

test('JUnit fails what is worse and what a gate refuses, and skips what is undecided', () => {
  const gates = [{ rule: 'cost<=baseline & "more"', met: false, reason: 'cost is\u0000 <3>' }];
  const xml = comparisonJunit(comparison, gates);
  assert.match(
    xml,
    /<testcase classname="verdict" name="\(all\)"><failure message="not justified: worse in cost of \(all\)"\/>/,
  );
  assert.match(xml, /<testcase classname="verdict" name="docs"><skipped message="undecided/);
  assert.match(xml, /<testcase classname="cell \(all\)" name="accuracy"\/>/);
  assert.match(xml, /name="cost&lt;=baseline &amp; &quot;more&quot;"><failure message="cost is\? &lt;3&gt;"\/>/);
  const counted = (of: RegExp) => [...xml.matchAll(of)].length;
  const totals = `tests="${counted(/<testcase /g)}" failures="${counted(/<failure /g)}" skipped="${counted(/<skipped /g)}"`;
  assert.ok(xml.includes(totals), totals);
});

test('every verdict is one sentence', () => {
  assert.equal(
    verdictSentence({ kind: 'not-comparable', reasons: ['the budget differs', 'the gate differs'] }),
    'not comparable: the budget differs; the gate differs',
  );
  assert.equal(
    verdictSentence({ kind: 'justified', better: [{ row: 'docs', dimension: 'accuracy' }] }),
    'justified: better in accuracy of docs',
  );
});
