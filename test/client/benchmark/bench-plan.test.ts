import { noEncryption } from '../../../codecs/cipher.ts';
import assert from 'node:assert/strict';
import { mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { benchmarkIds } from '../../../application/benchmarks/benchmark-folders.ts';
import { createBenchmark } from '../../../client/benchmark/benchmark-folder.ts';
import { BenchmarkManifest } from '../../../contracts/benchmark.ts';
import { benchmarkVariants } from '../../../client/benchmark/benchmark-variants.ts';
import type { BenchmarkEstimate } from '../../../client/benchmark/benchmark-estimate.ts';
import { benchmarkQuestions } from '../../../client/benchmark/benchmark-questions.ts';
import { durationText, previewText, progressLine } from '../../../client/benchmark/benchmark-text.ts';
import { spendingLimit } from '../../../client/input/option-values.ts';
import { planBenchmark, whyAsk } from '../../../client/benchmark/plan-benchmark.ts';
import { unmatchedReasons } from '../../../harness/comparison/spec-differences.ts';
import { UsageError } from '../../../lib/errors.ts';
import { unmetRouteRemarks } from '../../../client/benchmark/unmet-route-remarks.ts';
import { PipelineSpec } from '../../../contracts/pipeline.ts';
import { temporaryFolder } from '../run-command.ts';
import { readConfig } from '../../../config/read-config.ts';
import { emptyTally } from '../../../harness/benchmark-tally.ts';

test('the baseline is the pipeline without a router, wherever it was named', async () => {
  const variants = await benchmarkVariants({ pipelines: ['orchestrated', 'single-agent'], leaveOneOut: false });
  assert.deepEqual(
    variants.map(({ name }) => name),
    ['single-agent', 'orchestrated'],
  );
  assert.notEqual(variants[0]?.specHash, variants[1]?.specHash);
  const wanted = { pipelines: ['single-agent', 'orchestrated'], baseline: 'orchestrated', leaveOneOut: false };
  assert.equal((await benchmarkVariants(wanted))[0]?.name, 'orchestrated');
  await assert.rejects(benchmarkVariants({ ...wanted, baseline: 'nope' }), /must name one of the pipelines/);
  await assert.rejects(
    benchmarkVariants({ pipelines: ['orchestrated', 'orchestrated'], leaveOneOut: false }),
    /two pipelines are named "orchestrated"/,
  );
});

test('leave one out adds a variant without each specialist, whose fallback is one that is left', async () => {
  const variants = await benchmarkVariants({ pipelines: ['single-agent', 'orchestrated'], leaveOneOut: true });
  const without = variants.slice(2);
  assert.deepEqual(
    without.map(({ name }) => name),
    ['without-code', 'without-docs', 'without-debug', 'without-general'],
  );
  for (const { name, pipeline } of without) {
    const names = pipeline.specialists.map((specialist) => specialist.name);
    assert.equal(names.length, 3);
    assert.ok(!names.includes(name.replace('without-', '')));
    assert.ok(names.includes(pipeline.router?.fallback ?? ''));
  }
});

test('fewer questions are spread over all routes, and another choice has another name', async () => {
  const all = await benchmarkQuestions({});
  const some = await benchmarkQuestions({ questions: 8 });
  const docs = await benchmarkQuestions({ route: 'docs', questions: 3 });
  assert.ok(all.questions.length >= 60);
  assert.equal(some.questions.length, 8);
  assert.equal(new Set(some.questions.map(({ expected_route }) => expected_route)).size, 4);
  assert.deepEqual(
    docs.questions.map(({ expected_route }) => expected_route),
    ['docs', 'docs', 'docs'],
  );
  assert.equal(new Set([all.name, some.name, docs.name]).size, 3);
  assert.match(all.name, /^fastify-[0-9a-f]{12}$/);
  await assert.rejects(benchmarkQuestions({ route: 'nope' }), /there are code, docs/);
});

test('a plan says which expected routes a pipeline with a router does not have, and refuses one that has none', () => {
  const spec = (name: string, router: object | null, specialists: string[]) =>
    PipelineSpec.parse({
      name,
      router,
      specialists: specialists.map((each) => ({ name: each, purpose: 'x', prompt: 'x', tools: ['grep'] })),
    });
  const expecting = (...routes: string[]) => routes.map((expected_route) => ({ expected_route }));
  const [alone, split] = [spec('alone', null, ['agent']), spec('split', { fallback: 'code' }, ['code', 'docs'])];
  assert.deepEqual(unmetRouteRemarks([alone, split], expecting('code', 'docs')), []);
  const [remark, ...more] = unmetRouteRemarks([alone, split], expecting('code', 'billing'));
  assert.match(remark ?? '', /^pipeline "split" has no specialist for the expected route billing \(1 of 2 questions\)/);
  assert.deepEqual(more, []);
  assert.deepEqual(unmetRouteRemarks([alone, split], expecting('code'), ['code', 'docs']), []);
  assert.deepEqual(unmetRouteRemarks([alone, split], expecting('code'), ['code']), [
    'no question expects the route docs of pipeline "split": what goes there counts as wrongly routed',
  ]);
  assert.throws(() => unmetRouteRemarks([alone, split], expecting('billing')), UsageError);
  assert.deepEqual(unmetRouteRemarks([alone], expecting('billing')), []);
  assert.deepEqual(unmetRouteRemarks([split], []), []);
});

test('what will make the variants incomparable is told before anything starts, in the words of the verdict', async () => {
  using folder = temporaryFolder();
  const settings = readConfig({ SWITCHYARD_HOME: join(folder.path, 'home') }, null, '/nowhere');
  const file = join(folder.path, 'mine.json');
  const team = JSON.parse(readFileSync(join(import.meta.dirname, '../../../pipelines/orchestrated.json'), 'utf8'));
  for (const specialist of team.specialists) {
    specialist.tools = specialist.tools.filter((tool: string) => tool !== 'git_log');
    specialist.prompt = 'Answer.';
    delete specialist.promptFile;
  }
  writeFileSync(file, JSON.stringify({ ...team, name: 'mine', budget: { ...team.budget, modelCalls: 59 } }));
  const options = { trials: 1, concurrency: 1, questions: 4, leaveOneOut: false, pipeline: ['single-agent', file] };
  const { remarks, manifest } = await planBenchmark(options, settings);
  const [baseline, candidate] = manifest.variants.map(({ pipeline }) => pipeline);
  assert.ok(baseline && candidate);
  const reasons = unmatchedReasons(baseline, candidate);
  assert.equal(reasons[0], '"mine" lacks the tool git_log, which "single-agent" has');
  assert.match(reasons[1] ?? '', /^modelCalls of the budget is \d+ in "single-agent" and 59 in "mine"$/);
  assert.deepEqual(
    remarks,
    reasons.map((reason) => `there will be no verdict on "mine": ${reason}`),
  );
});

test('variants that leave a specialist out are not told to lack its route', async () => {
  const options = { trials: 1, concurrency: 1, questions: 8, leaveOneOut: true };
  using folder = temporaryFolder();
  const settings = readConfig({ SWITCHYARD_HOME: join(folder.path, 'home') }, null, '/nowhere');
  assert.deepEqual((await planBenchmark(options, settings)).remarks, []);
});

test('a plan says where there are fewer questions than were asked for, and where one pipeline gives no report', async () => {
  using folder = temporaryFolder();
  const settings = readConfig({ SWITCHYARD_HOME: join(folder.path, 'home') }, null, '/nowhere');
  const remarksOf = async (more: object) =>
    (await planBenchmark({ trials: 1, concurrency: 1, leaveOneOut: false, ...more }, settings)).remarks;
  const docs = (await benchmarkQuestions({ route: 'docs' })).questions.length;
  assert.deepEqual(await remarksOf({ route: 'docs', questions: 999 }), [
    `--questions 999: the route docs has ${docs}, and all of them are asked`,
  ]);
  assert.deepEqual(await remarksOf({ route: 'docs', questions: docs }), []);
  assert.match((await remarksOf({ questions: 8, pipeline: ['single-agent'] }))[0] ?? '', /no report and no memo/);
});

test('limits are dollars or tokens, and anything else is refused', () => {
  assert.deepEqual(spendingLimit('2.50'), { kind: 'usd', most: 2.5 });
  assert.deepEqual(spendingLimit('$3'), { kind: 'usd', most: 3 });
  assert.deepEqual(spendingLimit('500000tokens'), { kind: 'tokens', most: 500_000 });
  for (const wrong of ['', '0', '-1', '1e3', '0tokens', '2 euros', '$', '.'])
    assert.throws(() => spendingLimit(wrong), /must be an amount/, wrong);
});

test('a person is asked beyond the limit, beyond a dollar without one, and where the cost is unknown', () => {
  const of = (costUsd: number | null, tokens = 1000) => ({ costUsd, tokens }) as BenchmarkEstimate;
  assert.equal(whyAsk(of(0.99), null), null);
  assert.match(whyAsk(of(1.01), null) ?? '', /about \$1\.01, and it has no --limit/);
  assert.match(whyAsk(of(null), null) ?? '', /nobody knows/);
  assert.equal(whyAsk(of(4), { kind: 'usd', most: 5 }), null);
  assert.match(whyAsk(of(6), { kind: 'usd', most: 5 }) ?? '', /likely stop at its limit of \$5\.00/);
  assert.equal(whyAsk(of(null, 900), { kind: 'tokens', most: 1000 }), null);
  assert.match(whyAsk(of(null, 2000), { kind: 'tokens', most: 1000 }) ?? '', /limit of 1000 tokens/);
});

test('the preview tells what could be found and how many questions that takes, never more than 100 points', async () => {
  using folder = temporaryFolder();
  const settings = readConfig({ SWITCHYARD_HOME: join(folder.path, 'home') }, null, '/nowhere');
  const told = async (questions: number) => {
    const options = { questions, trials: 1, concurrency: 1, leaveOneOut: false };
    const { manifest, estimate } = await planBenchmark(options, settings);
    return previewText(manifest, estimate);
  };
  const all = await told(64);
  assert.match(all, /over all 64 questions: one of \d\d points or more; on the 16 of route \w+: one of \d\d points/);
  assert.match(all, /needed +about \d+ questions to find 5 points over all, about \d+ to find 10 points on a route/);
  assert.match(await told(4), /on the 1 of route \w+: none/);
});

test('progress says on one line what is done, right, spent, busy and left', () => {
  const tally = emptyTally(['alone', 'split']);
  tally.arms = { alone: { done: 4, graded: 4, right: 1 }, split: { done: 3, graded: 2, right: 2 } };
  tally.rateLimited = 3;
  const progress = { state: 'running', note: null, total: 20, done: 7, running: 2, limit: null } as const;
  const line = progressLine({ ...progress, tally, activeMs: 60_000, leftMs: 125_000 });
  assert.equal(line, '7/20 done, 2 running · right: alone 25 %, split 100 % · $0 · 3 × 429 · 2 min 5 s left');
  assert.deepEqual([500, 59_400, 3_600_000, 7_500_000].map(durationText), ['1 s', '59 s', '1 h', '2 h 5 min']);
});

test('a benchmark’s folder appears whole, and under a name that is taken not at all', async () => {
  using place = temporaryFolder();
  const variants = await benchmarkVariants({ pipelines: ['single-agent'], leaveOneOut: false });
  const manifest = BenchmarkManifest.parse({
    id: 'mine',
    dataset: 'd',
    questions: 1,
    trials: 1,
    variants,
    plan: {},
    offline: true,
    startedAt: new Date().toISOString(),
  });
  const folder = await createBenchmark({ dataDirectory: place.path, encryption: noEncryption }, manifest, '{}\n');
  assert.deepEqual(readdirSync(folder).toSorted(), ['benchmark.json', 'dataset.jsonl', 'run-log.jsonl']);
  await assert.rejects(
    createBenchmark({ dataDirectory: place.path, encryption: noEncryption }, manifest, 'other'),
    /there is already a benchmark mine/,
  );
  assert.equal(readFileSync(join(folder, 'dataset.jsonl'), 'utf8'), '{}\n');
  mkdirSync(join(folder, '..', '.new-killed'));
  assert.deepEqual(await benchmarkIds(place.path), ['mine']);
  assert.deepEqual(readdirSync(join(folder, '..')).toSorted(), ['.new-killed', 'mine']);
});
