/** The smallest run of `npm run bench:peers`: Switchyard alone on the stub model. What it measures has a shape; how fast it was is no matter of a test. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { chartsOf } from '../../bench/peers/report/charts.ts';
import { markdownOf } from '../../bench/peers/report/markdown.ts';
import { targetRows } from '../../bench/peers/report/targets.ts';
import { runPeers } from '../../bench/peers/run-peers.ts';
import { checkout, temporalExecutable } from '../support/temporal.ts';

const nothing = { levels: [], passes: 0, depth: 0, memoryAfter: 0, slowQuestions: 0, settleSeconds: 0, idleSeconds: 0 };

test('two questions and a kill of the runtime give every figure that they can, in a report', async () => {
  await temporalExecutable();
  const results = await runPeers({
    systems: ['switchyard'],
    plan: { ...nothing, rounds: 2, each: 1 },
    kills: { systems: ['switchyard runtime'], count: 1, latencyMs: 100 },
    repository: null,
    checkout,
    beside: null,
    settings: { SWITCHYARD_HEARTBEAT_SECONDS: '2' },
    warmUps: 0,
    say: () => {},
  });
  assert.deepEqual(results.leftOut, []);
  const [system] = results.systems;
  assert.deepEqual([system?.name, system?.oneAtATimeMs.n, system?.oneAtATimeMs.ratio], ['switchyard', 2, null]);
  for (const value of [system?.oneAtATimeMs.value, system?.cpuMs.worker, system?.cpuMs.server])
    assert.ok(value !== undefined && value > 0, `${value} is measured`);
  assert.deepEqual(system?.failed, { count: 0, first: null });
  assert.ok((system?.inputTokens ?? 0) > 1000);
  const [kill] = results.kills;
  assert.deepEqual(
    [kill?.name, kill?.kills, kill?.unanswered, kill?.finishedRepeated, kill?.personActs],
    ['switchyard runtime', 1, 0, 0, false],
  );
  const rows = targetRows(results);
  assert.ok(rows.some(({ met, reached }) => met === null && reached === 'not measured'));
  assert.ok(rows.some(({ figure, met }) => figure.includes('finished calls') && met === true));
  const charts = chartsOf(results);
  assert.deepEqual(
    charts.map(({ file }) => file),
    ['one-at-a-time.svg', 'cpu.svg', 'kills.svg'],
  );
  for (const { svg } of charts) assert.match(svg, /^<svg [^>]*role="img"[\s\S]+<\/svg>\n$/);
  assert.match(markdownOf(results, charts), /## Targets[\s\S]+## Each question[\s\S]+switchyard[\s\S]+## Kills/);
});
