/** What is done with a run after its answer: rating it, making a question of it, deleting it. */
import assert from 'node:assert/strict';
import { existsSync, readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import type { WorkflowHandle } from '@temporalio/client';
import { deleteRun } from '../../application/deletion/delete-run.ts';
import { questionOfRun } from '../../application/feedback/question-of-run.ts';
import { rateRun } from '../../application/feedback/rate-run.ts';
import { readRating, writeRating } from '../../application/feedback/ratings.ts';
import { runOfServer } from '../../application/runs/load-run.ts';
import { isSealed } from '../../codecs/cipher.ts';
import { dataPaths } from '../../config/data-paths.ts';
import { journalFileName } from '../../contracts/model/journal-key.ts';
import { noEncryption } from '../../codecs/cipher.ts';
import { traceIdOf } from '../../observability/trace-ids.ts';
import { storedContent } from '../../retrieval/store/content-sweep.ts';
import { ask, contentOf, openStage, startWaiting, traceFile } from '../client/storage/stage.ts';
import { temporaryFolder } from '../client/run-command.ts';
import { LangfuseStub } from '../support/langfuse-stub.ts';
import { openScene, pipeline, type Scene } from '../support/scene.ts';
import { startTeam } from '../support/team.ts';
import { sessionOf } from './session.ts';

const signal = new AbortController().signal;

test('a rating is kept for its owner alone, encrypted where keys are, and replaced by a later one', async () => {
  using folder = temporaryFolder();
  const keys = [{ id: 'k', bytes: new Uint8Array(32).fill(7) }];
  const place = { dataDirectory: folder.path, encryption: { ...noEncryption, file: null, keys } };
  const rating = {
    workflowId: 'ask-1',
    runId: '01a2-b3',
    note: 'not the file',
    by: 'ana',
    at: '2026-11-30T03:00:00.000Z',
  };
  assert.equal(await readRating(place, rating.runId), null);
  await writeRating(place, { ...rating, rating: 'good' });
  await writeRating(place, { ...rating, rating: 'bad' });
  assert.deepEqual(await readRating(place, rating.runId), { ...rating, rating: 'bad' });
  const file = join(dataPaths(folder.path).ratings, `${traceIdOf(rating.runId)}.json`);
  assert.ok(isSealed(readFileSync(file)));
  assert.equal(statSync(file).mode & 0o077, 0);
});

test('a rating is a score on the trace in Langfuse, and says so where it could not be sent', async () => {
  await using langfuse = await LangfuseStub.open();
  await using team = await startTeam();
  await using scene = await openScene({ modelUrl: team.url, traces: langfuse.traces() });
  await using session = await sessionOf(scene);
  const traces = langfuse.traces();
  const patient = traces.langfuse === null ? null : { ...traces.langfuse, timeoutSeconds: 60 };
  const settings = { ...scene.config, traces: { ...traces, langfuse: patient } };
  const handle = await scene.start('What does boil do?', { pipeline: pipeline(), forcedRoute: 'code', user: 'ana' });
  await assert.rejects(rateRun(session, settings, handle.workflowId, { rating: 'good', note: '', by: 'ana' }), {
    code: 'RunStillGoesOn',
  });
  await handle.result();
  const rate = (rating: 'good' | 'bad', note = '') =>
    rateRun(session, settings, handle.workflowId, { rating, note, by: 'ana' });
  assert.deepEqual((await rate('good', 'sk-live-0123456789 is cited')).sent, { ok: true });
  assert.deepEqual((await rate('bad')).sent, { ok: true });
  const scores = langfuse.scores.filter(({ name }) => name === 'user_rating');
  assert.deepEqual(
    scores.map(({ value, comment, dataType }) => [value, comment, dataType]),
    [
      [1, 'sk-[redacted] is cited (by ana)', 'NUMERIC'],
      [0, 'by ana', 'NUMERIC'],
    ],
  );
  assert.equal(new Set(scores.map(({ id }) => id)).size, 1, 'it stays one score');
  await langfuse.be('no-scores');
  const { rating, sent } = await rate('good');
  assert.ok(sent?.ok === false && sent.problem.includes('503'), JSON.stringify(sent));
  assert.equal((await readRating(settings, rating.runId))?.rating, 'good');
  await assert.rejects(rate('good', 'x'.repeat(2001)), { code: 'InvalidInput', field: 'note' });

  const run = await runOfServer(session, handle.workflowId);
  assert.equal(run.trace.user, 'ana');
  const good = questionOfRun(run, { ...rating, note: 'right' }, (path) => `../${path}`);
  assert.deepEqual([good.review, good.kind, good.expected_route], [null, 'answerable', 'code']);
  assert.deepEqual(good.gold, { paths: ['lib/kettle.js'], lines: { 'lib/kettle.js': [[2, 2]] } });
  assert.match(good.reference_answer ?? '', /KETTLE_EMPTY/);
  assert.match(good.note, /rated good by ana: right\./);
  const bad = questionOfRun(run, { ...rating, rating: 'bad' }, (path) => path);
  assert.deepEqual([bad.gold.paths, bad.reference_answer], [['./'], null]);
});

test('a run is deleted with what no other run needs, and one that goes on is refused', async () => {
  await using stage = await openStage();
  const { scene, paths } = stage;
  await using session = await sessionOf(scene);
  const [first, second] = [await ask(scene, 'What does boil do?'), await ask(scene, 'What does boil throw?')];
  await Promise.all([first, second].map((handle) => traceFile(handle, paths)));
  const [ofFirst, ofSecond] = [await contentOf(first, paths), await contentOf(second, paths)];
  const alone = [...ofFirst].filter((id) => !ofSecond.has(id));
  assert.ok(alone.length > 0);
  const request = { session, settings: scene.config, signal, onProgress: () => {} };
  const waiting = await startWaiting(scene);
  await assert.rejects(deleteRun(request, waiting.workflowId), { code: 'RunStillGoesOn' });

  for (const handle of [first, second]) scene.forget(handle);
  const { runId } = await first.describe();
  await writeRating(scene.config, ratingOf(first.workflowId, runId));
  const beside = await deleteRun(request, first.workflowId);
  assert.deepEqual(beside.removed, { histories: 1, content: 0, journal: 1, traces: 1, ratings: 1 });
  assert.match(
    beside.kept.join(),
    /^\d+ pieces of content younger than an hour, which a run that is open now may need/,
  );
  assert.ok(!existsSync(join(paths.journal, journalFileName(runId))));
  assert.equal(await readRating(scene.config, runId), null);
  await assert.rejects(deleteRun(request, first.workflowId), { code: 'RunNotFound' });

  stage.comeBack();
  await waiting.signal('retry');
  await waiting.result();
  const whole = await deleteRun(request, second.workflowId);
  assert.deepEqual(whole.kept, []);
  assert.ok(whole.removed.content > 0);
  const stored = storedContent(paths.content);
  const needed = await contentOf(waiting, paths);
  assert.deepEqual(
    [...needed].filter((id) => !stored.has(id)),
    [],
  );
  assert.deepEqual(
    [...ofSecond].filter((id) => stored.has(id) && !needed.has(id) && !ofFirst.has(id)),
    [],
  );
  await replays(scene, waiting);
});

const ratingOf = (workflowId: string, runId: string) =>
  ({ workflowId, runId, rating: 'bad', note: '', by: 'ana', at: '2026-11-30T03:00:00.000Z' }) as const;

/** What it refers to is read again. */
async function replays(scene: Scene, handle: WorkflowHandle): Promise<void> {
  const { trace } = await runOfServer({ client: scene.client }, handle.workflowId);
  assert.ok(trace.spans.length > 3);
}
