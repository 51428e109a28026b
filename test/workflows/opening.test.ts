/** The repository is opened while the router chooses; whatever needs its text waits for the whole index. */
import assert from 'node:assert/strict';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { test } from 'node:test';
import type { WorkflowHandle } from '@temporalio/client';
import { OpeningReports } from '../../activities/opening-progress.ts';
import type { AnswerOutcome, OpeningProgress, RunProgress } from '../../contracts/run.ts';
import { commitAll, gitRepository, scratchFolder, writeFiles } from '../retrieval/scratch.ts';
import { traceOf } from '../support/histories.ts';
import { defaultFiles, openScene, pipeline, tracesToFiles } from '../support/scene.ts';
import { completion } from '../support/scripted-server/scripted-server-reply.ts';
import { roleOf, says, startTeam } from '../support/team.ts';
import { until } from '../support/until.ts';

/** A git server that answers nothing until it is told to fail: a repository that is being opened as long as a test wants. */
async function slowRepository() {
  const fail = Promise.withResolvers<void>();
  const server = createServer((_, response) => void fail.promise.then(() => response.writeHead(404).end()));
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  return {
    repository: { kind: 'url', url: `http://127.0.0.1:${port}/kettle.git` } as const,
    fail: fail.resolve,
    [Symbol.asyncDispose]: async () => {
      fail.resolve();
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}

const progressOf = (handle: WorkflowHandle) => handle.query<RunProgress>('state');

/** Types of the activities in the order in which they were scheduled, each with whether the repository was open by then. */
async function scheduled(handle: WorkflowHandle): Promise<[type: string, open: boolean][]> {
  const { events } = await handle.fetchHistory();
  let opening: string | undefined;
  let open = false;
  return (events ?? []).flatMap((event): [string, boolean][] => {
    const type = event.activityTaskScheduledEventAttributes?.activityType?.name;
    if (type === 'openRepository') opening = String(event.eventId);
    if (String(event.activityTaskCompletedEventAttributes?.scheduledEventId) === opening) open = true;
    return type ? [[type, open]] : [];
  });
}

test('routing does not wait for the index, and everything that reads the repository does', async () => {
  await using team = await startTeam();
  await using scene = await openScene({ modelUrl: team.url });
  const handle = await scene.start('When does boil throw?', { pipeline: pipeline() });
  const outcome = (await handle.result()) as AnswerOutcome;
  assert.equal(outcome.kind, 'answered');
  const [first, second, ...others] = await scheduled(handle);
  assert.deepEqual(
    [first, second],
    [
      ['routeQuestion', false],
      ['openRepository', false],
    ],
  );
  assert.ok(others.length > 2 && others.every(([, open]) => open));
});

test('a checkout that has not moved since it was opened takes no activity of its own, and stands in the trace all the same', async (t) => {
  await using team = await startTeam();
  await using scene = await openScene({ modelUrl: team.url });
  const checkout = gitRepository(join(scratchFolder(t), 'kettle'), defaultFiles);
  const repository = { kind: 'path', path: checkout } as const;
  const ask = async () => {
    const handle = await scene.start('When does boil throw?', { pipeline: pipeline(), repository });
    const outcome = (await handle.result()) as AnswerOutcome;
    const { spans } = await traceOf(handle);
    const opened = spans.filter(({ name }) => name === 'open-repository');
    assert.equal(opened.length, 1);
    assert.equal(outcome.kind, 'answered');
    const ownActivity = (await scheduled(handle)).some(([type]) => type === 'openRepository');
    return { id: outcome.state.snapshot?.id, ownActivity, parent: opened[0]?.parent };
  };
  const cold = await ask();
  assert.equal(cold.ownActivity, true);
  assert.deepEqual(await ask(), { ...cold, ownActivity: false });
  commitAll(writeFiles(checkout, { 'lib/lid.js': 'exports.open = () => 1;\n' }), 'second');
  const moved = await ask();
  assert.equal(moved.ownActivity, true);
  assert.notEqual(moved.id, cold.id);
});

test('while the repository is opened, the state has the route, how far it is, and the time left', async () => {
  await using slow = await slowRepository();
  await using team = await startTeam();
  await using scene = await openScene({ modelUrl: team.url });
  const { repository } = slow;
  const handle = await scene.start('When does boil throw?', { pipeline: pipeline(), repository });
  const routed = await until(async () => {
    const progress = await progressOf(handle);
    return progress.state.route === null ? null : progress;
  });
  assert.deepEqual([routed.stage, routed.state.route, routed.opening], ['opening', 'code', null]);
  for (const nonsense of [null, { stage: 'indexing', done: -1, total: null, secondsLeft: null }, 'indexing'])
    await handle.signal('opening', nonsense);
  const progress: OpeningProgress = { stage: 'indexing', done: 4_000, total: 27_674, secondsLeft: 71 };
  await handle.signal('opening', progress);
  const told = await until(async () => {
    const now = await progressOf(handle);
    return now.opening === null ? null : now;
  });
  assert.deepEqual(told.opening, progress);
  assert.equal(told.doing, 'indexing 4,000 of 27,674 files, about 71 s left');
  assert.deepEqual(team.requests.map(roleOf), ['router']);
  slow.fail();
  const outcome = (await handle.result()) as AnswerOutcome;
  assert.equal(outcome.kind === 'unavailable' && outcome.failure.kind, 'RepositoryUnusable');
  assert.deepEqual(team.requests.map(roleOf), ['router']);
  assert.equal(outcome.state.usage.modelCalls, 1);
});

test('a repository that cannot be used ends the run and the router’s call, and what that has used is counted', async () => {
  await using slow = await slowRepository();
  const unusable = { ...completion({ text: '' }), choices: [], usage: { prompt_tokens: 70, completion_tokens: 7 } };
  await using team = await startTeam({ router: () => ({ fault: 'hang' }) }, [{ body: unusable }]);
  await using scene = await openScene({ modelUrl: team.url, traces: tracesToFiles });
  const { repository } = slow;
  const handle = await scene.start('When does boil throw?', { pipeline: pipeline(), repository });
  const call = await until(async () => team.requests[1] ?? null);
  slow.fail();
  const outcome = (await handle.result()) as AnswerOutcome;
  assert.equal(outcome.kind === 'unavailable' && outcome.failure.kind, 'RepositoryUnusable');
  assert.equal(await call.ended, 'aborted');
  const { inputTokens, outputTokens } = outcome.state.usage;
  assert.deepEqual([inputTokens, outputTokens], [70, 7]);
  const { spans } = await traceOf(handle);
  const paid = spans.filter(({ usage }) => usage !== null);
  assert.deepEqual(
    paid.map(({ usage }) => usage?.inputTokens),
    [70],
  );
});

test('a router that fails for good ends the run without its repository, and soon; an open one is told', async () => {
  await using team = await startTeam({ router: () => ({ status: 401, body: {} }) });
  await using scene = await openScene({ modelUrl: team.url });
  const quick = await scene.ask('When?', { pipeline: pipeline() });
  assert.equal(quick.kind === 'unavailable' && quick.failure.kind, 'ModelKeyRejected');
  assert.notEqual(quick.state.snapshot, null);
  await using slow = await slowRepository();
  const outcome = await scene.ask('When?', { pipeline: pipeline(), repository: slow.repository });
  assert.equal(outcome.kind === 'unavailable' && outcome.failure.kind, 'ModelKeyRejected');
  assert.equal(outcome.state.snapshot, null);
});

test('a router whose provider stays away waits for a person, whatever the repository does', async () => {
  let back = false;
  await using team = await startTeam({ router: () => (back ? says('code') : { status: 503, body: {} }) });
  await using scene = await openScene({ modelUrl: team.url });
  const limits = { modelCallSeconds: 20, modelCallTotalSeconds: 60, modelCallAttempts: 1, heartbeatSeconds: 2 };
  const handle = await scene.start('When does boil throw?', { pipeline: pipeline(), limits });
  const waiting = await until(async () => {
    const progress = await progressOf(handle);
    return progress.waitingFor === null || progress.state.snapshot === null ? null : progress;
  });
  assert.deepEqual([waiting.stage, waiting.waitingFor?.kind], ['waiting', 'ModelUnavailable']);
  back = true;
  await handle.signal('retry');
  assert.equal(((await handle.result()) as AnswerOutcome).kind, 'answered');
});

test('a run that is cancelled meanwhile ends as cancelled', async () => {
  await using slow = await slowRepository();
  await using team = await startTeam({ router: () => ({ fault: 'hang' }) });
  await using scene = await openScene({ modelUrl: team.url });
  const handle = await scene.start('When?', { pipeline: pipeline(), repository: slow.repository });
  await until(async () => team.requests[0] ?? null);
  await handle.cancel();
  assert.equal(((await handle.result()) as AnswerOutcome).kind, 'cancelled');
});

test('an opening is told seldom, with the time that is left at the rate so far, and never after its end', async () => {
  let nowMs = 0;
  const told: (OpeningProgress & { atMs: number })[] = [];
  const reports = new OpeningReports(
    async (progress) => void told.push({ ...progress, atMs: nowMs }),
    () => nowMs,
  );
  const at = async (seconds: number, progress: Parameters<OpeningReports['onProgress']>[0]) => {
    nowMs = seconds * 1_000;
    reports.onProgress(progress);
    await new Promise(setImmediate);
  };
  await at(1, { stage: 'reading', done: 200, total: null });
  assert.deepEqual(told, []);
  await at(3, { stage: 'reading', done: 900, total: null });
  await at(4, { stage: 'indexing', done: 1_000, total: 10_000 });
  await at(12, { stage: 'indexing', done: 2_000, total: 10_000 });
  await at(13, { stage: 'indexing', done: 2_500, total: 10_000 });
  assert.deepEqual(told, [
    { stage: 'reading', done: 900, total: null, secondsLeft: null, atMs: 3_000 },
    { stage: 'indexing', done: 2_000, total: 10_000, secondsLeft: 64, atMs: 12_000 },
  ]);
  for (let seconds = 14; seconds <= 7_200; seconds += 1)
    await at(seconds, { stage: 'indexing', done: 2_500 + seconds, total: 10_000 });
  assert.ok(told.length > 40 && told.length <= 70, `${told.length} in two hours`);
  const { length } = told;
  await reports.end();
  await at(9_000, { stage: 'indexing', done: 9_999, total: 10_000 });
  assert.equal(told.length, length);
});

test('a run that cannot be told of its opening is opened all the same', async () => {
  let nowMs = 0;
  const reports = new OpeningReports(
    () => Promise.reject(new Error('the server is away')),
    () => nowMs,
  );
  nowMs = 60_000;
  reports.onProgress({ stage: 'indexing', done: 1, total: 2 });
  await reports.end();
});
