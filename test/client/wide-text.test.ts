/** Columns stand under each other where names have CJK characters, emoji or combining marks. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { summaryText } from '../../client/ask/route-questions.ts';
import { inColumns } from '../../client/terminal/output.ts';
import { ComparisonPlan } from '../../contracts/evaluation/comparison-plan.ts';
import { compareVariants } from '../../harness/comparison/compare-variants.ts';
import { comparisonText } from '../../harness/rendering/comparison-text.ts';
import { widthOf } from '../../lib/terminal-width.ts';
import { logOf } from '../harness/comparison/trials.ts';

const names = ['文書とコード', '🫠 debug', 'cafe\u0301', 'docs'];

/** Where in a line, in columns, a text begins. */
function columnOf(line: string, text: string): number {
  assert.ok(line.includes(text), line);
  return widthOf(line.slice(0, line.indexOf(text)));
}

test('a list of names and values', () => {
  const lines = inColumns(names.map((name) => [name, 'value']));
  assert.deepEqual([...new Set(lines.map((line) => columnOf(line, 'value')))], ['文書とコード'.length * 2 + 2]);
});

test('the routes expected and taken', () => {
  const counts = names.map(() => names.map(() => 7));
  const summary = {
    summary: true,
    n: 4,
    agreed: 1,
    share: 0.25,
    interval: null,
    kappaInterval: null,
    kappa: 0.1,
    failed: 0,
    fallbacks: 0,
  } as const;
  const lines = summaryText({ ...summary, models: [], confusion: { labels: names, counts } })
    .split('\n')
    .slice(-1 - names.length);
  assert.equal(new Set(lines.map(widthOf)).size, 1, lines.join('\n'));
});

test('the table of a comparison', () => {
  const log = (variant: string) =>
    logOf(40, (at) => ({ variant, expectedRoute: names[at % 4] ?? '', correct: at % 3 ? 1 : 0 }));
  const side = (variant: string) => ({ trials: log(variant), spec: null });
  const text = comparisonText(compareVariants(side('one'), side('other'), ComparisonPlan.parse({})));
  const rows = text.split('\n').filter((line) => / accuracy /.test(line));
  assert.equal(rows.length, names.length + 1, text);
  assert.equal(new Set(rows.map((line) => columnOf(line, 'accuracy'))).size, 1, text);
});
