/** Runs the runtime of one data directory from lock to release: at most one a data directory, and nothing left when it is over. */
import { mkdirSync } from 'node:fs';
import { connect } from 'node:net';
import { setTimeout as delay } from 'node:timers/promises';
import type { Config } from '../../config/config.ts';
import { dataPaths } from '../../config/data-paths.ts';
import type { Logger } from '../../observability/logging.ts';
import { closeToOthers } from '../../lib/fs.ts';
import { packageVersion } from '../../lib/own-files.ts';
import { type FileLock, takeLock } from './file-lock.ts';
import { type Progress, type RunningServer, type RunningWorker, Runtime } from './runtime.ts';
import { listenForClients } from './runtime-socket.ts';
import { namedServer, ownServer, type ServerAddress } from './server-address.ts';
import { stopLeftOverServer } from '../temporal/server-record.ts';
import { resolveTemporalExecutable } from '../temporal/temporal-executable.ts';
import { startTemporalServer } from '../temporal/temporal-server.ts';

export type StartWorker = (server: ServerAddress, progress: Progress) => Promise<RunningWorker>;

export type HostRuntimeOptions = {
  config: Config;
  log: Logger;
  /** See `RuntimeParts`. */
  warmUp: () => void;
  startWorker: StartWorker;
  /** Aborted by a signal: drain, stop, end. */
  stop: AbortSignal;
  /** How long the first client may take to join. */
  joinWithinSeconds: number;
};

/** Where the SDK goes with a key alone. */
const openAiUrl = 'https://api.openai.com/v1';

/**
 * Resolves when the runtime is over, or at once when another one of this data directory answers.
 * @returns the problems that it met while stopping; empty when all is well.
 */
export async function hostRuntime(options: HostRuntimeOptions): Promise<string[]> {
  const { config, log, stop } = options;
  const version = packageVersion();
  const paths = dataPaths(config.dataDirectory);
  mkdirSync(paths.dataDirectory, { recursive: true, mode: 0o700 });
  closeToOthers(paths.dataDirectory);
  const lock = await lockOrOther(paths.lock, paths.socket, stop);
  if (lock === null) {
    log.info('another runtime has this data directory');
    return [];
  }
  try {
    await stopLeftOverServer(paths);
    const server = config.temporal.external ? startNothing(config) : startOwn(config);
    const address = (running: RunningServer) =>
      config.temporal.external ? namedServer(config) : ownServer(running.address, running.namespace, running.webUrl);
    const parts = {
      taskQueue: config.taskQueue,
      offlineModel: config.model.offline,
      version,
      modelUrl: config.model.baseUrl ?? (config.model.offline ? null : openAiUrl),
      startServer: server,
      warmUp: options.warmUp,
      startWorker: (running: RunningServer, progress: Progress) => options.startWorker(address(running), progress),
    };
    const runtime = new Runtime(parts, log);
    return await serveUntilOver(runtime, options, lock);
  } finally {
    lock.release();
  }
}

async function serveUntilOver(runtime: Runtime, options: HostRuntimeOptions, lock: FileLock): Promise<string[]> {
  const { log, stop, joinWithinSeconds } = options;
  const stopListening = await listenForClients(dataPaths(options.config.dataDirectory), runtime);
  log.info({ pid: process.pid }, 'the runtime listens');
  const lonely = setTimeout(() => {
    if (runtime.clientCount === 0) runtime.end('nobody joined');
  }, joinWithinSeconds * 1000);
  const stopNow = () => runtime.end('told to stop');
  stop.addEventListener('abort', stopNow);
  if (stop.aborted) stopNow();
  await runtime.over;
  clearTimeout(lonely);
  stop.removeEventListener('abort', stopNow);
  stopListening();
  const problems = await runtime.stopParts();
  log.info({ problems }, 'stopped');
  // Released before the connections close: who waits for that may start the next runtime at once.
  lock.release();
  runtime.closeConnections();
  return problems;
}

/** Waits while a runtime that no longer listens finishes stopping. Null: another one listens. */
async function lockOrOther(file: string, socket: string, stop: AbortSignal): Promise<FileLock | null> {
  for (;;) {
    const lock = takeLock(file);
    if (lock !== null) return lock;
    if (await answers(socket)) return null;
    await delay(50, undefined, { signal: stop });
  }
}

function answers(socket: string): Promise<boolean> {
  return new Promise((resolve) => {
    const probe = connect(socket);
    probe.once('error', () => resolve(false));
    probe.once('connect', () => {
      probe.destroy();
      resolve(true);
    });
  });
}

function startOwn(config: Config): (progress: Progress, signal: AbortSignal) => Promise<RunningServer> {
  const paths = dataPaths(config.dataDirectory);
  return async (progress, signal) => {
    const executable = await resolveTemporalExecutable(config.temporal.executable, paths, progress, signal);
    progress('starting the Temporal server');
    return startTemporalServer(executable, paths, progress, {
      retentionDays: config.retentionDays,
      codecEndpoint: config.codecServer.endpoint,
    });
  };
}

function startNothing(config: Config): () => Promise<RunningServer> {
  return async () => {
    const { address, namespace } = namedServer(config);
    const ended = new Promise<string>(() => undefined);
    return { address, namespace, webUrl: null, ended, stop: async () => undefined };
  };
}
