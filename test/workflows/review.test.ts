/** Code checks a draft and a model judges it, in one activity: which of the two is asked, what counts, and what is traced. */
import assert from 'node:assert/strict';
import { join } from 'node:path';
import { test } from 'node:test';
import { historyToJSON } from '@temporalio/common/lib/proto-utils.js';
import type { AnswerOutcome, RunProgress } from '../../contracts/run.ts';
import { readRunHistory } from '../../observability/read-run-history.ts';
import { traceOfRun } from '../../observability/run-trace.ts';
import { openScene, pipeline, type Scene } from '../support/scene.ts';
import { shareScenes } from '../support/shared-in-file.ts';
import { calls, goodDraft, inventedDraft, roleOf, says, startTeam } from '../support/team.ts';
import { checkout } from '../support/temporal.ts';

shareScenes();

const judged = (budget: object = {}) => pipeline({ gate: { retryLimit: 1, judge: {} }, budget });

async function ended(scene: Scene, spec = judged()) {
  const handle = await scene.start('When does boil throw?', { pipeline: spec });
  const outcome = (await handle.result()) as AnswerOutcome;
  const history = readRunHistory(JSON.parse(historyToJSON(await handle.fetchHistory())));
  const trace = traceOfRun(history, { workflowId: handle.workflowId, runId: (await handle.describe()).runId });
  return { outcome, trace, steps: history.activities.map(({ type }) => type) };
}

test('a draft that code refuses is shown to no judge, and its call does not count', async () => {
  await using team = await startTeam({ specialist: ({ reviewed }) => says(reviewed ? goodDraft : inventedDraft) });
  await using scene = await openScene({ modelUrl: team.url });
  // A router, two tries and one judge: a fifth call would have spent it.
  const { outcome, trace, steps } = await ended(scene, judged({ modelCalls: 4 }));
  assert.equal(outcome.kind, 'answered');
  assert.deepEqual(team.requests.map(roleOf), ['router', 'specialist', 'specialist', 'judge']);
  assert.equal(outcome.state.usage.modelCalls, 4);
  assert.match(outcome.state.specialist_output[0]?.reasons.join() ?? '', /lib\/kettle\.js:40-41 does not hold/);
  assert.equal(steps.includes('verifyCitations'), false);
  const gates = ['gate#1', 'gate#2'].map((gate) => trace.spans.filter(({ parent }) => parent === gate));
  assert.deepEqual(
    gates.map((spans) => spans.map(({ name, type }) => [name, type])),
    [
      [['verify-citations', 'evaluator']],
      [
        ['verify-citations', 'evaluator'],
        ['judge-llm', 'generation'],
      ],
    ],
  );
  const [check, judge] = gates[1] ?? [];
  assert.deepEqual(check?.output, { kind: 'value', value: outcome.state.evidence });
  assert.equal(check?.input?.kind, 'content', 'the draft');
  assert.ok((judge?.startMs ?? 0) >= (check?.endMs ?? 0), 'the judge was asked after the check');
});

test('where no call is left for the judge, the draft is checked all the same: its evidence is told, and a weak one is weak', async () => {
  await using team = await startTeam({ specialist: () => says(goodDraft) });
  await using scene = await openScene({ modelUrl: team.url });
  const { outcome, steps } = await ended(scene, judged({ modelCalls: 2 }));
  assert.equal(outcome.kind, 'budget-spent');
  assert.equal(outcome.state.evidence[0]?.status, 'verified');
  assert.deepEqual(
    steps.filter((type) => type !== 'startExport'),
    ['routeQuestion', 'openRepository', 'callSpecialist', 'verifyCitations'],
  );

  await using inventing = await startTeam({ specialist: () => says(inventedDraft) });
  await using other = await openScene({ modelUrl: inventing.url });
  const weak = await ended(other, pipeline({ gate: { retryLimit: 0, judge: {} }, budget: { modelCalls: 2 } }));
  assert.equal(weak.outcome.kind, 'retries-exhausted');
  assert.match(weak.outcome.state.specialist_output[0]?.reasons.join() ?? '', /does not hold/);
});

