import assert from 'node:assert/strict';
import { once } from 'node:events';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { type TestContext, test } from 'node:test';
import { Connection } from '@temporalio/client';
import { type DataPaths, dataPaths } from '../../config/data-paths.ts';
import { searchAttributes } from '../../contracts/names.ts';
import { choosePorts, keepPorts } from '../../runtime/temporal/ports.ts';
import { startTimeOf, stopProgram } from '../../runtime/temporal/running-program.ts';
import { registerSearchAttributes } from '../../runtime/temporal/search-attributes.ts';
import { startTemporalServer } from '../../runtime/temporal/temporal-server.ts';
import { dropUnusedIndexes } from '../../runtime/temporal/visibility-indexes.ts';
import { temporalExecutable } from '../support/temporal.ts';

const limit = { timeout: 120_000 };

function temporaryPaths(t: TestContext) {
  const paths = dataPaths(mkdtempSync(join(tmpdir(), 'switchyard-server-')));
  t.after(() => rmSync(paths.dataDirectory, { recursive: true, force: true, maxRetries: 5 }));
  return paths;
}

async function started(paths: DataPaths, told: string[] = [], retentionDays = 90) {
  const executable = await temporalExecutable();
  const server = await startTemporalServer(executable, paths, (text) => told.push(text), { retentionDays });
  return { ...server, [Symbol.asyncDispose]: server.stop };
}

/** Of what every run has. */
const usedIndexes = [
  ...['by_parent_workflow_id', 'by_root_workflow_id', 'by_status', 'by_task_queue'],
  ...['by_temporal_namespace_division', 'by_workflow_id', 'by_workflow_type', 'default_idx'],
];

function visibilityIndexes({ database: file }: DataPaths): string[] {
  using database = new DatabaseSync(file, { readOnly: true, enableDoubleQuotedStringLiterals: true });
  const query = `SELECT name FROM sqlite_schema WHERE tbl_name = 'executions_visibility' AND sql LIKE 'CREATE INDEX%'`;
  return database
    .prepare(query)
    .all()
    .map(({ name }) => String(name))
    .toSorted();
}

/** Somebody else's program on a port of this machine. */
async function occupy(port: number): Promise<AsyncDisposable> {
  const server = createServer();
  server.listen(port, '127.0.0.1');
  await once(server, 'listening');
  return { [Symbol.asyncDispose]: () => new Promise((resolve) => server.close(() => resolve())) };
}

test(
  'the server keeps runs for as long as it is told, knows our search attributes, and keeps its ports',
  limit,
  async (t) => {
    const paths = temporaryPaths(t);
    await using server = await started(paths);
    const connection = await Connection.connect({ address: server.address });
    const { config } = await connection.workflowService.describeNamespace({ namespace: server.namespace });
    assert.equal(Number(config?.workflowExecutionRetentionTtl?.seconds), 90 * 24 * 3600);
    const registered = await registerSearchAttributes(connection, server.namespace);
    assert.deepEqual(registered, { usable: Object.keys(searchAttributes), refusal: null });
    const query = 'SwitchyardRetryCount = 1 AND SwitchyardRoute = "code"';
    assert.equal(
      (await connection.workflowService.countWorkflowExecutions({ namespace: 'default', query })).count?.toNumber(),
      0,
    );
    // The server chooses the columns of our search attributes.
    const columns = Object.keys(config?.customSearchAttributeAliases ?? {});
    assert.equal(columns.length, Object.keys(searchAttributes).length);
    const indexes = [...usedIndexes, ...columns.map((name) => `by_${name.toLowerCase().replace(/\d/, '_$&')}`)];
    assert.deepEqual(visibilityIndexes(paths), indexes.toSorted());
    await connection.close();
    await server.stop();
    assert.equal(await server.ended, 'it ended with code 0');
    assert.equal(await startTimeOf(server.pid), null);

    await using again = await started(paths, [], 7);
    assert.deepEqual([again.address, again.webUrl], [server.address, server.webUrl]);
    assert.deepEqual(visibilityIndexes(paths), indexes.toSorted());
    const later = await Connection.connect({ address: again.address });
    const described = await later.workflowService.describeNamespace({ namespace: again.namespace });
    assert.equal(Number(described.config?.workflowExecutionRetentionTtl?.seconds), 7 * 24 * 3600);
    await later.close();
  },
);

test('where the file of the server stays locked, its indexes stay', (t) => {
  const paths = temporaryPaths(t);
  using database = new DatabaseSync(paths.database);
  database.exec(
    'CREATE TABLE executions_visibility (Int01 INT); CREATE INDEX by_int_01 ON executions_visibility (Int01)',
  );
  database.exec('BEGIN IMMEDIATE');
  dropUnusedIndexes(paths.database, []);
  database.exec('COMMIT');
  assert.deepEqual(visibilityIndexes(paths), ['by_int_01']);
  dropUnusedIndexes(paths.database, []);
  assert.deepEqual(visibilityIndexes(paths), []);
});

test('a port that somebody else took leads to another one, and says so', limit, async (t) => {
  const paths = temporaryPaths(t);
  const wanted = await choosePorts(paths.ports, paths.dataDirectory, [7233]);
  keepPorts(paths.ports, wanted);
  await using _other = await occupy(wanted.ui);
  const told: string[] = [];
  await using server = await started(paths, told);
  assert.notEqual(server.webUrl, `http://127.0.0.1:${wanted.ui}`);
  assert.deepEqual(told, [`ports are taken: the Web UI moves to ${server.webUrl}`]);
});

test('a broken ports file costs a new choice, nothing more', async (t) => {
  const paths = temporaryPaths(t);
  writeFileSync(paths.ports, '{"grpc":');
  const ports = await choosePorts(paths.ports, paths.dataDirectory, [7233]);
  assert.ok(ports.grpc >= 20_000 && ports.ui <= 32_767, JSON.stringify(ports));
  assert.deepEqual(await choosePorts(paths.ports, paths.dataDirectory, [7233]), ports);
});

test('a server that cannot use its file fails with a line that names the log', limit, async (t) => {
  const paths = temporaryPaths(t);
  mkdirSync(paths.database);
  const start = startTemporalServer(await temporalExecutable(), paths, () => undefined);
  await assert.rejects(
    start,
    new RegExp(`^Error: the Temporal server did not start \\(it ended .*\\): see ${paths.serverLog}$`),
  );
});

test('a record whose id now belongs to another program stops nobody', async () => {
  const mine = await startTimeOf(process.pid);
  assert.ok(mine !== null);
  await stopProgram(process.pid, `${mine}0`, 0);
  assert.equal(await startTimeOf(process.pid), mine);
});

test('a server that refuses search attributes is used without them', async () => {
  const refusing = {
    operatorService: {
      listSearchAttributes: async () => ({ customAttributes: { SwitchyardRoute: 2, SwitchyardOutcome: 1 } }),
      addSearchAttributes: async () => Promise.reject(new Error('7 PERMISSION_DENIED')),
    },
  };
  // Only the two calls above are made; the rest of the service's interface is not needed to show it.
  const connection = refusing as unknown as Pick<Connection, 'operatorService'>;
  assert.deepEqual(await registerSearchAttributes(connection, 'default'), {
    usable: ['SwitchyardRoute'],
    refusal: '7 PERMISSION_DENIED',
  });
});
