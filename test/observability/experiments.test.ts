import assert from 'node:assert/strict';
import { test } from 'node:test';
import { kettleQuestions, startBenchmark } from '../support/benchmark.ts';
import { LangfuseStub } from '../support/langfuse-stub.ts';
import { openScene, pipeline } from '../support/scene.ts';
import { startTeam } from '../support/team.ts';
import { until } from '../support/until.ts';
import { spanIdOf } from './whole-trace.ts';

const split = pipeline({ name: 'split' });
const alone = pipeline({ name: 'alone', router: null, specialists: [pipeline().specialists[0]] });

test('each variant of a benchmark is an experiment over one dataset, with its grades as scores', async () => {
  await using stub = await LangfuseStub.open();
  await using team = await startTeam();
  await using scene = await openScene({ modelUrl: team.url, traces: stub.traces() });
  const benchmark = await startBenchmark(scene, { variants: [alone, split] });
  await benchmark.ending();
  const runs = 2 * kettleQuestions.length;
  const roots = () => stub.spans.filter(({ parentSpanId }) => parentSpanId === null);
  const scored = () => stub.scores.filter(({ name }) => name === 'label');
  await until(async () => (roots().length === runs && scored().length === runs ? true : null));
  const items = stub.posted('dataset-items');
  assert.equal(items.length, kettleQuestions.length);
  for (const { traceId } of roots()) {
    const spans = stub.trace(traceId);
    const of = (name: string) => new Set(spans.map(({ attributes }) => attributes[`langfuse.experiment.${name}`]));
    const [item] = of('item.id');
    assert.equal(of('item.id').size, 1, 'every span names its item');
    assert.ok(items.some(({ id }) => id === item));
    assert.deepEqual(of('item.root_observation_id'), new Set([spanIdOf(traceId, 'root')]));
    assert.equal(new Set(spans.map(({ attributes }) => attributes['session.id'])).size, 1);
  }
  const experiments = Map.groupBy(roots(), ({ attributes }) => attributes['langfuse.experiment.name']);
  assert.deepEqual([...experiments.keys()].toSorted(), [`${benchmark.id}/alone/1`, `${benchmark.id}/split/1`]);
  const correct = stub.scores.filter(({ name }) => name === 'correct');
  assert.deepEqual(new Set(correct.map(({ traceId }) => traceId)), new Set(roots().map(({ traceId }) => traceId)));
  const links = stub.posted('dataset-run-items');
  assert.equal(links.length, runs);
});

test('a benchmark whose Langfuse is away is as good as any other', async () => {
  await using stub = await LangfuseStub.open('unavailable');
  await using team = await startTeam();
  await using scene = await openScene({ modelUrl: team.url, traces: stub.traces() });
  const benchmark = await startBenchmark(scene, { variants: [alone] });
  const { kind, progress } = await benchmark.ending();
  assert.deepEqual([kind, progress.done], ['finished', kettleQuestions.length]);
});
