/** Two workers of one task queue, each with a data directory of its own, as on two machines. */
import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import type { WorkflowHandle } from '@temporalio/client';
import { dataPaths } from '../../config/data-paths.ts';
import type { AnswerOutcome } from '../../contracts/run.ts';
import { openContent } from '../../retrieval/store/content-store.ts';
import { nameOfDirectory } from '../../worker/stores.ts';
import { noPostgres, testPostgres } from '../support/postgres.ts';
import { openScene, pipeline, type Scene } from '../support/scene.ts';
import { calls, goodDraft, roleOf, says, startTeam } from '../support/team.ts';

const questions = Array.from({ length: 3 }, (_, at) => `When does boil throw? (case ${at + 1})`);
const caseOf = (text: string): string => /\(case (\d+)\)/.exec(text)?.[1] ?? 'none';

/** With more, a worker would take all activities of the workflows that it has in memory. */
const few = { activitySlots: 1 };

/** A search, another one, and a draft. */
const wordy = () =>
  startTeam({
    specialist: ({ turn, user }) =>
      turn < 2 ? calls(['search_code', { query: `boil ${turn} ${caseOf(user)}` }]) : says(goodDraft),
  });

const piecesIn = (scene: Scene): number => {
  const { content } = dataPaths(scene.dataDirectory);
  if (!existsSync(content)) return 0;
  using database = openContent(content, 1000);
  return database.prepare('SELECT id FROM piece').all().length;
};

async function assertAnswered(handles: readonly WorkflowHandle[], requests: readonly { text: string }[]) {
  for (const outcome of (await Promise.all(handles.map((each) => each.result()))) as AnswerOutcome[]) {
    const { kind, state } = outcome;
    assert.equal(kind, 'answered', JSON.stringify('failure' in outcome ? outcome.failure : state).slice(0, 2000));
    assert.equal(state.evidence[0]?.status, 'verified');
  }
  const asked = Map.groupBy(requests, ({ text }) => caseOf(text));
  for (const [name, all] of asked)
    assert.deepEqual(
      all.map((request) => roleOf(request as Parameters<typeof roleOf>[0])),
      ['router', 'specialist', 'specialist', 'specialist'],
      `case ${name}: each call paid once`,
    );
  return asked.size;
}

test('with a shared store a run goes on wherever its next call lands: each worker fetches a commit by its URL; a folder stays where it is', {
  skip: noPostgres,
}, async () => {
  await using team = await wordy();
  const sharedStore = (await testPostgres()).make();
  await using one = await openScene({ ...few, modelUrl: team.url, sharedStore });
  await using other = await openScene({ ...few, modelUrl: team.url, sharedStore, taskQueue: one.taskQueue });
  const checkout = join(one.dataDirectory, 'repository');
  const git = (...args: string[]) =>
    execFileSync('git', ['-C', checkout, '-c', 'user.name=t', '-c', 'user.email=t@example.org', ...args]);
  git('init', '--quiet');
  git('add', '.');
  git('commit', '--quiet', '--message', 'first');
  const repository = { kind: 'url', url: `file://${checkout}` } as const;
  const handles = await Promise.all(
    questions.map((each, at) => one.start(each, { pipeline: pipeline(), ...(at % 2 === 0 ? { repository } : {}) })),
  );
  assert.equal(await assertAnswered(handles, team.requests), questions.length);
  const stores = await Promise.all(handles.map(storeOf));
  assert.match(stores[0] ?? '', /^shared-/);
  assert.ok(namesOf([one, other]).includes(stores[1] ?? ''), stores[1]);
  assert.deepEqual([piecesIn(one), piecesIn(other)], [0, 0], 'nothing is kept where the other does not see it');
});

test('without a shared store each run goes on where it began, and each call is paid once', async () => {
  await using team = await wordy();
  await using one = await openScene({ ...few, modelUrl: team.url });
  await using other = await openScene({ ...few, modelUrl: team.url, taskQueue: one.taskQueue });
  const handles = await Promise.all(questions.map((each) => one.start(each, { pipeline: pipeline() })));
  assert.equal(await assertAnswered(handles, team.requests), questions.length);
  const began = await Promise.all(handles.map(storeOf));
  for (const store of began) assert.ok(namesOf([one, other]).includes(store), store);
});

const namesOf = (scenes: readonly Scene[]): string[] =>
  scenes.map(({ dataDirectory }) => nameOfDirectory(dataPaths(dataDirectory).storeName));

/** As the opening of the run has told it. */
async function storeOf(handle: WorkflowHandle): Promise<string> {
  const { events } = await handle.fetchHistory();
  for (const { activityTaskCompletedEventAttributes: done } of events ?? []) {
    const text = Buffer.from(done?.result?.payloads?.[0]?.data ?? []).toString('utf8');
    const { result } = JSON.parse(text || '{}') as { result?: { store?: string } };
    if (result?.store !== undefined) return result.store;
  }
  return 'none';
}
