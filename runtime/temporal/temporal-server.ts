/** Runs the data directory's own Temporal server on this machine only: one server on one file, its links stable. */
import type { ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { closeSync, mkdirSync, openSync } from 'node:fs';
import type { DataPaths } from '../../config/data-paths.ts';
import { keepLogSmall } from '../../observability/logging.ts';
import { serverEnvironment } from '../host/child-environment.ts';
import { whilePortsAreOurs } from '../host/file-lock.ts';
import { choosePorts, keepPorts, keptPorts, type Ports } from './ports.ts';
import { stopProgram } from './running-program.ts';
import { searchAttributeFlags } from './search-attributes.ts';
import { prepareServer } from './server-readiness.ts';
import { forgetServer, recordServer, stopLeftOverServer } from './server-record.ts';
import { dropUnusedIndexes } from './visibility-indexes.ts';
import { messageOf } from '../../lib/errors.ts';
import { spawnTied } from '../../lib/tied-child.ts';

export type TemporalServer = {
  address: string;
  namespace: string;
  /** Without a trailing slash. */
  webUrl: string;
  pid: number;
  /** Resolves when it has ended, with what happened; before `stop`, that is a failure. */
  ended: Promise<string>;
  /** SIGTERM, then SIGKILL; resolves once it is gone. */
  stop: () => Promise<void>;
};

export type ServerOptions = {
  /** Days that histories are kept. */
  retentionDays?: number;
  /** Where the Web UI has payloads decoded; null: it shows them as they are stored. */
  codecEndpoint?: string | null;
};

type Served = { ports: Ports; codecEndpoint: string | null };

export const ownNamespace = 'default';
const host = '127.0.0.1';
const starts = 3;
const stopGraceSeconds = 10;

/**
 * Starts the server of a data directory; to be called under the data directory's lock.
 * @param executable from `resolveTemporalExecutable`.
 * @throws Error when it does not come up, naming its log.
 */
export async function startTemporalServer(
  executable: string,
  paths: DataPaths,
  progress: (text: string) => void,
  { retentionDays = 90, codecEndpoint = null }: ServerOptions = {},
): Promise<TemporalServer> {
  mkdirSync(paths.logs, { recursive: true, mode: 0o700 });
  if (await stopLeftOverServer(paths)) progress('stopped a Temporal server that an earlier runtime had left');
  return whilePortsAreOurs(() => startOnFreePorts(executable, paths, { retentionDays, codecEndpoint }, progress));
}

async function startOnFreePorts(
  executable: string,
  paths: DataPaths,
  options: Required<ServerOptions>,
  progress: (text: string) => void,
): Promise<TemporalServer> {
  const refused: number[] = [];
  let failure = '';
  for (let start = 0; start < starts; start += 1) {
    const ports = await choosePorts(paths.ports, paths.dataDirectory, refused);
    if (portsMoved(paths, ports)) progress(`ports are taken: the Web UI moves to http://${host}:${ports.ui}`);
    const outcome = await tryStart(executable, paths, ports, options);
    if (outcome.kind === 'up') return outcome.server;
    failure = outcome.failure;
    refused.push(ports.grpc, ports.ui);
  }
  throw new Error(`the Temporal server did not start (${failure}): see ${paths.serverLog}`);
}

function portsMoved(paths: DataPaths, ports: Ports): boolean {
  const kept = keptPorts(paths.ports);
  return kept !== null && kept.ui !== ports.ui;
}

async function tryStart(
  executable: string,
  paths: DataPaths,
  ports: Ports,
  { retentionDays, codecEndpoint }: Required<ServerOptions>,
): Promise<{ kind: 'up'; server: TemporalServer } | { kind: 'down'; failure: string }> {
  const child = spawnServer(executable, paths, { ports, codecEndpoint });
  const ended = endOf(child);
  const pid = child.pid;
  const startTime = pid === undefined ? null : await recordServer(paths, pid);
  if (pid === undefined || startTime === null) return { kind: 'down', failure: await ended };
  const stop = async () => {
    await stopProgram(pid, startTime, stopGraceSeconds);
    await ended;
    forgetServer(paths);
  };
  const gone = new AbortController();
  void ended.then((failure) => gone.abort(new Error(failure)));
  const address = `${host}:${ports.grpc}`;
  try {
    dropUnusedIndexes(paths.database, await prepareServer(address, ownNamespace, retentionDays, gone.signal));
  } catch (error) {
    await stop();
    const failure = gone.signal.aborted ? await ended : error;
    return { kind: 'down', failure: messageOf(failure) };
  }
  keepPorts(paths.ports, ports);
  const server = { address, namespace: ownNamespace, webUrl: `http://${host}:${ports.ui}`, pid, ended, stop };
  return { kind: 'up', server };
}

/**
 * In its own session: Ctrl-C in the terminal must reach the runtime alone, which stops the worker first. What SQLite has
 * committed outlasts a SIGKILL, which follows where the runtime died and the server does not end in time.
 */
function spawnServer(executable: string, paths: DataPaths, served: Served): ChildProcess {
  keepLogSmall(paths.serverLog);
  const log = openSync(paths.serverLog, 'a', 0o600);
  try {
    return spawnTied(executable, serverArguments(paths, served), {
      cwd: paths.dataDirectory,
      detached: true,
      env: serverEnvironment(),
      stdio: ['ignore', log, log],
    });
  } finally {
    closeSync(log);
  }
}

/**
 * A dev server polls its transfer queue 20 times a second, which makes every step of a workflow wait 50 ms: raised.
 * Fairness is off on it by default; benchmark variants need it. Of four partitions each has an order of its own and a fourth
 * of a queue's rate, however few workers ask: one is enough here. WAL makes the file fast enough to keep. A history is deleted
 * once its shard's queues have saved how far they are, which they do every 30 s: raised, so that gc need not wait for it.
 * Timers are looked for once a second, which lets a call wait that was failed by its token and is to be tried again at once:
 * raised. The states of 128,000 workflows would stay in memory for an hour each: lowered to more than one machine has under way.
 */
function serverArguments(paths: DataPaths, { ports, codecEndpoint }: Served): string[] {
  return [
    ...['server', 'start-dev', '--ip', host, '--port', String(ports.grpc), '--ui-port', String(ports.ui)],
    ...['--db-filename', paths.database, '--log-level', 'warn'],
    ...['--sqlite-pragma', 'journal_mode=wal', '--sqlite-pragma', 'synchronous=1'],
    ...['--dynamic-config-value', 'history.transferProcessorMaxPollRPS=1000'],
    ...['--dynamic-config-value', 'matching.enableFairness=true'],
    ...['--dynamic-config-value', 'matching.numTaskqueueReadPartitions=1'],
    ...['--dynamic-config-value', 'matching.numTaskqueueWritePartitions=1'],
    ...['--dynamic-config-value', 'history.visibilityProcessorUpdateAckInterval="1s"'],
    ...['--dynamic-config-value', 'history.transferProcessorUpdateAckInterval="1s"'],
    ...['--dynamic-config-value', 'history.timerProcessorUpdateAckInterval="1s"'],
    ...['--dynamic-config-value', 'history.timerProcessorMaxTimeShift="50ms"'],
    ...['--dynamic-config-value', 'history.hostLevelCacheMaxSize=500'],
    ...['--dynamic-config-value', 'history.cacheTTL="5m"'],
    ...(codecEndpoint === null ? [] : ['--ui-codec-endpoint', codecEndpoint]),
    ...searchAttributeFlags,
  ];
}

async function endOf(child: ChildProcess): Promise<string> {
  try {
    const [code, signal] = await once(child, 'exit');
    return signal === null ? `it ended with code ${code}` : `it ended by ${signal}`;
  } catch (error) {
    return messageOf(error);
  }
}
