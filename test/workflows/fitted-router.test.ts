/** Routers by spec: a fitted one asks no model, a cascade asks it where it is unsure, and what reads the repository waits for it. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { PipelineSpec } from '../../contracts/pipeline.ts';
import { fittedRouter as fitted, questionAboutCode } from '../support/fitted-router.ts';
import { openScene, pipeline, type Scene } from '../support/scene.ts';
import { shareScenes } from '../support/shared-in-file.ts';
import { roleOf, startTeam } from '../support/team.ts';

shareScenes();

const routedBy = (router: object): PipelineSpec => pipeline({ router: { fallback: 'docs', ...router }, gate: null });
const question = questionAboutCode;

/** Activities in the order in which they were scheduled, those of the run's first task first. */
async function activitiesOf(handle: Awaited<ReturnType<Scene['start']>>): Promise<{ all: string[]; atOnce: string[] }> {
  const { events } = await handle.fetchHistory();
  const named = (events ?? []).flatMap((event) => {
    const type = event.activityTaskScheduledEventAttributes?.activityType?.name;
    const task = event.activityTaskScheduledEventAttributes?.workflowTaskCompletedEventId;
    return type == null ? [] : [{ type, task: String(task) }];
  });
  return {
    all: named.map(({ type }) => type),
    atOnce: named.filter(({ task }) => task === named[0]?.task).map(({ type }) => type),
  };
}

test('a fitted router asks no model, and begins beside the opening where it does not read the repository', async () => {
  await using team = await startTeam();
  await using scene = await openScene({ modelUrl: team.url });
  const spec = routedBy({ kind: 'fitted', fitted: fitted({ repository: false }) });
  const handle = await scene.start(question, { pipeline: spec });
  const { state } = await handle.result();
  assert.deepEqual([state.route, state.routing?.source, state.routing?.reply], ['code', 'fitted', '']);
  assert.ok((state.routing?.probabilities[0]?.probability ?? 0) > 0.5);
  assert.deepEqual(team.requests.map(roleOf).includes('router'), false);
  const { all, atOnce } = await activitiesOf(handle);
  assert.deepEqual(atOnce, ['applyRouter', 'openRepository']);
  assert.ok(!all.includes('routeQuestion'));
});

test('one that reads the repository waits for its index, and the run says so', async () => {
  await using team = await startTeam();
  await using scene = await openScene({ modelUrl: team.url });
  const spec = routedBy({ kind: 'fitted', fitted: fitted({ repository: true }) });
  const handle = await scene.start(question, { pipeline: spec });
  const { state } = await handle.result();
  assert.equal(state.routing?.source, 'fitted');
  const { all, atOnce } = await activitiesOf(handle);
  assert.deepEqual(atOnce, ['openRepository']);
  assert.deepEqual(all.slice(0, 2), ['openRepository', 'applyRouter']);
  const { events } = await handle.fetchHistory();
  const given = events
    ?.map((event) => event.activityTaskScheduledEventAttributes)
    .find((each) => each?.activityType?.name === 'applyRouter');
  assert.match(String(given?.input?.payloads?.[0]?.data), /"snapshot":\{"id":"[0-9a-f]{40}/);
});

test('a cascade asks the model only where the fitted router is not as sure as the stated risk demands', async () => {
  await using team = await startTeam({});
  await using scene = await openScene({ modelUrl: team.url });
  const router = fitted({ repository: false });
  const cascade = (risk: number) => routedBy({ kind: 'cascade', fitted: router, risk });
  const sure = await scene.ask(question, { pipeline: cascade(0.05) });
  assert.equal(sure.state.routing?.source, 'fitted');
  assert.ok(!team.requests.map(roleOf).includes('router'));
  // No part of the curve is that good: the model decides everything.
  const unsure = await scene.ask(question, { pipeline: cascade(0.01) });
  assert.equal(unsure.state.routing?.source, 'text');
  const asked = team.requests.filter((request) => roleOf(request) === 'router');
  assert.equal(asked.length, 1);
  assert.doesNotMatch(JSON.stringify(asked[0]), /<repository>|switchyard-router/);
});

test('a model is told what the repository says in a line, where its spec wants that', async () => {
  await using team = await startTeam();
  await using scene = await openScene({ modelUrl: team.url });
  const handle = await scene.start('When does boil() throw?', { pipeline: routedBy({ repositoryFeatures: true }) });
  const { state } = await handle.result();
  assert.equal(state.routing?.source, 'text');
  const [asked] = team.requests.filter((request) => roleOf(request) === 'router');
  assert.match(
    JSON.stringify(asked),
    /<repository>\\\\n.*finds .*code \d+ %.*defines boil|<repository>\\n.*finds .*code \d+ %.*defines boil/,
  );
  assert.deepEqual((await activitiesOf(handle)).atOnce, ['openRepository']);
});
