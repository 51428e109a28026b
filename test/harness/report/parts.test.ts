import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Trace, TraceSpan } from '../../../contracts/trace.ts';
import { escapeHtml, html } from '../../../lib/html.ts';
import { link, questionAnchor, runsFragment, safeHref } from '../../../harness/report/links.ts';
import { overheadOf } from '../../../harness/report/trace-tree.ts';
import { mostDifferent, questionsByRegression } from '../../../harness/report/question-order.ts';
import { acrossAxis, areaOf, chartFigure, legend, rowNames, scaleTo } from '../../../harness/report/svg-chart.ts';
import { logOf } from '../comparison/trials.ts';

const hostile = `<script>alert("1")</script>'&`;

test('text is escaped in markup and in attributes, HTML of our own is not escaped twice', () => {
  assert.equal(escapeHtml(hostile), '&lt;script&gt;alert(&quot;1&quot;)&lt;/script&gt;&#39;&amp;');
  assert.equal(
    html`<a title="${'"'}">${[html`<b>${'<'}</b>`, null, 3]}</a>`.text,
    '<a title="&quot;"><b>&lt;</b>3</a>',
  );
  assert.equal(escapeHtml('a\u202eb\u0000c\ud800'), 'a\ufffdb\ufffdc\ufffd');
});

test('only http, https and files are linked', () => {
  assert.equal(safeHref('https://example.org/a?b=c'), 'https://example.org/a?b=c');
  assert.equal(safeHref('histories/a b.json.gz', '../x/'), '../x/histories/a%20b.json.gz');
  assert.equal(safeHref('/tmp/a#b.jsonl'), 'file:///tmp/a%23b.jsonl');
  for (const target of [
    'javascript:alert(1)',
    ' javascript:alert(1)',
    'JAVASCRIPT:x',
    'data:text/html,x',
    '//evil.example',
    'java\nscript:x',
    '\\\\host\\x',
    'http://a b',
    'a/../../b',
    '..',
  ])
    assert.doesNotMatch(link('x', target).text, /href="(?!%20javascript%3A)/, target);
});

test('different questions have different anchors, safe in an address', () => {
  const ids = ['a b', 'a_b', 'a-b', 'ä', 'a_20_b', hostile];
  const anchors = ids.map(questionAnchor);
  assert.equal(new Set(anchors).size, ids.length);
  for (const anchor of anchors) assert.match(anchor, /^q-[A-Za-z0-9_-]+$/);
  assert.equal(runsFragment({ route: 'a)&b' }), 'questions?route=a%29%26b');
});

test('a chart escapes its names, and holds nothing that the policy would refuse', () => {
  const area = areaOf(100, { left: 80, top: 20 });
  const marks = [
    ...legend([{ name: hostile, color: 'var(--variant-1)' }]),
    ...acrossAxis(area, scaleTo(1), hostile),
    ...rowNames(area, [hostile]),
  ];
  const { text } = chartFigure({ title: hostile, note: hostile, height: 100, marks });
  assert.match(text, /&lt;script&gt;/);
  assert.doesNotMatch(text, /<script|<style|style=|href=|on\w+=|class=/);
  assert.match(text, /font-size="12px"/);
});

test('an axis has round marks up to the highest value, and one where there is nothing to show', () => {
  assert.deepEqual(scaleTo(100).marks, [0, 20, 40, 60, 80, 100]);
  assert.deepEqual(scaleTo(8730).marks, [0, 2000, 4000, 6000, 8000, 10_000]);
  assert.equal(scaleTo(0.00031, 4).most.toFixed(5), '0.00040');
  for (const nothing of [0, Number.NEGATIVE_INFINITY]) {
    const { most, marks } = scaleTo(nothing);
    assert.ok(most > 0 && marks.length >= 2, String(most));
  }
});

test('questions come by what the candidate lost; of too many both ends are kept', () => {
  const right = (places: number[]) => logOf(4, (at) => ({ correct: places.includes(at) ? 1 : 0 }));
  const ordered = questionsByRegression(right([0, 1]), right([1, 2]));
  assert.deepEqual(ordered, [
    { question: 'q0', gain: -1 },
    { question: 'q3', gain: 0 },
    { question: 'q1', gain: 0 },
    { question: 'q2', gain: 1 },
  ]);
  assert.deepEqual(mostDifferent([1, 2, 3, 4, 5], 3), [1, 2, 5]);
});

test('overhead counts time once where steps overlap, and the time between steps', () => {
  const trace = {
    spans: [
      span('1', 'routing', 0, 10, 5),
      span('2', 'gate#1', 30, 40, 7),
      span('3', 'gate#1', 35, 50, 1),
      span('4', 'specialist-code#1', 15, 30, 100),
      span('routing', 'root', 0, 10),
      span('gate#1', 'root', 30, 50),
      span('specialist-code#1', 'root', 15, 30),
      span('root', null, 0, 60),
    ],
  } as unknown as Trace;
  const { total, byStage, betweenMs } = overheadOf(trace);
  assert.deepEqual(byStage.routing, { ms: 10, tokens: 5, costUsd: 0.5 });
  assert.deepEqual(byStage.gate, { ms: 20, tokens: 8, costUsd: 1 });
  assert.deepEqual(byStage.synthesis, { ms: 0, tokens: 0, costUsd: 0 });
  assert.deepEqual([total.ms, total.tokens, betweenMs], [60, 113, 15]);
});

function span(key: string, parent: string | null, startMs: number, endMs: number, tokens?: number): Partial<TraceSpan> {
  const usage = {
    modelCalls: 1,
    inputTokens: tokens ?? 0,
    cachedInputTokens: 0,
    outputTokens: 0,
    reasoningTokens: 0,
    costUsd: 0.5,
  };
  return { key, parent, startMs, endMs, usage: tokens === undefined ? null : usage };
}
