import assert from 'node:assert/strict';
import { test } from 'node:test';
import { startBenchmark } from '../support/benchmark.ts';
import { LangfuseStub, type WireSpan } from '../support/langfuse-stub.ts';
import { openScene, pipeline, type Scene } from '../support/scene.ts';
import { startTeam } from '../support/team.ts';
import { until } from '../support/until.ts';
import { runInProcess } from '../client/run-in-process.ts';
import { spanIdOf } from './whole-trace.ts';

const split = pipeline({ name: 'split' });
const alone = pipeline({ name: 'alone', router: null, specialists: [pipeline().specialists[0]] });

test('a benchmark in Langfuse', async (context) => {
  await using stub = await LangfuseStub.open();
  await using team = await startTeam();
  await using scene = await openScene({ modelUrl: team.url, traces: stub.traces() });
  const questions = 2;
  const benchmark = await startBenchmark(scene, { variants: [alone, split], questions });
  await benchmark.ending();
  const runs = 2 * questions;

  await context.test('each variant is an experiment over one dataset, with its grades as scores', async () => {
    const roots = () => stub.spans.filter(({ parentSpanId }) => parentSpanId === null);
    const scored = () => stub.scores.filter(({ name }) => name === 'label');
    await until(async () => (roots().length === runs && scored().length === runs ? true : null));
    const items = stub.posted('dataset-items');
    assert.equal(items.length, questions);
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
    const titles = [`alone 1 (${benchmark.id})`, `split 1 (${benchmark.id})`];
    assert.deepEqual([...experiments.keys()].toSorted(), titles, 'lists show the variant first');
    for (const root of roots()) assertComparable(root, items);
    assert.ok(stub.scores.every(({ environment }) => environment === 'test-benchmark'));
    const correct = stub.scores.filter(({ name }) => name === 'correct');
    assert.deepEqual(new Set(correct.map(({ traceId }) => traceId)), new Set(roots().map(({ traceId }) => traceId)));
    const links = stub.posted('dataset-run-items');
    assert.equal(links.length, runs);
  });

  await context.test('it is published to another one out of its folder, and published again it stays one', async () => {
    await using other = await LangfuseStub.open();
    const publish = () => published(scene, benchmark.id, other);
    const first = await publish();
    assert.deepEqual([first.runs, first.sent, first.failed], [runs, runs, []]);
    const items = other.posted('dataset-items');
    const roots = other.spans.filter(({ parentSpanId }) => parentSpanId === null);
    assert.deepEqual([items.length, roots.length], [questions, runs]);
    for (const root of roots) assertComparable(root, items);
    assert.doesNotMatch(other.bodies.join(), /not held by the machine/, 'texts are rendered');
    const sent = (of: readonly unknown[]) => new Set(of.map((each) => JSON.stringify(each)));
    const [spans, scores] = [sent(other.spans), sent(other.scores)];
    assert.ok([...scores].some((score) => score.includes('"label"')));
    await publish();
    assert.deepEqual([sent(other.spans), sent(other.scores)], [spans, scores], 'under the same ids, to the letter');
  });

  await context.test('while Langfuse is away a benchmark is as good as any other', async () => {
    await stub.be('unavailable');
    const meanwhile = await startBenchmark(scene, { variants: [alone], questions: 1 });
    const { kind, progress } = await meanwhile.ending();
    assert.deepEqual([kind, progress.done], ['finished', 1]);
  });
});

async function published({ dataDirectory }: Scene, id: string, stub: LangfuseStub) {
  const { langfuse, environment } = stub.traces();
  const env = {
    SWITCHYARD_HOME: dataDirectory,
    LANGFUSE_BASE_URL: stub.baseUrl,
    LANGFUSE_PUBLIC_KEY: langfuse?.publicKey ?? '',
    LANGFUSE_SECRET_KEY: langfuse?.secretKey ?? '',
    LANGFUSE_TRACING_ENVIRONMENT: environment,
  };
  const { code, stdout, stderr } = await runInProcess(['bench', 'publish', id, '--json'], { env });
  assert.equal(code, 0, stderr);
  return JSON.parse(stdout);
}

/** The compare view reads nothing but the spans' own attributes. */
function assertComparable({ attributes }: WireSpan, items: readonly Record<string, unknown>[]): void {
  const of = (name: string) => attributes[`langfuse.experiment.${name}`];
  const item = items.find(({ id }) => id === of('item.id'));
  assert.ok(item);
  assert.equal(of('item.expected_output'), item.expectedOutput);
  assert.notEqual(item.expectedOutput, null);
  assert.deepEqual(JSON.parse(String(of('item.metadata'))), item.metadata);
  const { variant, baseline, trial } = JSON.parse(String(of('metadata')));
  assert.deepEqual([baseline, trial], [variant === 'alone', 1]);
  assert.match(String(of('description')), new RegExp(`^${variant}.*trial 1 of 1, in benchmark `));
  assert.equal(attributes['langfuse.environment'], 'test-benchmark');
}