test('a judge that cannot be had leaves a draft whose citations are checked', async () => {
  await using team = await startTeam({ judge: () => ({ status: 401, body: { error: { message: 'no such key' } } }) });
  await using scene = await openScene({ modelUrl: team.url });
  const { outcome, steps } = await ended(scene);
  assert.equal(outcome.kind, 'answered');
  assert.match(outcome.state.specialist_output[0]?.unjudged ?? '', /^ModelKeyRejected/);
  assert.equal(outcome.state.evidence[0]?.status, 'verified');
  assert.equal(steps.includes('verifyCitations'), false, 'the failure told what was checked before it');
});

test('the tools of a turn are spans of their own, with what was asked and what they gave', async () => {
  await using team = await startTeam();
  await using scene = await openScene({ modelUrl: team.url });
  const { outcome, trace, steps } = await ended(scene, pipeline());
  assert.equal(steps.includes('runTool'), false);
  const spans = trace.spans.filter(({ parent }) => parent === 'specialist-code#1');
  assert.deepEqual(
    spans.map(({ name, type }) => [name, type]),
    [
      ['specialist-code-llm', 'generation'],
      ['search_code', 'tool'],
      ['specialist-code-llm', 'generation'],
    ],
  );
  const [, tool, model] = spans;
  const [called] = outcome.state.tools_called;
  assert.deepEqual(tool?.input, {
    kind: 'value',
    value: JSON.parse(called?.argumentsText ?? ''),
  });
  assert.deepEqual(tool?.output, { kind: 'content', id: called?.content });
  assert.ok((model?.startMs ?? 0) >= (tool?.endMs ?? 0));
  assert.match(String(model?.metadata.summary), /^code specialist, try 1: search_code "boil" → think$/);
});

test('a run tells which tools are under way, and what they gave where it is cancelled meanwhile', async () => {
  await using team = await startTeam({
    specialist: ({ turn }) => (turn === 0 ? calls(['search_code', { query: 'boil' }]) : { fault: 'hang' }),
  });
  await using scene = await openScene({ modelUrl: team.url });
  const handle = await scene.start('When does boil throw?', { pipeline: pipeline() });
  await team.request(2);
  const { tools_asked, state } = await handle.query<RunProgress>('state');
  const argumentsText = '{"query":"boil"}';
  assert.deepEqual(tools_asked, [{ specialist: 'code', try: 1, tool: 'search_code', argumentsText }]);
  assert.deepEqual(state.tools_called, []);
  await handle.cancel();
  const outcome = (await handle.result()) as AnswerOutcome;
  assert.equal(outcome.kind, 'cancelled');
  assert.deepEqual(
    outcome.state.tools_called.map(({ tool, status, paths }) => [tool, status, paths.includes('lib/kettle.js')]),
    [['search_code', 'ok', true]],
  );
  assert.deepEqual((await handle.query<RunProgress>('state')).tools_asked, []);
});

test('a tool of one’s own that says that it only reads runs with the call that follows it', async () => {
  const ask = (tool: string) => calls([tool, { query: 'boil' }]);
  await using team = await startTeam({
    specialist: ({ turn }) => (turn === 0 ? ask('search_comments') : says(goodDraft)),
  });
  const toolModules = [join(checkout, 'examples/own-tool/search-comments.ts')];
  await using scene = await openScene({ modelUrl: team.url, toolModules });
  const [code, docs] = pipeline().specialists;
  const specialists = [{ ...code, tools: ['search_comments'] }, docs];
  const { outcome, steps } = await ended(scene, pipeline({ specialists }));
  assert.equal(outcome.kind, 'answered');
  assert.equal(outcome.state.tools_called[0]?.tool, 'search_comments');
  assert.equal(steps.includes('runTool'), false);
});
