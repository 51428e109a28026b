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
import { comparisonSummary } from '../../../harness/rendering/comparison-summary.ts';
import { questionOutcomes } from '../../../harness/rendering/question-outcomes.ts';
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
    /<testcase classname="verdict" name="verdict of \(all\)"><failure message="(not justified: worse in cost of \(all\))">\1<\/failure>/,
  );
  assert.match(xml, /<testcase classname="verdict" name="verdict of docs"><skipped message="undecided[^<]*>undecided/);
  assert.match(xml, /<testcase classname="cell \(all\)" name="accuracy of \(all\)"\/>/);
  assert.match(
    xml,
    /name="cost of \(all\)"><failure message="[^"]*">cost of \(all\): questions 75, baseline \$[^<]*standing worse</,
  );
  assert.match(xml, /name="accuracy of docs"><skipped message="accuracy of docs: questions 15, baseline \d/);
  assert.match(
    xml,
    /name="cost&lt;=baseline &amp; &quot;more&quot;"><failure message="cost is\? &lt;3&gt;">cost is\? &lt;3&gt;</,
  );
  const counted = (of: RegExp) => [...xml.matchAll(of)].length;
  const totals = `tests="${counted(/<testcase /g)}" failures="${counted(/<failure /g)}" skipped="${counted(/<skipped /g)}"`;
  assert.ok(xml.includes(totals), totals);
});

test('JUnit names no two cases alike, and fails the questions on which the candidate is worse', () => {
  const odd = (lost: boolean) => (at: number) => ({
    expectedRoute: at % 2 ? '(all)' : 'a  b',
    correct: lost && at < 3 ? 0 : at === 3 ? null : 1,
    label: lost && at < 3 ? 'incomplete' : 'correct',
  });
  const [before, after] = [logOf(40, odd(false)), logOf(40, odd(true))];
  const compared = compareVariants({ trials: before, spec: null }, { trials: after, spec: null }, plan);
  const gate = { rule: 'accuracy>=0.5', met: true, reason: '' };
  const twice = { ...gate, rule: 'accuracy>=\n0.5\u0000' };
  const xml = comparisonJunit(
    compared,
    [gate, gate, twice, { ...twice, rule: 'accuracy>= 0.5\u0001' }],
    questionOutcomes(before, after),
  );
  const names = [...xml.matchAll(/ name="([^"]*)"/g)].map(([, name = '']) => name.replace(/\s+/g, ' '));
  assert.ok(names.length > 50);
  assert.equal(new Set(names).size, names.length);
  const lost = [...xml.matchAll(/classname="question [^"]*" name="question (\w+)"><failure [^>]*>([^<]*)</g)];
  assert.deepEqual(
    lost.map(([, name, why]) => [name, why]),
    [0, 1, 2].map((at) => [`q${at}`, 'baseline: right (correct); candidate: wrong (incomplete)']),
  );
  assert.match(xml, /name="question q3"><skipped message="baseline: no grade/);
});

test('the summary of a CI job names the verdict, the gates and every question that changed', () => {
  const trials = (lost: boolean) => (at: number) => ({
    correct: (at < 4 && lost) || (at === 5 && !lost) ? 0 : 1,
    label: 'made up',
  });
  const [before, after] = [logOf(40, trials(false)), logOf(40, trials(true))];
  const compared = compareVariants({ trials: before, spec: null }, { trials: after, spec: null }, plan);
  const gates = [{ rule: 'accuracy>=baseline', met: false, reason: 'accuracy is 0.9, the bound 0.975' }];
  const text = comparisonSummary({
    comparison: compared,
    gates,
    outcomes: questionOutcomes(before, after),
    offline: true,
  });
  assert.match(text, /^### `[^`]+` against `[^`]+`\n\n\*\*No: not justified\.\*\*/);
  assert.match(text, /\*\*1 of 1 gates not met\.\*\*/);
  assert.match(text, /40 questions, trials 1 and 1: 4 worse, 1 better\./);
  assert.match(text, /^\| `accuracy>=baseline` \| \*\*not met\*\* \| accuracy is 0\.9, the bound 0\.975 \|$/m);
  assert.match(text, /^\| accuracy \| 40 \| 97\.5 % \| 90\.0 % \| -7\.5 \|/m);
  for (const at of [0, 1, 2, 3])
    assert.match(text, new RegExp(`^\\| \`q${at}\` \\|[^\\n]*\\| right [^|]*\\| wrong [^|]*\\| worse \\|$`, 'm'));
  assert.match(text, /^\| `q5` \|[^\n]*\| better \|$/m);
  assert.doesNotMatch(text, /`q6`/);
  assert.match(text, /offline model/);
});

test('a summary stays below what a comment may have, and mentions nobody', () => {
  const name = (at: number) => `@everyone #1 <img src=x> [a](https://x) | \`${at}\` ${'é'.repeat(180)}`;
  const trials = (right: boolean) =>
    logOf(3000, (at) => ({ question: name(at), correct: right ? 1 : 0, expectedRoute: name(at % 3) }));
  const [before, after] = [trials(true), trials(false)];
  const [one, other] = [before.slice(0, 40), after.slice(0, 40)];
  const compared = compareVariants({ trials: one, spec: null }, { trials: other, spec: null }, plan);
  const gates = Array.from({ length: 500 }, (_, at) => ({ rule: name(at), met: false, reason: name(at) }));
  const text = comparisonSummary({
    comparison: { ...compared, notes: gates.map(({ reason }) => reason) },
    gates,
    outcomes: questionOutcomes(before, after),
    offline: false,
  });
  assert.ok(Buffer.byteLength(text) <= 60_000 && Buffer.byteLength(text) > 40_000, `${Buffer.byteLength(text)} bytes`);
  assert.match(text, /… and \d+ more changed questions/);
  assert.match(text, /… and \d+ more gates/);
  // What is left of a line without its code spans holds no name, no reference, no tag and no link.
  const prose = text.replaceAll(/`[^`\n]*`/g, '');
  assert.doesNotMatch(prose, /@\w|#\d|(?<!\\)<|https?:\/\//);
  for (const line of text.split('\n').filter((each) => / worse \|$/.test(each)))
    assert.equal(line.replaceAll('\\|', '').split('|').length, 7, line);
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
