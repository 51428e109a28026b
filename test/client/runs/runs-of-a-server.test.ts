/** `runs` and its neighbours against a server: what does not exist is told alike, and runs of other software by their input. */
import assert from 'node:assert/strict';
import { randomUUID } from 'node:crypto';
import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { after, test } from 'node:test';
import { Client, Connection } from '@temporalio/client';
import type { AnswerOutcome, RunProgress } from '../../../contracts/run.ts';
import { openScene, pipeline, quickLimits } from '../../support/scene.ts';
import { openAiError } from '../../support/scripted-server/scripted-server-reply.ts';
import { goodDraft, roleOf, says, startTeam } from '../../support/team.ts';
import { until } from '../../support/until.ts';
import { keysWithCapitals } from '../snake-keys.ts';
import { testServer } from '../../support/temporal.ts';
import { runInProcess } from '../run-in-process.ts';
import { temporaryFolder } from '../run-command.ts';

const server = await testServer();
const connection = await Connection.connect({ address: server.address });
const client = new Client({ connection });
const folder = temporaryFolder();
const env = { SWITCHYARD_HOME: join(folder.path, 'home'), TEMPORAL_ADDRESS: server.address };

after(async () => {
  await connection.close();
  await server[Symbol.asyncDispose]();
  folder[Symbol.dispose]();
});

const commands: [string[], RegExp][] = [
  [['runs', 'show', 'nope'], /there is no run nope: "switchyard runs" lists those there are/],
  [['runs', 'cancel', 'nope'], /there is no run nope: "switchyard runs" lists those there are/],
  [['runs', 'resume', 'nope'], /there is no run nope: "switchyard runs" lists those there are/],
  [['runs', 'retry', 'nope'], /there is no run nope: "switchyard runs" lists those there are/],
  [['trace', 'nope'], /there is no run nope: "switchyard runs" lists those there are/],
  [['trace', 'nope.json'], /there is no file nope\.json/],
  [
    ['runs', '--benchmark', 'nope'],
    /there is no benchmark nope in this data directory: "switchyard bench status" lists/,
  ],
  [['bench', 'pause', 'nope'], /there is no benchmark nope in this data directory: "switchyard bench status" lists/],
  [['bench', 'schedule', 'delete', 'nope'], /there is no schedule nope: "switchyard bench schedule list" lists/],
];

for (const [given, says] of commands)
  test(`${given.join(' ')} ends with exit code 2 and says what there is`, async () => {
    const end = await runInProcess(given, { env });
    assert.match(end.stderr, says);
    assert.match(end.stderr, /^switchyard: [^\n]+\n$/);
    assert.deepEqual([end.code, end.stdout], [2, '']);
  });

test('a run that other software started is listed with the question and pipeline of its input, and by its status', async () => {
  const workflowId = `mine-${randomUUID()}`;
  const input = { question: 'Where is\nthe  cart?', pipeline: { name: 'my-team' }, repository: { kind: 'path' } };
  const handle = await client.workflow.start('answerQuestion', { taskQueue: 'nobody', workflowId, args: [input] });
  const strange = `strange-${randomUUID()}`;
  const other = await client.workflow.start('answerQuestion', { taskQueue: 'nobody', workflowId: strange, args: [7] });
  type Row = { id: string; question: string | null; pipeline: string | null };
  const rowsOf = async (status: string) => {
    const end = await runInProcess(['runs', '--json', '--limit', '100', '--status', status], { env });
    assert.equal(end.code, 0, end.stderr);
    return (JSON.parse(end.stdout) as Row[]).filter(({ id }) => id === workflowId || id === strange);
  };
  try {
    const running = await rowsOf('running');
    const found = running.find(({ id }) => id === workflowId);
    assert.deepEqual([found?.question, found?.pipeline], ['Where is the cart?', 'my-team']);
    const unknown = running.find(({ id }) => id === strange);
    assert.deepEqual([unknown?.question, unknown?.pipeline], [null, null]);
    for (const status of ['waiting', 'completed', 'terminated']) assert.deepEqual(await rowsOf(status), []);
  } finally {
    await handle.terminate();
    await other.terminate();
  }
});

test('what an open run does now is in the list', async () => {
  await using model = await startSilentModel();
  await using scene = await openScene({ modelUrl: model.url });
  const handle = await scene.start('Where is the cart?', { pipeline: pipeline() });
  await model.asked;
  const scenes = { ...env, TEMPORAL_ADDRESS: scene.address };
  type Row = { id: string; doing: string | null };
  const list = await runInProcess(['runs', '--json', '--status', 'running'], { env: scenes });
  const row = (JSON.parse(list.stdout) as Row[]).find(({ id }) => id === handle.workflowId);
  assert.match(row?.doing ?? '', /^(?:opening \/|choosing a specialist$)/);
  const table = await runInProcess(['runs', '--status', 'running'], { env: scenes });
  assert.match(table.stdout, /\n {2}(?:opening \/.*|choosing a specialist)\n/);
  await handle.cancel();
  await handle.result();
});

