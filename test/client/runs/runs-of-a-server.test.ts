/** `runs` and its neighbours against a server: what does not exist is told alike, and runs of other software by their input. */
import assert from 'node:assert/strict';
import { randomUUID } from 'node:crypto';
import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { after, test } from 'node:test';
import { Client, Connection } from '@temporalio/client';
import { openScene, pipeline } from '../../support/scene.ts';
import { testServer } from '../../support/temporal.ts';
import { startTeam } from '../../support/team.ts';
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
