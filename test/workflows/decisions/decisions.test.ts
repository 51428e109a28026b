/** Each kind of decision on the real server: asked, then decided by another client; each task is replayed from its history. */
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import type { WorkflowHandle } from '@temporalio/client';
import { historyToJSON } from '@temporalio/common/lib/proto-utils.js';
import type { Decision, DecisionAnswer, DecisionRequest } from '../../../contracts/decision.ts';
import type { AnswerOutcome, RunProgress } from '../../../contracts/run.ts';
import { readRunHistory } from '../../../observability/read-run-history.ts';
import { traceOfRun } from '../../../observability/run-trace.ts';
import { openScene, pipeline, quickLimits, replayAtEachTask, type Scene } from '../../support/scene.ts';
import { openAiError } from '../../support/scripted-server/scripted-server-reply.ts';
import type { ScriptedServer } from '../../support/scripted-server/scripted-server.ts';
import { goodDraft, inventedDraft, says, startTeam, type Team, unclear } from '../../support/team.ts';
import { queryPauseMs, until } from '../../support/until.ts';

replayAtEachTask();

let scene: Scene;
let model: ScriptedServer;
/** The part of each test: one scene serves all of them, one after the other. */
let part: Partial<Team> = {};

before(async () => {
  const plays =
    (name: keyof Team, usual: Team[keyof Team]): Team[keyof Team] =>
    (cue) =>
      (part[name] ?? usual)(cue);
  model = await startTeam({
    router: plays('router', () => says('code')),
    specialist: plays('specialist', () => says(goodDraft)),
  });
  scene = await openScene({ modelUrl: model.url });
});
after(async () => {
  await scene[Symbol.asyncDispose]();
  await model[Symbol.asyncDispose]();
});

const ask = { policy: 'ask' };

const pendingOf = (handle: WorkflowHandle): Promise<DecisionRequest> =>
  until(async () => (await handle.query<DecisionRequest[]>('pending'))[0] ?? null, 60, queryPauseMs);

/** Another client: it knows the id of the run alone. */
const decide = (handle: WorkflowHandle, decision: Omit<Decision, 'by'>): Promise<DecisionAnswer> =>
  scene.client.workflow
    .getHandle(handle.workflowId)
    .executeUpdate<DecisionAnswer, [Decision]>('decide', { args: [{ by: 'ann', ...decision }] });

const outcomeOf = async (handle: WorkflowHandle) => (await handle.result()) as AnswerOutcome;

test('where the router is not sure a person names the route, and a note reaches the specialist', async () => {
  const asked: string[] = [];
  part = {
    router: () => unclear('code', 'docs'),
    specialist: ({ user }) => {
      asked.push(user);
      return says(goodDraft);
    },
  };
  const handle = await scene.start('When does boil throw?', { pipeline: pipeline({ decisions: { clarify: ask } }) });
  const request = await pendingOf(handle);
  assert.equal(request.requestId, 'clarify-route-1');
  assert.deepEqual(
    request.choices.map(({ choice }) => choice),
    ['code', 'docs', 'proceed', 'give-up'],
  );
  assert.equal(request.default.decision, 'proceed');
  const progress = await handle.query<RunProgress>('state');
  assert.equal(progress.stage, 'waiting');
  assert.equal(progress.pending?.[0]?.requestId, 'clarify-route-1');
  assert.equal((await decide(handle, { requestId: request.requestId, decision: 'tea' })).kind, 'refused');
  const note = 'the function, not the guide';
  assert.deepEqual(await decide(handle, { requestId: request.requestId, decision: 'docs', note }), { kind: 'applied' });
  const { state } = await outcomeOf(handle);
  assert.deepEqual([state.route, state.routes_run], ['docs', ['docs']]);
  assert.ok(asked.length > 0 && asked.every((text) => text.includes(note)));
  const [record] = state.decisions ?? [];
  assert.deepEqual([record?.decision, record?.by, record?.way, record?.note], ['docs', 'ann', 'update', note]);
});

test('where several packages match a person names one, and every agent is told', async () => {
  const asked: string[] = [];
  part = {
    specialist: ({ user }) => {
      asked.push(user);
      return says({ ...goodDraft, citations: [] });
    },
  };
  const files = {
    'package.json': '{"workspaces": ["packages/*"]}\n',
    ...Object.fromEntries(
      ['gas', 'electric'].flatMap((name) => [
        [`packages/${name}/package.json`, `{"name": "${name}"}\n`],
        [`packages/${name}/lib/kettle.js`, `export function boil(water) {\n  return water * ${name.length};\n}\n`],
      ]),
    ),
  };
  await using many = await openScene({ modelUrl: model.url, files });
  const clarified = pipeline({ gate: null, decisions: { clarify: ask } });
  const handle = await many.start('How does boil treat its water?', { pipeline: clarified });
  const { requestId, choices } = await pendingOf(handle);
  assert.equal(requestId, 'clarify-package-1');
  assert.deepEqual(choices.map(({ choice }) => choice).toSorted(), [
    'give-up',
    'packages/electric',
    'packages/gas',
    'proceed',
  ]);
  await decide(handle, { requestId, decision: 'packages/gas' });
  await outcomeOf(handle);
  assert.ok(asked.length > 0 && asked.every((text) => text.includes('the package in packages/gas')));
  // One that is named need not be asked about.
  const named = await many.start('How does boil of gas treat its water?', { pipeline: clarified });
  assert.equal((await outcomeOf(named)).state.decisions, undefined);
});