test('a question whose key is rejected ends at once with exit code 1 and the name of the setting', async () => {
  const refused = { status: 401, body: { error: { message: 'Incorrect API key provided' } } };
  await using team = await startTeam({ router: () => refused, specialist: () => refused });
  await using scene = await openScene({ modelUrl: team.url });
  const given = {
    SWITCHYARD_HOME: scene.dataDirectory,
    SWITCHYARD_TASK_QUEUE: scene.taskQueue,
    TEMPORAL_ADDRESS: scene.address,
    SWITCHYARD_MODEL: 'test-model',
    OPENAI_API_KEY: 'sk-test',
    OPENAI_BASE_URL: team.url,
  };
  const asked = ['ask', 'Why?', '--repo', join(scene.dataDirectory, 'repository')];
  const { code, stdout, stderr } = await runInProcess(asked, { env: given });
  assert.equal(code, 1);
  assert.match(stdout, /ModelKeyRejected[\s\S]*OPENAI_API_KEY[\s\S]*docs\/failures\/model-key-rejected\.md/, stderr);
  assert.equal(team.requests.length, 1);
});

test('runs are paused, resumed and retried by a query, which is counted first; what was answered is not asked again', async () => {
  let isDown = false;
  const entered = Promise.withResolvers<void>();
  const goOn = Promise.withResolvers<void>();
  await using team = await startTeam({
    router: async () => {
      entered.resolve();
      await goOn.promise;
      return says('code');
    },
    specialist: () => (isDown ? openAiError(503, 'down for maintenance') : says(goodDraft)),
  });
  await using scene = await openScene({ modelUrl: team.url });
  const name = `steered-${randomUUID().slice(0, 8)}`;
  const limits = { ...quickLimits, modelCallAttempts: 1, personWaitSeconds: 600 };
  const handle = await scene.start('When?', { pipeline: pipeline({ name }), limits });
  const { runId } = await handle.describe();
  const of = ['--query', `WorkflowId = '${handle.workflowId}'`, '--json'];
  const steer = async (action: string, ...more: string[]) => {
    const end = await runInProcess(['runs', action, ...of, ...more], {
      env: { ...env, TEMPORAL_ADDRESS: scene.address },
    });
    if (end.code !== 0) return end.stderr;
    const { matched, done, failed, runs } = JSON.parse(end.stdout) as Record<string, unknown>;
    assert.deepEqual(keysWithCapitals(JSON.parse(end.stdout), []), []);
    return { matched, done, failed, ids: (runs as { id: string }[]).map(({ id }) => id) };
  };
  const ids = [handle.workflowId];
  await entered.promise;
  assert.match(String(await steer('pause')), /^switchyard: 1 run would be paused: add --yes to go on$/m);
  assert.deepEqual(await steer('pause', '--dry-run'), { matched: 1, done: 0, failed: 0, ids });
  assert.deepEqual(await steer('pause', '--yes'), { matched: 1, done: 1, failed: 0, ids });
  goOn.resolve();
  const untilOutcome = (value: string) =>
    until(async () => {
      const { typedSearchAttributes } = await handle.describe();
      return typedSearchAttributes.getAll().some((each) => each.value === value) ? true : null;
    });
  await until(async () => ((await handle.query<RunProgress>('state')).state.route === 'code' ? true : null));
  const paused = await handle.query<RunProgress>('state');
  assert.deepEqual([paused.stage, paused.waitingFor?.kind, team.requests.length], ['waiting', 'RunPaused', 1]);
  isDown = true;
  await untilOutcome('waiting');
  assert.deepEqual(await until(async () => found(await steer('resume', '--yes'))), {
    matched: 1,
    done: 1,
    failed: 0,
    ids,
  });
  await until(async () =>
    (await handle.query<RunProgress>('state')).waitingFor?.kind === 'ModelUnavailable' ? true : null,
  );
  await handle.cancel();
  assert.equal(((await handle.result()) as AnswerOutcome).kind, 'cancelled');
  assert.deepEqual(await steer('retry', '--yes'), { matched: 0, done: 0, failed: 0, ids: [] });
  const asked = team.requests.length;
  const brief = await scene.start('When?', {
    pipeline: pipeline({ name }),
    limits: { ...limits, personWaitSeconds: 1 },
  });
  assert.equal(((await brief.result()) as AnswerOutcome).kind, 'unavailable');
  assert.equal(team.requests.length, asked + 2);
  isDown = false;
  of[1] = `WorkflowId = '${brief.workflowId}'`;
  const retried = await until(async () => found(await steer('retry', '--yes')));
  assert.deepEqual(retried, { matched: 1, done: 1, failed: 0, ids: [brief.workflowId] });
  const again = scene.client.workflow.getHandle(brief.workflowId);
  assert.equal(((await again.result()) as AnswerOutcome).kind, 'answered');
  assert.deepEqual(team.requests.slice(asked).map(roleOf), ['router', 'specialist', 'specialist']);
  assert.notEqual((await again.describe()).runId, runId);
});

/** Once the server's index of runs shows it. */
function found<Value extends string | { matched: unknown }>(given: Value): Value | null {
  return typeof given === 'object' && given.matched === 0 ? null : given;
}

async function startSilentModel() {
  let ask = () => {};
  const asked = new Promise<void>((resolve) => {
    ask = resolve;
  });
  const server = createServer(() => ask());
  await once(server.listen(0, '127.0.0.1'), 'listening');
  const { port } = server.address() as AddressInfo;
  const close = async () => {
    server.closeAllConnections();
    await new Promise((resolve) => server.close(resolve));
  };
  return { url: `http://127.0.0.1:${port}/v1`, asked, [Symbol.asyncDispose]: close };
}
