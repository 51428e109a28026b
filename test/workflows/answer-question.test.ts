import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { WorkflowHandle } from '@temporalio/client';
import type { AnswerOutcome } from '../../contracts/run.ts';
import { openScene, pipeline, replayAtEachTask } from '../support/scene.ts';
import { shareScenes } from '../support/shared-in-file.ts';
import { calls, goodDraft, inventedDraft, roleOf, says, startTeam } from '../support/team.ts';

replayAtEachTask();
shareScenes();

/** Each write of search attributes in a run's history. */
async function attributesWritten(handle: WorkflowHandle): Promise<Record<string, unknown>[]> {
  const { events } = await handle.fetchHistory();
  const writes = (events ?? []).flatMap((event) => event.upsertWorkflowSearchAttributesEventAttributes ?? []);
  return writes.map(({ searchAttributes }) => {
    const fields = Object.entries(searchAttributes?.indexedFields ?? {});
    return Object.fromEntries(fields.map(([name, { data }]) => [name, JSON.parse(String(data))]));
  });
}

test('a question is routed, answered with a verified citation, and its state says how', async () => {
  await using team = await startTeam();
  await using scene = await openScene({ modelUrl: team.url });
  const outcome = await scene.ask('When does boil throw?', { pipeline: pipeline() });
  assert.equal(outcome.kind, 'answered');
  const { state } = outcome;
  assert.equal(state.route, 'code');
  assert.deepEqual(state.routes_run, ['code']);
  assert.equal(state.final_answer, goodDraft.answer);
  assert.equal(state.retry_count, 0);
  assert.equal(state.evidence[0]?.status, 'verified');
  assert.deepEqual([state.evidence[0]?.path, state.evidence[0]?.firstLine], ['lib/kettle.js', 2]);
  assert.equal(state.tools_called[0]?.tool, 'search_code');
  assert.deepEqual(state.tools_called[0]?.paths.includes('lib/kettle.js'), true);
  assert.deepEqual(team.requests.map(roleOf), ['router', 'specialist', 'specialist']);
  assert.equal(state.usage.modelCalls, 3);
});

test('a draft whose citations are invented goes back with the reasons, and the next try is accepted', async () => {
  await using team = await startTeam({ specialist: ({ reviewed }) => says(reviewed ? goodDraft : inventedDraft) });
  await using scene = await openScene({ modelUrl: team.url });
  const handle = await scene.start('When does boil throw?', { pipeline: pipeline() });
  const { kind, state } = (await handle.result()) as AnswerOutcome;
  assert.equal(kind, 'answered');
  assert.equal(state.retry_count, 1);
  assert.deepEqual(await attributesWritten(handle), [
    { SwitchyardOutcome: 'answered', SwitchyardRetryCount: 1, SwitchyardRoute: 'code' },
  ]);
  const [weak, good] = state.specialist_output;
  assert.equal(weak?.accepted, false);
  assert.match(weak?.reasons.join() ?? '', /lib\/kettle\.js:40-41 does not hold/);
  assert.equal(good?.try, 2);
  assert.match(state.superseded[0]?.reason ?? '', /does not hold/);
});

test('drafts that never get better stop at the retry limit with the best draft and its reasons', async () => {
  await using team = await startTeam({ specialist: () => says(inventedDraft) });
  await using scene = await openScene({ modelUrl: team.url });
  const outcome = await scene.ask('When does boil throw?', { pipeline: pipeline({ gate: { retryLimit: 2 } }) });
  assert.equal(outcome.kind, 'retries-exhausted');
  assert.equal(outcome.state.retry_count, 2);
  assert.equal(outcome.state.specialist_output.length, 3);
  assert.equal(outcome.state.final_answer, inventedDraft.answer);
  assert.deepEqual(outcome.state.evidence, []);
});

test("the judge's refusal sends a draft back although its citations hold", async () => {
  let refusals = 0;
  await using team = await startTeam({
    judge: ({ user }) => {
      assert.match(user, /<evidence>\n@@ lib\/kettle\.js:/);
      refusals += 1;
      return says(
        refusals === 1 ? { accepted: false, reasons: ['say what boil returns'] } : { accepted: true, reasons: [] },
      );
    },
    specialist: ({ user, reviewed }) => {
      if (reviewed) assert.match(user, /- say what boil returns/);
      return says(goodDraft);
    },
  });
  await using scene = await openScene({ modelUrl: team.url });
  const { kind, state } = await scene.ask('When?', { pipeline: pipeline({ gate: { retryLimit: 2, judge: {} } }) });
  assert.equal(kind, 'answered');
  assert.equal(state.retry_count, 1);
  assert.equal(refusals, 2);
});