test('an answer that a person edits is checked again, and is marked as theirs; what is no decision is left alone', async () => {
  part = {};
  const handle = await scene.start('When does boil throw?', { pipeline: pipeline({ decisions: { draft: ask } }) });
  const { requestId, draft } = await pendingOf(handle);
  assert.equal(draft?.answer, goodDraft.answer);
  await assert.rejects(decide(handle, { requestId: 'draft', decision: 'approve' }));
  await assert.rejects(decide(handle, { requestId, decision: 'approve', note: 'x'.repeat(2_001) }));
  for (const odd of [null, 7, 'approve', {}, { requestId, decision: 'approve' }, [requestId]])
    await handle.signal('decide', odd);
  const answer = 'It throws KETTLE_EMPTY below a litre.';
  const wrong = { path: 'lib/kettle.js', firstLine: 1, lastLine: 1, quote: 'whistle(loudly)' };
  const edit = { decision: 'edit', draft: { answer, citations: [wrong] } };
  assert.deepEqual(await decide(handle, { requestId, ...edit }), { kind: 'applied' });
  // A citation that does not hold is shown before it goes out.
  const second = await until(async () => {
    const [request] = await handle.query<DecisionRequest[]>('pending');
    return request?.requestId === 'draft-2' ? request : null;
  }, 60);
  assert.equal(second.draft?.citations[0]?.status, 'unresolved');
  const right = { ...wrong, firstLine: 2, lastLine: 2, quote: 'throw new Error("KETTLE_EMPTY")' };
  await decide(handle, { requestId: 'draft-2', decision: 'edit', draft: { answer, citations: [right] } });
  const { kind, state } = await outcomeOf(handle);
  assert.deepEqual([kind, state.final_answer, state.edited_by], ['answered', answer, 'ann']);
  assert.deepEqual(
    state.evidence.map(({ status }) => status),
    ['verified'],
  );
  assert.equal(state.confidence, null);

  const { workflowId } = handle;
  const trace = traceOfRun(readRunHistory(JSON.parse(historyToJSON(await handle.fetchHistory()))), {
    workflowId,
    runId: '0-1',
  });
  const asked = trace.spans.filter(({ name }) => name === 'decision-draft');
  assert.deepEqual(
    asked.map(({ metadata }) => [metadata.requestId, metadata.by, metadata.way]),
    [
      ['draft-1', 'ann', 'update'],
      ['draft-2', 'ann', 'update'],
    ],
  );
  const root = trace.spans.at(-1);
  for (const { startMs, endMs } of asked)
    assert.ok(root && root.startMs <= startMs && startMs <= endMs && endMs <= root.endMs);
});

test('an answer that is sent back is written again with the note, and asked about again', async () => {
  const reviews: string[] = [];
  part = {
    specialist: ({ user, reviewed }) => {
      if (reviewed) reviews.push(user);
      return says(reviewed ? { ...goodDraft, answer: 'shorter' } : goodDraft);
    },
  };
  const handle = await scene.start('When does boil throw?', { pipeline: pipeline({ decisions: { draft: ask } }) });
  await pendingOf(handle);
  // The answer to the second request comes before there is one.
  assert.deepEqual(await decide(handle, { requestId: 'draft-2', decision: 'approve' }), { kind: 'buffered' });
  await decide(handle, { requestId: 'draft-1', decision: 'send-back', note: 'say it in one word' });
  const { kind, state } = await outcomeOf(handle);
  assert.deepEqual([kind, state.final_answer, state.retry_count], ['answered', 'shorter', 1]);
  assert.ok(reviews.some((text) => text.includes('say it in one word')));
  assert.deepEqual(
    state.superseded.map(({ reason }) => reason),
    ['say it in one word'],
  );
});

test('a run that has no good draft has one more try with a note', async () => {
  part = {
    specialist: ({ user }) => says(user.includes('lib/kettle.js has it') ? goodDraft : inventedDraft),
  };
  const handle = await scene.start('When does boil throw?', {
    pipeline: pipeline({ gate: { retryLimit: 0 }, decisions: { try: ask } }),
  });
  const { requestId, default: unless } = await pendingOf(handle);
  assert.equal(unless.decision, 'give-up');
  await handle.signal('decide', { requestId, decision: 'try', by: 'ann', note: 'lib/kettle.js has it' });
  const { kind, state } = await outcomeOf(handle);
  assert.deepEqual([kind, state.final_answer, state.retry_count], ['answered', goodDraft.answer, 1]);
  assert.deepEqual([state.decisions?.[0]?.way, state.decisions?.[0]?.by], ['signal', 'ann']);
});

