/** The client of a program: over the application layer, wrong input refused by its field, errors with codes. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { questionClient, type SwitchyardClient } from '../../application/program/client.ts';
import type { AskOptions } from '../../application/program/options.ts';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { pipeline } from '../support/scene.ts';
import { type SceneOfFile, sceneOfFile } from '../support/scene-of-file.ts';
import { collected } from '../support/collected.ts';
import { goodDraft, says } from '../support/team.ts';
import { until } from '../support/until.ts';
import { sessionOf } from './session.ts';

const file = sceneOfFile();

async function openClient({ scene }: SceneOfFile) {
  const session = await sessionOf(scene);
  const file = join(scene.dataDirectory, 'pipeline.json');
  writeFileSync(file, JSON.stringify(pipeline()));
  const told: string[] = [];
  const client = questionClient(session, scene.config, (text) => told.push(text));
  return {
    client,
    about: { repo: join(scene.dataDirectory, 'repository'), pipeline: file } satisfies AskOptions,
    [Symbol.asyncDispose]: session[Symbol.asyncDispose],
  };
}

test('a question is asked, its result read again, rated, and its id not taken twice', async () => {
  file.play({ specialist: () => says(goodDraft) });
  await using opened = await openClient(file);
  const { client, about } = opened;
  const run = await client.ask('What does boil do?', { ...about, workflowId: 'own-1', user: 'jo' });
  assert.deepEqual([run.workflowId, run.outcome.kind], ['own-1', 'answered']);
  assert.deepEqual(await client.result('own-1'), run);
  await assert.rejects(client.start('What does boil do?', { ...about, workflowId: 'own-1' }), { code: 'RunExists' });
  const { rating } = await client.rate('own-1', { rating: 'good', by: 'jo' });
  assert.deepEqual([rating.rating, rating.by, rating.runId], ['good', 'jo', run.runId]);
  const events = await collected(client.watch('own-1'));
  assert.deepEqual([events[0]?.kind, events.at(-1)?.kind], ['started', 'finished']);
  await assert.rejects(client.cancel('own-1'), { code: 'RunHasEnded' });
});

test('what a run asks is listed and decided; a wait that is given up leaves the run, which can be cancelled', async () => {
  file.play({ specialist: () => says(goodDraft) });
  await using opened = await openClient(file);
  const { client, about } = opened;
  const { workflowId } = await client.start('What does boil do?', { ...about, decisions: ['draft'] });
  const given = new AbortController();
  const result = client.result(workflowId, { signal: given.signal });
  const [request = assert.fail('nothing is asked')] = await untilAsked(client, workflowId);
  given.abort();
  await assert.rejects(result, { code: 'Interrupted', message: /the run goes on/ });
  await assert.rejects(client.result(workflowId, { wait: false }), { code: 'RunStillGoesOn' });
  await assert.rejects(client.rate(workflowId, { rating: 'bad', by: 'jo' }), { code: 'RunStillGoesOn' });
  const { requestId } = request;
  await assert.rejects(client.decide(workflowId, { requestId, decision: '', by: 'jo' }), {
    code: 'InvalidInput',
    field: 'decision',
  });
  assert.deepEqual((await client.decide(workflowId, { requestId, decision: 'approve', by: 'jo' })).kind, 'applied');
  assert.equal((await client.result(workflowId)).outcome.kind, 'answered');

  const other = await client.start('What does boil do?', { ...about, decisions: ['draft'] });
  await untilAsked(client, other.workflowId);
  assert.equal((await client.cancel(other.workflowId))?.kind, 'cancelled');
});

async function untilAsked(client: SwitchyardClient, workflowId: string) {
  return until(async () => {
    const { requests } = await client.pending(workflowId);
    return requests.length > 0 ? requests : null;
  });
}

test('wrong input is refused by its field before anything starts', async () => {
  file.play({ specialist: () => says(goodDraft) });
  await using opened = await openClient(file);
  const { client, about } = opened;
  const refused = (field: string, given: object, question: unknown = 'Why?') =>
    assert.rejects(client.start(question as string, { ...about, ...given } as AskOptions), {
      name: 'InvalidInput',
      code: 'InvalidInput',
      field,
    });
  await refused('question', {}, '  ');
  await refused('question', {}, 7);
  await refused('repo', { repo: undefined });
  await refused('repo', { repo: join(about.repo, 'nowhere') });
  await refused('route', { route: 'kitchen' });
  await refused('maxTokens', { maxTokens: -1 });
  await refused('decisions', { decisions: ['supper'] });
  await refused('pipelines', { pipelines: 'orchestrated' });
  await assert.rejects(client.rate('own-none', { rating: 'fine' as 'good', by: 'jo' }), { field: 'rating' });
  await assert.rejects(client.rate('own-none', { rating: 'good' }), { field: 'by' });
  await assert.rejects(client.result('own-none'), { code: 'RunNotFound' });
  await assert.rejects(collected(client.watch('own-none')), { code: 'RunNotFound' });
  assert.deepEqual(file.asked, []);
});
