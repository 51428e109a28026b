/** What runs ask people and what they decide, by the command line; and decisions that no worker takes. */
import assert from 'node:assert/strict';
import { randomUUID } from 'node:crypto';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { decideRun } from '../../../application/runs/decide-run.ts';
import type { DecisionRequest } from '../../../contracts/decision.ts';
import type { AnswerOutcome } from '../../../contracts/run.ts';
import { openScene, pipeline } from '../../support/scene.ts';
import { goodDraft, says, startTeam } from '../../support/team.ts';
import { until } from '../../support/until.ts';
import { temporaryFolder } from '../run-command.ts';
import { runInProcess } from '../run-in-process.ts';
import { keysWithCapitals } from '../snake-keys.ts';

const decisions = { draft: { policy: 'ask' } };

test('a request is listed with its choices, and decided once: by an edit, whose citations are checked', async () => {
  using folder = temporaryFolder();
  await using team = await startTeam({ specialist: () => says(goodDraft) });
  await using scene = await openScene({ modelUrl: team.url });
  const env = {
    SWITCHYARD_HOME: scene.dataDirectory,
    SWITCHYARD_TASK_QUEUE: scene.taskQueue,
    TEMPORAL_ADDRESS: scene.address,
  };
  const run = (...given: string[]) => runInProcess(['runs', ...given], { env });
  const handle = await scene.start('When does boil throw?', { pipeline: pipeline({ decisions }) });
  const { workflowId } = handle;
  await until(async () => (await handle.query<DecisionRequest[]>('pending'))[0] ?? null, 60);

  const { stdout } = await run('pending', workflowId);
  assert.match(stdout, new RegExp(`^${workflowId}  draft-1  since `));
  assert.match(stdout, /\n {2}\| boil throws KETTLE_EMPTY[\s\S]*\n {2}\| lib\/kettle\.js:2 {2}verified\n/);
  assert.match(
    stdout,
    /\n {2}send-back {2}have it written again[\s\S]*\n {2}approve is taken at .* where nobody decides/,
  );
  const listed = JSON.parse((await run('pending', workflowId, '--json')).stdout);
  assert.deepEqual(keysWithCapitals(listed, []), []);
  const [{ draft }] = listed as [{ draft: { answer: string } }];
  assert.match((await run('show', workflowId)).stdout, /a person is asked: may this answer go out\?/);

  const nonsense = await run('decide', workflowId, 'draft-1', 'tea');
  assert.deepEqual([nonsense.code, nonsense.stdout], [1, '']);
  assert.match(nonsense.stderr, /still open: "tea" is none of the choices: approve, edit, send-back, reject/);
  const misnamed = await run('decide', workflowId, 'draft', 'approve');
  assert.equal(misnamed.code, 2, misnamed.stderr);

  const file = join(folder.path, 'draft.json');
  writeFileSync(file, JSON.stringify({ ...draft, answer: 'It throws.' }));
  const edit = ['decide', workflowId, 'draft-1', 'edit', '--edit', file, '--by', 'ann'];
  assert.equal((await run(...edit)).stdout, 'draft-1: edit\n');
  const { state } = (await handle.result()) as AnswerOutcome;
  assert.deepEqual([state.final_answer, state.edited_by], ['It throws.', 'ann']);
  const shown = await run('show', workflowId);
  assert.match(shown.stdout, /\ndecisions +draft-1 edit by ann\nedited by +ann\n/);
  const record = JSON.parse((await run('show', workflowId, '--json')).stdout);
  assert.deepEqual(
    [record.edited_by, record.decisions[0].request_id, record.decisions[0].way],
    ['ann', 'draft-1', 'update'],
  );
  const late = await run('decide', workflowId, 'draft-1', 'approve');
  assert.match(late.stderr, /has already ended/);
  writeFileSync(file, '{"answer": 7}');
  assert.match((await run(...edit)).stderr, /is no draft: answer/);
});

test('a decision that no worker takes is kept by the server, and taken once by the next one', async () => {
  await using team = await startTeam({ specialist: () => says(goodDraft) });
  await using scene = await openScene({ modelUrl: team.url });
  const input = {
    question: 'When does boil throw?',
    repository: { kind: 'path', path: join(scene.dataDirectory, 'repository') },
    pipeline: pipeline({ decisions }),
    forcedRoute: null,
    limits: { modelCallSeconds: 20, modelCallTotalSeconds: 60, modelCallAttempts: 4, heartbeatSeconds: 2 },
  };
  const workflowId = `nobody-${randomUUID()}`;
  const taskQueue = `later-${randomUUID()}`;
  const handle = await scene.client.workflow.start('answerQuestion', { args: [input], taskQueue, workflowId });
  const server = { client: scene.client, connection: scene.client.connection } as Parameters<typeof decideRun>[0];
  const approve = { requestId: 'draft-1', decision: 'approve', by: 'ann' };
  assert.deepEqual(await decideRun(server, workflowId, approve, 500), { kind: 'sent' });
  await using _later = await openScene({ modelUrl: team.url, taskQueue });
  const { kind, state } = (await handle.result()) as AnswerOutcome;
  assert.equal(kind, 'answered');
  assert.deepEqual(
    state.decisions?.map(({ requestId, by, refused }) => [requestId, by, refused]),
    [['draft-1', 'ann', undefined]],
  );
});
