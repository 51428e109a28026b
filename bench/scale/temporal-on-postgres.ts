/** The Temporal server that a team uses, on Postgres, from its own programs; the dev server of the CLI cannot do that. */
import { execFileSync } from 'node:child_process';
import { mkdirSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { join } from 'node:path';
import { Connection } from '@temporalio/client';
import { msToTs } from '@temporalio/common/lib/time.js';
import { loadClientConnectConfig } from '@temporalio/envconfig';
import { stringify } from 'yaml';
import { checkoutFolder } from '../../config/load-config.ts';
import { startPostgres } from '../peers/systems/postgres.ts';
import { type Guard, makeGuard } from './guarded-server.ts';
import { eventually, type Programs } from '../peers/systems/programs.ts';
import { treeOf } from '../peers/systems/process-figures.ts';

export type ServerPrograms = { server: string; sqlTool: string };
export type TeamServer = {
  /** What workers and clients need to reach it. */
  environment: Record<string, string>;
  /** A database beside its own, for what workers share. */
  storeUrl: string;
  pids(): { server: number[]; postgres: number[] };
  /** The entries of the journal in the shared store, as they are kept. */
  storedEntries(): Buffer[];
  /** Bytes that the databases take. */
  disk(): { temporal: number; store: number };
};

const databases = { default: 'temporal', visibility: 'temporal_visibility', store: 'switchyard' };
/** As in docker-compose.yml. */
const shards = 512;

/** @throws Error where there is no Postgres, or the server does not come up */
export async function startTeamServer(
  programs: Programs,
  { server, sqlTool }: ServerPrograms,
  { folder, guarded }: { folder: string; guarded: boolean },
): Promise<TeamServer> {
  const postgres = await startPostgres(programs, Object.values(databases));
  for (const [schema, database] of [
    ['temporal', databases.default],
    ['visibility', databases.visibility],
  ] as const) {
    const tool = (...args: string[]) =>
      execFileSync(sqlTool, [...connection(postgres.port), '--db', database, ...args], { stdio: 'pipe' });
    tool('setup-schema', '-v', '0.0');
    tool('update-schema', '--schema-name', `postgresql/v12/${schema}`);
  }
  const frontend = await lowPort();
  mkdirSync(folder, { recursive: true });
  const guard = guarded ? await makeGuard(programs, join(folder, 'keys')) : null;
  const config = await configOf(postgres.port, frontend, join(folder, 'temporal.log'), guard);
  writeFileSync(join(folder, 'temporal.yaml'), stringify(config));
  const parts = Object.keys(config.services).flatMap((service) => ['--service', service]);
  const program = await programs.start({
    name: 'temporal-server',
    command: server,
    args: ['--config-file', join(folder, 'temporal.yaml'), ...(guarded ? [] : ['--allow-no-auth']), 'start', ...parts],
    ready: null,
  });
  const environment = { TEMPORAL_ADDRESS: `127.0.0.1:${frontend}`, ...guard?.environment };
  await eventually(() => registerNamespace(environment));
  const sizeOf = (database: string) => postgres.disk(database).database ?? 0;
  return {
    environment,
    storeUrl: `${postgres.url.replace('postgres@', 'postgres:unused@')}/${databases.store}?sslmode=disable`,
    pids: () => ({ server: treeOf(program.pid), postgres: postgres.pids() }),
    storedEntries: () =>
      postgres
        .run(databases.store, "SELECT encode(packed, 'hex') FROM switchyard.journal")
        .split('\n')
        .map((hex) => Buffer.from(hex, 'hex')),
    disk: () => ({
      temporal: sizeOf(databases.default) + sizeOf(databases.visibility),
      store: sizeOf(databases.store),
    }),
  };
}

function connection(port: number): string[] {
  return [
    '--plugin',
    'postgres12',
    '--ep',
    '127.0.0.1',
    '--port',
    String(port),
    '--user',
    'postgres',
    '--pw',
    'unused',
  ];
}

async function registerNamespace(environment: Record<string, string>): Promise<void> {
  const { connectionOptions } = loadClientConnectConfig({ overrideEnvVars: environment });
  const connected = await Connection.connect(connectionOptions);
  try {
    const retention = msToTs('1 day');
    await connected.workflowService
      .registerNamespace({ namespace: 'default', workflowExecutionRetentionPeriod: retention })
      .catch((error: { code?: number }) => {
        // ALREADY_EXISTS
        if (error.code !== 6) throw error;
      });
    // The other services read the table of namespaces now and then.
    await connected.workflowService.listOpenWorkflowExecutions({ namespace: 'default' });
  } finally {
    await connected.close();
  }
}

async function configOf(postgresPort: number, frontend: number, log: string, guard: Guard | null) {
  const store = (databaseName: string, maxConns: number) => ({
    sql: {
      pluginName: 'postgres12',
      databaseName,
      connectAddr: `127.0.0.1:${postgresPort}`,
      connectProtocol: 'tcp',
      user: 'postgres',
      password: 'unused',
      maxConns,
      maxIdleConns: maxConns,
    },
  });
  const service = async (grpcPort: number) => ({
    rpc: { grpcPort, membershipPort: await lowPort(), bindOnLocalHost: true },
  });
  const services = {
    frontend: await service(frontend),
    matching: await service(await lowPort()),
    history: await service(await lowPort()),
    worker: await service(await lowPort()),
    // Where callers must say who they are, the server's own workers have a frontend of their own.
    ...(guard === null ? {} : { 'internal-frontend': await service(await lowPort()) }),
  };
  return {
    log: { level: 'warn', outputFile: log },
    persistence: {
      defaultStore: 'default',
      visibilityStore: 'visibility',
      numHistoryShards: shards,
      datastores: { default: store(databases.default, 40), visibility: store(databases.visibility, 10) },
    },
    global: {
      membership: { maxJoinDuration: '30s', broadcastAddress: '127.0.0.1' },
      ...(guard === null ? {} : { tls: guard.tls, authorization: guard.authorization }),
    },
    services,
    clusterMetadata: clusterOf(frontend),
    dcRedirectionPolicy: { policy: 'noop' },
    ...(guard === null ? { publicClient: { hostPort: `127.0.0.1:${frontend}` } } : {}),
    dynamicConfigClient: { filepath: join(checkoutFolder, 'deploy/temporal/dynamic-config.yaml'), pollInterval: '60s' },
  };
}

/** Of those that the server's tables have room for: it keeps them as numbers of 16 bits with a sign. */
async function lowPort(): Promise<number> {
  for (;;) {
    const port = 10_000 + Math.floor(Math.random() * 20_000);
    const server = createServer();
    const isFree = await new Promise<boolean>((resolve) => {
      server.once('error', () => resolve(false)).listen(port, '127.0.0.1', () => resolve(true));
    });
    await new Promise((resolve) => server.close(resolve));
    if (isFree) return port;
  }
}

function clusterOf(frontend: number): object {
  const active = { enabled: true, initialFailoverVersion: 1, rpcName: 'frontend', rpcAddress: `127.0.0.1:${frontend}` };
  return {
    enableGlobalNamespace: false,
    failoverVersionIncrement: 10,
    masterClusterName: 'active',
    currentClusterName: 'active',
    clusterInformation: { active },
  };
}
