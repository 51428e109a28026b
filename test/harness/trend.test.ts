import assert from 'node:assert/strict';
import { test } from 'node:test';
import { trendText } from '../../client/benchmark/over-time/trend-text.ts';
import { PipelineSpec } from '../../contracts/pipeline.ts';
import { trendPage } from '../../harness/report/trend-page.ts';
import type { GradedTrial } from '../../harness/graded-trial.ts';
import { type Measured, measured, trendOf } from '../../harness/trend.ts';
import { widthOf } from '../../lib/terminal-width.ts';

const pipeline = (judge: object | null = {}) =>
  PipelineSpec.parse({
    name: 'team',
    specialists: [{ name: 'code', purpose: 'p', prompt: 'Answer.', tools: ['grep'] }],
    gate: { judge },
  });

/** So many questions, of which so many are right. */
function trials(right: number, of: number, model = 'small-may'): GradedTrial[] {
  return Array.from({ length: of }, (_, at) => ({
    ...{ dataset: 'd', question: `q${at}`, variant: 'team', trial: 1, expectedRoute: null, route: null, label: 'x' },
    ...{ correct: at < right ? 1 : 0, wasteful: false, costUsd: 0.01 * (1 + (at % 3)), retries: 0, abstained: false },
    latencyMs: { total: 1000 + 10 * at, queue: 0, model: 0, tool: 0, backoff: 0, orchestration: 0 },
    ...{ error: false, calls: [], kindUnknown: 0, models: [model], fingerprint: null },
  }));
}

type About = Parameters<typeof measured>[0];

function point(
  day: number,
  right: number,
  { model, of = 64, ...more }: Partial<About> & { model?: string; of?: number } = {},
): Measured {
  const startedAt = `2026-11-${String(day).padStart(2, '0')}T03:00:00Z`;
  const about = { benchmark: `night-${day}`, startedAt, variant: 'team', dataset: 'mine-1', specHash: 'a' };
  return measured({ ...about, pipeline: pipeline(), ...more }, trials(right, of, model));
}

test('points come in the order of time, with intervals where there are enough questions', () => {
  const [points = []] = [...trendOf([point(3, 40), point(1, 32), point(2, 5, { of: 8 })]).values()];
  assert.deepEqual(
    points.map(({ benchmark, accuracy }) => [benchmark, accuracy.mean, accuracy.interval === null]),
    [
      ['night-1', 0.5, false],
      ['night-2', 0.625, true],
      ['night-3', 0.625, false],
    ],
  );
  const { accuracy, costUsd, latencyMs } = points[0] as Measured;
  assert.ok((accuracy.interval?.low ?? 1) < 0.4 && (accuracy.interval?.high ?? 0) > 0.6);
  assert.ok(costUsd.interval !== null && costUsd.interval.low < 0.02 && costUsd.interval.high > 0.019);
  assert.equal(latencyMs.mean, 1315);
});

test('a trend breaks where dataset, models or judge change, and not where the pipeline does', () => {
  const [points = []] = [
    ...trendOf([
      point(1, 32),
      point(2, 33, { specHash: 'b' }),
      point(3, 34, { dataset: 'mine-2' }),
      point(4, 35, { dataset: 'mine-2', model: 'small-june' }),
      point(5, 36, { dataset: 'mine-2', model: 'small-june', pipeline: pipeline({ prompt: 'Judge.' }) }),
      point(6, 37, { dataset: 'mine-2', model: 'small-june', pipeline: pipeline(null) }),
    ]).values(),
  ];
  const told = points.map(({ breaks, pipelineChanged }) => [breaks.join('; '), pipelineChanged]);
  assert.deepEqual(told.slice(0, 4), [
    ['', false],
    ['', true],
    ['dataset mine-1 → mine-2', true],
    ['model small-may → small-june', false],
  ]);
  assert.match(String(told[4]?.[0]), /^judge [0-9a-f]{8} → [0-9a-f]{8}$/);
  assert.match(String(told[5]?.[0]), /^judge [0-9a-f]{8} → none$/);
});

test('the chart fits into 80 columns, shows the interval, and says where it is broken', () => {
  const trend = trendOf([
    point(1, 32),
    point(2, 48, { specHash: 'b' }),
    point(3, 5, { of: 8, dataset: 'x'.repeat(90) }),
  ]);
  const text = trendText(trend);
  const lines = text.split('\n');
  for (const line of lines) assert.ok(widthOf(line) <= 80, line);
  const [head, first = '', second = '', broken = '', third = ''] = lines;
  assert.equal(head, 'team: right answers  (0 to 100.0 %)');
  assert.match(first, /^2026-11-01 03:00 {2}night-1 +│ +├─+●─+┤ +│ +50\.0 %$/);
  assert.match(second, /~night-2 .* 75\.0 %$/);
  assert.ok(second.indexOf('●') > first.indexOf('●'));
  assert.match(broken, /^- - - dataset mine-1 → xxx/);
  assert.match(third, /│ +● +│ +62\.5 %$/);
  assert.match(text, /team: cost a question/);
});

test('the page holds a chart a figure, and nothing of a log as markup', () => {
  const page = trendPage(
    trendOf([point(1, 32, { benchmark: '<script>alert(1)</script>' }), point(2, 40, { dataset: 'other' })]),
  );
  assert.equal(page.match(/<svg /g)?.length, 4);
  assert.doesNotMatch(page, /<script>/);
  assert.match(page, /dataset mine-1 → other/);
});
