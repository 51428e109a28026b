/** What a command holds while it works with runs: a Temporal client and, where one is needed, the data directory's runtime. */
import { fileURLToPath } from 'node:url';
import type { Client, Connection } from '@temporalio/client';
import type { Config } from '../config/config.ts';
import { dataPaths, ensureOwnFolder } from '../config/data-paths.ts';
import { CommandFailure, messageOf } from '../lib/errors.ts';
import { type JoinedRuntime, joinRuntime } from '../runtime/client/runtime-connection.ts';
import type { Need } from '../runtime/client/runtime-client.ts';
import { connectExternal, connectLocal, hasPollers, type TemporalConnection } from './temporal.ts';
import { runUrl } from '../observability/run-link.ts';

export type Session = AsyncDisposable & {
  client: Client;
  connection: Connection;
  namespace: string;
  address: string;
  taskQueue: string;
  webUrl: string | null;
  /** Null where the workers are elsewhere, or none was needed. */
  runtime: JoinedRuntime | null;
  /** Resolves when the runtime goes away; never without one. */
  lost: Promise<void>;
  urlOf(workflowId: string, runId: string): string | null;
};

export type SessionRequest = {
  settings: Config;
  need: Need;
  onProgress: (text: string) => void;
  signal: AbortSignal;
};

/**
 * Opens a session. Leaving it (`await using`) waits until the runtime stays for others or has stopped.
 * @throws CommandFailure where no server or runtime can be had
 */
export async function openSession(request: SessionRequest): Promise<Session> {
  const { settings, need } = request;
  if (!settings.temporal.external) return sessionOf(await joinRuntimeOf(request), null, settings);
  const external = await connectExternal(settings.temporal);
  if (need === 'server' || (await hasPollers(external, settings.taskQueue))) return sessionOf(null, external, settings);
  return sessionOf(await joinRuntimeOf(request), external, settings);
}

/**
 * Bounds of what a runtime's threads hold without using it: of V8's young generation, which grows to 128 MB for the main
 * thread alone, and of the C library's arenas, of which each thread would have its own.
 */
const workerMemory = { flags: ['--max-semi-space-size=16'], environment: { MALLOC_ARENA_MAX: '2' } };

/** Joins the runtime of the data directory, with the Node that runs this command. */
export function joinRuntimeOf({ settings, need, onProgress, signal }: SessionRequest): Promise<JoinedRuntime> {
  const paths = dataPaths(settings.dataDirectory);
  try {
    ensureOwnFolder(paths.socketFolder);
  } catch (error) {
    throw new CommandFailure(messageOf(error));
  }
  return joinRuntime({
    socket: paths.socket,
    need,
    onProgress,
    signal,
    command: {
      executable: process.execPath,
      arguments: [...workerMemory.flags, fileURLToPath(new URL('../runtime/host/main.ts', import.meta.url))],
      environment: workerMemory.environment,
      logFile: paths.runtimeLog,
    },
  });
}

async function sessionOf(
  runtime: JoinedRuntime | null,
  external: TemporalConnection | null,
  { taskQueue, temporal: { uiUrl } }: Config,
): Promise<Session> {
  const temporal = external ?? (await connectOf(runtime));
  const webUrl = runtime?.ready.webUrl ?? uiUrl;
  return {
    ...temporal,
    taskQueue: runtime?.ready.taskQueue ?? taskQueue,
    webUrl,
    runtime,
    lost: runtime?.closed ?? new Promise(() => {}),
    urlOf: (workflowId, runId) => runUrl(webUrl, temporal.namespace, workflowId, runId),
    [Symbol.asyncDispose]: async () => {
      await temporal.close();
      await runtime?.leave();
    },
  };
}

async function connectOf(runtime: JoinedRuntime | null): Promise<TemporalConnection> {
  if (runtime === null) throw new CommandFailure('there is neither a Temporal server nor a runtime');
  try {
    return await connectLocal(runtime.ready.address, runtime.ready.namespace);
  } catch (error) {
    await runtime.leave();
    throw error;
  }
}
