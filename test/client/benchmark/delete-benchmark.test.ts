/** `bench delete` removes one benchmark with its runs on the server, and none that runs. */
import assert from 'node:assert/strict';
import { randomUUID } from 'node:crypto';
import { existsSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { after, test } from 'node:test';
import { Client, Connection } from '@temporalio/client';
import { until } from '../../support/until.ts';
import { testServer } from '../../support/temporal.ts';
import { runSwitchyard, temporaryFolder } from '../run-command.ts';
import { runInProcess } from '../run-in-process.ts';
import { writeBenchmark } from './benchmark-folder.ts';

const server = await testServer();
const connection = await Connection.connect({ address: server.address });
const client = new Client({ connection });
const folder = temporaryFolder();
const env = { SWITCHYARD_HOME: folder.path, TEMPORAL_ADDRESS: server.address };

after(async () => {
  await connection.close();
  await server[Symbol.asyncDispose]();
  folder[Symbol.dispose]();
});

const folderOf = (id: string) => join(folder.path, 'benchmarks', id);
const start = (type: string, workflowId: string) =>
  client.workflow.start(type, { workflowId, taskQueue: 'nobody-listens', args: [] });

test('a benchmark goes with its folder and its runs, and its neighbours stay', async () => {
  const [id, other] = [`b-${randomUUID()}`, `b-${randomUUID()}`];
  for (const each of [id, other]) writeBenchmark(folderOf(each), { questions: 2 });
  const runs = [await start('runBenchmark', id), await start('answerQuestion', `${id}/alone/q1/1`)];
  const kept = await start('answerQuestion', `${id}-2/alone/q1/1`);

  const refused = await runInProcess(['bench', 'delete', id], { env });
  assert.equal(refused.code, 1, refused.stderr);
  assert.match(refused.stderr, /runs: "switchyard bench cancel/);
  assert.ok(existsSync(join(folderOf(id), 'benchmark.json')));

  for (const run of [...runs, kept]) await run.terminate();
  await until(async () => {
    const end = await runInProcess(['bench', 'delete', id, '--json'], { env });
    if (end.code !== 0) return null;
    const { bytes, ...told } = JSON.parse(end.stdout);
    assert.deepEqual([told, bytes > 0], [{ id, deleted: true, runs: 2 }, true]);
    return true;
  });
  assert.deepEqual(readdirSync(join(folder.path, 'benchmarks')), [other]);
  await until(async () => ((await client.workflow.count(`WorkflowId STARTS_WITH '${id}/'`)).count === 0 ? true : null));
  assert.equal((await kept.describe()).status.name, 'TERMINATED');

  const again = await runSwitchyard(['bench', 'delete', id], { env });
  assert.deepEqual([again.code, /there is no benchmark/.test(again.stderr)], [2, true], again.stderr);
});
