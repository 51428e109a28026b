import assert from 'node:assert/strict';
import { test } from 'node:test';
import { DatasetQuestion } from '../../contracts/dataset.ts';
import { RunLogRecord } from '../../contracts/run-log.ts';
import { planCounterfactual } from '../../client/benchmark/counterfactual/plan-counterfactual.ts';
import { regretText } from '../../client/benchmark/counterfactual/run-counterfactual.ts';
import { BenchmarkManifest } from '../../contracts/benchmark.ts';
import { loadPipeline } from '../../application/pipelines/pipeline-files.ts';
import { regretOf } from '../../harness/counterfactual.ts';

const question = DatasetQuestion.parse({
  id: 'q',
  question: 'Why?',
  repository: 'r',
  expected_route: 'docs',
  kind: 'answerable',
  gold: { paths: ['a.md'] },
  must_mention: ['because'],
});

function run(route: string, right: boolean, input_tokens: number, cost_usd: number | null): RunLogRecord {
  const usage = { model_calls: 1, cached_input_tokens: 0, output_tokens: 0, reasoning_tokens: 0 };
  return RunLogRecord.parse({
    question_id: 'q',
    outcome: 'answered',
    route,
    routes_run: [route],
    final_answer: right ? 'because' : 'no idea',
    evidence: ['a.md'],
    usage: { ...usage, input_tokens },
    cost_usd,
  });
}

test('a route that would have been right is regretted in answers, and in what the taken one cost more', () => {
  const docs = [run('docs', true, 100, 0.1)];
  const regret = regretOf(question, [run('code', false, 300, 0.3)], new Map([['docs', docs]]));
  assert.deepEqual([regret.taken.route, regret.best, regret.quality], ['code', 'docs', 1]);
  assert.equal(regret.tokens, 200);
  assert.equal(regret.costUsd?.toFixed(2), '0.20');
});

test('of equally good routes the cheaper is best, and a taken one that is as cheap is not regretted', () => {
  const taken = [run('code', true, 300, 0.3)];
  const cheaper = regretOf(question, taken, new Map([['docs', [run('docs', true, 100, 0.1)]]]));
  assert.deepEqual([cheaper.best, cheaper.quality], ['docs', 0]);
  const same = regretOf(
    question,
    taken,
    new Map([
      ['code', taken],
      ['docs', [run('docs', true, 300, 0.3)]],
    ]),
  );
  assert.deepEqual([same.best, same.quality, same.tokens], ['code', 0, 0]);
  const worse = regretOf(question, taken, new Map([['docs', [run('docs', false, 1, 0.001)]]]));
  assert.deepEqual([worse.best, worse.quality], ['code', 0]);
});

test('a cost that one of them does not say gives no regret in money', () => {
  const regret = regretOf(question, [run('code', false, 300, null)], new Map([['docs', [run('docs', true, 1, 0.1)]]]));
  assert.equal(regret.best, 'docs');
  assert.equal(regret.costUsd, null);
});

test('the regret is told in words: what is more and what is fewer, and that no route answers rightly', () => {
  const told = (taken: RunLogRecord, docs: RunLogRecord) =>
    regretText(regretOf(question, [taken], new Map([['docs', [docs]]])));
  assert.equal(
    told(run('code', false, 300, 0.3), run('docs', true, 500, 0.2)),
    'q: took code (expected docs), answer wrong; best docs: 1.00 more right answers, 200 tokens more, $0.10 fewer; docs right, 500 tokens',
  );
  assert.match(
    told(run('code', true, 300, 0), run('docs', true, 100, 0)),
    /; best docs: as often right, 200 tokens fewer, \$0; /,
  );
  assert.match(
    told(run('code', false, 300, 0), run('docs', false, 100, 0)),
    /; no route answers it rightly; cheapest docs: 200 tokens fewer, \$0; /,
  );
  assert.match(told(run('code', true, 100, 0), run('docs', false, 50, 0)), /; no route is better; /);
});

test('a label that there is not is told with those there are, and so is what is known already', async () => {
  const pipeline = await loadPipeline('orchestrated');
  const manifest = BenchmarkManifest.parse({
    ...{ id: 'b', dataset: 'd-0123456789ab', questions: 1, trials: 1, plan: {}, offline: true },
    ...{ startedAt: '2026-11-26T01:00:00Z', variants: [{ name: 'orchestrated', specHash: 'x', pipeline }] },
  });
  const log = { manifest, questions: [question], records: [{ ...run('code', false, 1, 0), variant: 'orchestrated' }] };
  assert.throws(() => planCounterfactual(log, { label: 'wrong-route' }), {
    name: 'UsageError',
    message: /^there is no label "wrong-route": take one of .*wrong_route/,
  });
  const { carried, remarks } = planCounterfactual(log, {});
  assert.equal(carried.length, 1);
  assert.ok(remarks.includes('1 of the runs are those of the taken routes: they are known, and not run again'));
});