test('a limit that is reached is raised by what a person grants, and a no ends the run as it would have', async () => {
  part = {};
  const tight = pipeline({ budget: { modelCalls: 1 }, decisions: { budget: ask } });
  const granted = await scene.start('When does boil throw?', { pipeline: tight });
  const { requestId, limit, most } = await pendingOf(granted);
  assert.deepEqual([requestId, limit, most], ['budget-modelCalls-1', 'modelCalls', 599]);
  assert.equal((await decide(granted, { requestId, decision: 'grant' })).kind, 'refused');
  assert.equal((await decide(granted, { requestId, decision: 'grant', amount: 600 })).kind, 'refused');
  await decide(granted, { requestId, decision: 'grant', amount: 1 });
  const { kind, state } = await outcomeOf(granted);
  assert.deepEqual([kind, state.usage.modelCalls, state.decisions?.[0]?.amount], ['answered', 2, 1]);

  const denied = await scene.start('When does boil throw?', { pipeline: tight });
  await pendingOf(denied);
  await decide(denied, { requestId, decision: 'give-up' });
  const end = await outcomeOf(denied);
  assert.equal(end.kind === 'budget-spent' && end.limit, 'modelCalls');
});

test('two branches that reach a limit at once ask once, and both go on; so does a call that did not fit', async () => {
  part = { router: () => unclear('code', 'docs') };
  const both = await scene.start('When does boil throw?', {
    pipeline: pipeline({ budget: { modelCalls: 1 }, synthesis: { calls: 'always' }, decisions: { budget: ask } }),
  });
  await pendingOf(both);
  await decide(both, { requestId: 'budget-modelCalls-1', decision: 'grant', amount: 9 });
  const { state } = await outcomeOf(both);
  assert.deepEqual(
    state.specialist_output.map(({ kind }) => kind),
    ['draft', 'draft'],
  );
  assert.equal(state.decisions?.length, 1);

  part = {};
  const tiny = pipeline({ budget: { tokens: 16 }, decisions: { budget: ask } });
  const handle = await scene.start('When does boil throw?', { pipeline: tiny });
  assert.equal((await pendingOf(handle)).requestId, 'budget-tokens-1');
  await decide(handle, { requestId: 'budget-tokens-1', decision: 'grant', amount: 100_000 });
  assert.equal((await outcomeOf(handle)).kind, 'answered');
});

test('more time is granted while nothing new begins', async () => {
  part = { specialist: ({ turn }) => (turn === 0 ? { ...says(goodDraft), delayMs: 3_000 } : says(goodDraft)) };
  const short = pipeline({ budget: { wallClockSeconds: 1 }, gate: { judge: {} }, decisions: { budget: ask } });
  const handle = await scene.start('When does boil throw?', { pipeline: short });
  const { requestId } = await pendingOf(handle);
  assert.equal(requestId, 'budget-wallClockSeconds-1');
  await decide(handle, { requestId, decision: 'grant', amount: 60 });
  const { kind } = await outcomeOf(handle);
  assert.equal(kind, 'answered');
});

test('a wait for a provider is a request, too: one decision asks again, another gives up', async () => {
  let down = true;
  part = { router: () => (down ? openAiError(503, 'down for maintenance') : says('code')) };
  const once = { ...quickLimits, modelCallAttempts: 1 };
  const handle = await scene.start('When does boil throw?', { pipeline: pipeline(), limits: once });
  const { requestId, kind } = await pendingOf(handle);
  assert.deepEqual([requestId, kind], ['provider-call-1-1', 'provider']);
  down = false;
  await decide(handle, { requestId, decision: 'retry' });
  const { kind: ended, state } = await outcomeOf(handle);
  assert.deepEqual([ended, state.decisions?.[0]?.by], ['answered', 'ann']);

  down = true;
  const abandoned = await scene.start('When does boil throw?', { pipeline: pipeline(), limits: once });
  await pendingOf(abandoned);
  await decide(abandoned, { requestId, decision: 'give-up' });
  assert.equal((await outcomeOf(abandoned)).kind, 'unavailable');
});

test('where nobody decides a timer takes the default, and whoever comes then is told', async () => {
  part = {};
  const decisions = { draft: { ...ask, waitSeconds: 1, onTimeout: 'give-up' } };
  const handle = await scene.start('When does boil throw?', { pipeline: pipeline({ decisions }) });
  const { kind, state } = await outcomeOf(handle);
  assert.equal(kind, 'retries-exhausted');
  assert.deepEqual(
    state.decisions?.map(({ decision, by, way }) => [decision, by, way]),
    [['reject', null, 'timer']],
  );
});