test('an unclear route runs the top two side by side and synthesis makes one answer', async () => {
  const logprobs = {
    content: [
      {
        token: 'code',
        logprob: Math.log(0.5),
        top_logprobs: [
          { token: 'code', logprob: Math.log(0.5) },
          { token: 'docs', logprob: Math.log(0.45) },
        ],
      },
    ],
  };
  await using team = await startTeam({
    router: () => ({
      body: {
        ...(says('code').body as object),
        choices: [{ index: 0, finish_reason: 'stop', message: { role: 'assistant', content: 'code' }, logprobs }],
      },
    }),
    specialist: () => says(goodDraft),
    synthesizer: () =>
      says({ ...goodDraft, answer: 'One answer.', superseded: [{ specialist: 'docs', reason: 'the same' }] }),
  });
  await using scene = await openScene({ modelUrl: team.url });
  const { kind, state } = await scene.ask('When?', { pipeline: pipeline() });
  assert.equal(kind, 'answered');
  assert.deepEqual(state.routes_run, ['code', 'docs']);
  assert.equal(state.final_answer, 'One answer.');
  assert.deepEqual(state.superseded, [{ specialist: 'docs', reason: 'the same' }]);
  assert.equal(state.evidence[0]?.status, 'verified');
});

test('wrong arguments and unknown tools go back to the model as tool errors', async () => {
  await using team = await startTeam({
    specialist: ({ turn, messages }) => {
      if (turn === 0) return calls(['read_lines', { path: '../../etc/passwd' }], ['rm', { path: '/' }]);
      const answers = messages.filter((message) => message.role === 'tool').map((message) => message.content ?? '');
      assert.equal(answers.length, 2);
      for (const answer of answers) assert.match(answer, /^error: /);
      return says(goodDraft);
    },
  });
  await using scene = await openScene({ modelUrl: team.url });
  const { kind, state } = await scene.ask('When?', { pipeline: pipeline() });
  assert.equal(kind, 'answered');
  assert.deepEqual(
    state.tools_called.map(({ status }) => status),
    ['error', 'error'],
  );
});

test('an unparsable reply is repaired by a call of its own, at most twice, and then the result is empty', async () => {
  await using team = await startTeam({
    specialist: ({ turn }) => says(turn < 2 ? 'As a language model' : goodDraft),
  });
  await using first = await openScene({ modelUrl: team.url });
  const repaired = await first.ask('When?', { pipeline: pipeline() });
  assert.equal(repaired.kind, 'answered');
  assert.equal(team.requests.length, 4);
  assert.match(team.requests[2]?.text ?? '', /<problem>/);

  await using stubborn = await startTeam({ specialist: () => says('As a language model') });
  await using second = await openScene({ modelUrl: stubborn.url });
  const { kind, state } = await second.ask('When?', { pipeline: pipeline({ gate: { retryLimit: 1 } }) });
  assert.equal(kind, 'retries-exhausted');
  assert.deepEqual(
    state.specialist_output.map((output) => output.kind),
    ['empty', 'empty'],
  );
  assert.equal(state.final_answer, null);
  assert.equal(stubborn.requests.length, 1 + 2 * 3);
});

test('a specialist that says that the repository does not hold the answer after a search ends as insufficient evidence', async () => {
  const nothing = {
    answer: 'Nothing about whistles.',
    citations: [],
    confidence: 0.8,
    insufficient: true,
    gaps: ['whistles'],
  };
  await using team = await startTeam({
    specialist: ({ turn }) => (turn === 0 ? calls(['search_code', { query: 'whistle' }]) : says(nothing)),
  });
  await using scene = await openScene({ modelUrl: team.url });
  const { kind, state } = await scene.ask('Why whistles?', { pipeline: pipeline() });
  assert.equal(kind, 'insufficient-evidence');
  assert.deepEqual(state.gaps, ['whistles']);
});

test('the last allowed turn takes no tools and must answer', async () => {
  await using team = await startTeam({
    specialist: ({ request }) =>
      request.body.tool_choice === 'none' ? says(goodDraft) : calls(['search_code', { query: 'boil' }]),
  });
  await using scene = await openScene({ modelUrl: team.url });
  const [code, docs] = pipeline().specialists;
  const { kind, state } = await scene.ask('When?', {
    pipeline: pipeline({ specialists: [{ ...code, turnLimit: 3 }, docs] }),
  });
  assert.equal(kind, 'answered');
  assert.equal(state.tools_called.length, 2);
});

test('a forced route asks no router', async () => {
  await using team = await startTeam();
  await using scene = await openScene({ modelUrl: team.url });
  const { state } = await scene.ask('When?', { pipeline: pipeline(), forcedRoute: 'docs' });
  assert.equal(state.route, 'docs');
  assert.equal(state.routing?.source, 'forced');
  assert.equal(team.requests.map(roleOf).includes('router'), false);
});

test('a router that names no route is asked again with its reply in view, and then the fallback is taken', async () => {
  await using team = await startTeam({ router: ({ turn }) => says(turn === 0 ? 'Let me think about it.' : 'code') });
  await using first = await openScene({ modelUrl: team.url });
  const repaired = await first.ask('When?', { pipeline: pipeline() });
  assert.deepEqual([repaired.state.route, repaired.state.routing?.fallback], ['code', false]);
  assert.match(team.requests[1]?.text ?? '', /Let me think about it\..*<problem>/);

  await using stubborn = await startTeam({ router: () => says('Let me think about it.') });
  await using second = await openScene({ modelUrl: stubborn.url });
  const { state } = await second.ask('When?', { pipeline: pipeline() });
  assert.deepEqual([state.route, state.routing?.fallback], ['docs', true]);
  assert.equal(stubborn.requests.map(roleOf).filter((role) => role === 'router').length, 3);
});
