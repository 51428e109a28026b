/** Deleting a run where other systems hold what belongs to it: its trace in Langfuse, its content and journal in a shared store. */
import assert from 'node:assert/strict';
import { randomUUID } from 'node:crypto';
import { test } from 'node:test';
import { deleteRun } from '../../application/deletion/delete-run.ts';
import { traceIdOf } from '../../observability/trace-ids.ts';
import { runOfServer } from '../../application/runs/load-run.ts';
import { untilExported } from '../observability/exports.ts';
import { LangfuseStub } from '../support/langfuse-stub.ts';
import { noPostgres, testPostgres } from '../support/postgres.ts';
import { openScene, pipeline, type Scene } from '../support/scene.ts';
import { calls, goodDraft, says, startTeam } from '../support/team.ts';
import { sessionOf } from './session.ts';

async function askedOf(scene: Scene, question: string) {
  const handle = await scene.start(question, { pipeline: pipeline(), forcedRoute: 'code' });
  await handle.result();
  // It is deleted before the scene replays what it has run.
  scene.forget(handle);
  const { runId } = await handle.describe();
  return { handle, workflowId: handle.workflowId, runId };
}

const requestOf = (session: Awaited<ReturnType<typeof sessionOf>>, settings: Scene['config']) => ({
  ...{ session, settings, onProgress: () => {} },
  signal: new AbortController().signal,
});

test('the trace of a deleted run goes from Langfuse, too; where it cannot, that is told, and all else goes', async () => {
  await using langfuse = await LangfuseStub.open();
  await using team = await startTeam();
  await using scene = await openScene({ modelUrl: team.url, traces: langfuse.traces() });
  await using session = await sessionOf(scene);
  const runs = [await askedOf(scene, 'What does boil do?'), await askedOf(scene, 'What does boil throw?')] as const;
  for (const [at, { handle }] of runs.entries()) await untilExported(scene, handle, at + 1);
  const [first, second] = runs;
  const request = requestOf(session, scene.config);
  assert.ok(langfuse.trace(traceIdOf(first.runId)).length > 3);
  const gone = await deleteRun(request, first.workflowId);
  assert.deepEqual([gone.removed.traces, gone.removed.histories, gone.kept], [1, 1, []]);
  assert.deepEqual(langfuse.trace(traceIdOf(first.runId)), []);
  assert.ok(langfuse.trace(traceIdOf(second.runId)).length > 3, 'that of another run stays');

  await langfuse.be('no-deletes');
  const left = await deleteRun(request, second.workflowId);
  assert.deepEqual([left.removed.traces, left.removed.histories, left.removed.journal], [0, 1, 1]);
  assert.equal(left.kept.length, 1);
  assert.match(left.kept[0] ?? '', new RegExp(`^the trace ${traceIdOf(second.runId)} in Langfuse: .*503`));
  assert.ok(langfuse.trace(traceIdOf(second.runId)).length > 3);
});

test('a run that Langfuse has no trace of is deleted all the same', async () => {
  await using langfuse = await LangfuseStub.open();
  await using team = await startTeam();
  await using scene = await openScene({ modelUrl: team.url });
  await using session = await sessionOf(scene);
  const { workflowId } = await askedOf(scene, 'What does boil do?');
  const { removed, kept } = await deleteRun(
    requestOf(session, { ...scene.config, traces: langfuse.traces() }),
    workflowId,
  );
  assert.deepEqual([removed.traces, removed.histories, kept], [0, 1, []]);
});

test('of a shared store goes what the run alone has needed; all content stays where another server may need it', {
  skip: noPostgres,
}, async () => {
  const mark = randomUUID();
  // Each question finds other lines, and has a draft of its own.
  await using team = await startTeam({
    specialist: ({ turn, user }) =>
      turn === 0
        ? calls(['search_code', { query: user.includes('throw') ? 'throw' : 'boil' }])
        : says({ ...goodDraft, answer: `${goodDraft.answer} ${mark} ${user.includes('throw')}` }),
  });
  const postgres = await testPostgres();
  const sharedStore = postgres.make();
  await using scene = await openScene({ modelUrl: team.url, sharedStore });
  await using session = await sessionOf(scene);
  const count = (table: string, where = 'true') =>
    Number(postgres.run(sharedStore, `SELECT count(*) FROM switchyard.${table} WHERE ${where}`));
  const entriesOf = ({ runId }: { runId: string }) => count('journal', `run_id = '${runId}'`);
  const first = await askedOf(scene, 'What does boil do?');
  const second = await askedOf(scene, 'When does it throw?');
  const third = await scene.start('When does it throw?', { pipeline: pipeline(), forcedRoute: 'code' });
  await third.result();
  const request = requestOf(session, scene.config);
  // Runs of other tests are open on the same server, which keeps what was stored within the last hour.
  postgres.run(sharedStore, `UPDATE switchyard.piece SET stored_at = now() - interval '2 hours'`);
  const [pieces, entries] = [count('piece'), entriesOf(first)];
  assert.ok(entries > 0 && entriesOf(second) > 0);

  const gone = await deleteRun(request, first.workflowId);
  assert.deepEqual(gone.kept, []);
  assert.ok(gone.removed.content > 0);
  assert.equal(gone.removed.journal, entries);
  assert.equal(count('piece'), pieces - gone.removed.content);
  assert.deepEqual([entriesOf(first), entriesOf(second) > 0], [0, true]);

  postgres.run(sharedStore, `INSERT INTO switchyard.temporal_server (name) VALUES ('elsewhere:7233/default')`);
  const before = count('piece');
  const left = await deleteRun(request, second.workflowId);
  assert.match(left.kept.join(), /^content: runs of elsewhere:7233\/default may need it, and cannot be asked$/);
  assert.deepEqual([left.removed.content, count('piece'), entriesOf(second)], [0, before, 0]);
  const { trace } = await runOfServer({ client: scene.client }, third.workflowId);
  assert.ok(trace.spans.length > 3, 'what another run needs is there');
});
