/** What a benchmark stands on: a data directory of its own, a Temporal server, the offline model, and a client. */
import { noEncryption } from '../../codecs/cipher.ts';
import { ordinaryTransport } from '../../contracts/model/access.ts';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Client, Connection } from '@temporalio/client';
import type { Config } from '../../config/config.ts';
import { noLimits } from '../../contracts/model/limits.ts';
import { dataPaths } from '../../config/data-paths.ts';
import { checkoutFolder } from '../../config/load-config.ts';
import { offlineModelName } from '../../contracts/names.ts';
import { startOfflineModelThread } from '../../offline-model/thread.ts';
import { resolveTemporalExecutable } from '../../runtime/temporal/temporal-executable.ts';
import { startTemporalServer } from '../../runtime/temporal/temporal-server.ts';

export const benchTaskQueue = 'switchyard-bench';

export type Stack = AsyncDisposable & {
  dataDirectory: string;
  address: string;
  namespace: string;
  client: Client;
  /** As a worker of this stack reads it. */
  config: Config;
  /** The offline model's own count of requests. */
  requestLog: string;
  /** The program of the server. */
  executable: string;
  serverPid(): number;
  /** Stops the server in order; another may take its file and ports. */
  stopServer(): Promise<void>;
  /** Kills the server in the middle of things, and starts it again on its file and ports. */
  killServer(): Promise<void>;
  /** Stops it in order, and starts it again after `act`. */
  whileServerIsDown(act: () => void): Promise<void>;
};

/** @param faults the offline model's fault switch; null for none. */
export async function openStack(faults: string | null): Promise<Stack> {
  await using opening = new AsyncDisposableStack();
  const dataDirectory = await mkdtemp(join(tmpdir(), 'switchyard-bench-'));
  opening.defer(() => rm(dataDirectory, { recursive: true, force: true }));
  const own = dataPaths(join(checkoutFolder, '.switchyard'));
  const executable = await resolveTemporalExecutable(null, own, say);
  let server = await startTemporalServer(executable, dataPaths(dataDirectory), say);
  opening.defer(() => server.stop());
  const killServer = async () => {
    process.kill(server.pid, 'SIGKILL');
    await server.ended;
    server = await startTemporalServer(executable, dataPaths(dataDirectory), say);
  };
  const whileServerIsDown = async (act: () => void) => {
    await server.stop();
    act();
    server = await startTemporalServer(executable, dataPaths(dataDirectory), say);
  };
  const requestLog = join(dataDirectory, 'requests.jsonl');
  const model = opening.use(await startOfflineModelThread({ faults, log: requestLog }));
  const connection = await Connection.connect({ address: server.address });
  opening.defer(() => connection.close());
  const { address, namespace } = server;
  const client = new Client({ connection, namespace });
  const ended = opening.move();
  const config = configOf(dataDirectory, model.url);
  const serverPid = () => server.pid;
  const control = { executable, serverPid, killServer, whileServerIsDown, stopServer: () => server.stop() };
  const parts = { dataDirectory, address, namespace, client, config, requestLog, ...control };
  return { ...parts, [Symbol.asyncDispose]: () => ended.disposeAsync() };
}

export function say(text: string): void {
  process.stderr.write(`${text}\n`);
}

function configOf(dataDirectory: string, modelUrl: string): Config {
  return {
    dataDirectory,
    indexDirectory: dataDirectory,
    sharedStore: null,
    encryption: { file: null, ...noEncryption },
    codecServer: { endpoint: null, token: null },
    serve: { keys: [], file: null },
    retentionDays: 90,
    taskQueue: benchTaskQueue,
    deployment: null,
    temporal: { executable: null, external: true, uiUrl: null, environment: {} },
    model: modelOf(modelUrl),
    tenant: null,
    user: null,
    webhook: null,
    embeddings: null,
    traces: { sink: 'none', langfuse: null, environment: 'bench', release: null, promptLabel: null, redact: null },
    metricsAddress: null,
    toolModules: [],
    foreignServers: { file: null, servers: {}, network: ordinaryTransport.access.network },
    offlineFaults: null,
    offlinePaceMs: 0,
    logLevel: 'warn',
  };
}

function modelOf(baseUrl: string): Config['model'] {
  const name = offlineModelName;
  return {
    apiKey: null,
    baseUrl,
    offline: false,
    router: name,
    specialist: name,
    judge: name,
    synthesizer: name,
    pricesFile: null,
    timeoutSeconds: 30,
    reasoningTokens: 0,
    ...ordinaryTransport,
    capabilitiesFile: null,
    capabilities: [],
    attempts: 5,
    heartbeatSeconds: 5,
    circuit: { failures: 10, seconds: 15 },
    limits: { model: noLimits, fallback: noLimits },
    fallback: null,
    personWaitDays: 30,
  };
}
