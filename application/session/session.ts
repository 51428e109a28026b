/** What is held while one works with runs: a Temporal client and, where one is needed, the data directory's runtime. */
import type { Client, Connection } from '@temporalio/client';
import type { DataConverter } from '@temporalio/common';
import type { Config } from '../../config/config.ts';
import { dataPaths, ensureOwnFolder } from '../../config/data-paths.ts';
import { CommandFailure, messageOf } from '../../lib/errors.ts';
import { ServerUnavailable } from '../errors.ts';
import { type JoinedRuntime, joinRuntime } from '../../runtime/client/runtime-connection.ts';
import type { Need } from '../../runtime/client/runtime-client.ts';
import { connectExternal, connectLocal, hasPollers, type TemporalConnection } from './temporal.ts';
import { runUrl } from '../../observability/run-link.ts';
import { moduleFile } from '../../lib/own-files.ts';

/** Open connections, by which one works with runs; left by its disposal. */
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

/** What a session is opened for. */
export type SessionRequest = {
  settings: Config;
  need: Need;
  onProgress: (text: string) => void;
  signal: AbortSignal;
};

/**
 * Opens a session. Leaving it (`await using`) waits until the runtime stays for others or has stopped.
 * @throws ServerUnavailable where no server or runtime can be had
 */
export async function openSession(request: SessionRequest): Promise<Session> {
  const { settings, need } = request;
  const patience = { tell: request.onProgress, signal: request.signal };
  if (!settings.temporal.external) return localSession(request);
  const external = await connectExternal(settings, patience);
  if (need === 'server' || (await hasPollers(external, settings.taskQueue))) return sessionOf(null, external, settings);
  return sessionOf(await joinRuntimeOf(request), external, settings);
}

/**
 * A session with the server that the settings name, whoever works there: nothing is started or joined.
 * @param dataConverter in place of that of the settings
 * @throws ServerUnavailable
 */
export async function serverSession(
  { settings, onProgress, signal }: Omit<SessionRequest, 'need'>,
  dataConverter?: DataConverter,
): Promise<Session> {
  const temporal = await connectExternal(settings, { tell: onProgress, signal }, dataConverter);
  return sessionOf(null, temporal, settings);
}

/**
 * Bounds of what a runtime's threads hold without using it: of V8's young generation, which grows to 128 MB for the main
 * thread alone, and of the C library's arenas, of which each thread would have its own.
 */
export const workerMemory = { flags: ['--max-semi-space-size=16'], environment: { MALLOC_ARENA_MAX: '2' } };

/** Joins the runtime of the data directory, with the Node that runs this command. */
export async function joinRuntimeOf(request: SessionRequest): Promise<JoinedRuntime> {
  const { settings, need, onProgress, signal } = request;
  const paths = dataPaths(settings.dataDirectory);
  try {
    ensureOwnFolder(paths.socketFolder);
  } catch (error) {
    throw new ServerUnavailable(messageOf(error));
  }
  const joining = joinRuntime({
    socket: paths.socket,
    need,
    onProgress,
    signal,
    command: {
      executable: process.execPath,
      arguments: [...workerMemory.flags, moduleFile('runtime/host/main')],
      environment: workerMemory.environment,
      logFile: paths.runtimeLog,
    },
  });
  return joining.catch((error: unknown) => {
    throw error instanceof CommandFailure ? new ServerUnavailable(error.message) : error;
  });
}

function sessionOf(
  runtime: JoinedRuntime | null,
  temporal: TemporalConnection,
  { taskQueue, temporal: { uiUrl } }: Config,
): Session {
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

const joinsAtMost = 3;

/** A runtime that goes away takes its server along, so that nobody need wait for that: another one is joined. */
async function localSession(request: SessionRequest, joins = 1): Promise<Session> {
  const { settings, onProgress, signal } = request;
  const runtime = await joinRuntimeOf(request);
  const gone = new AbortController();
  void runtime.closed.then(() => gone.abort());
  const { address, namespace } = runtime.ready;
  try {
    const temporal = await connectLocal(
      { address, namespace, encryption: settings.encryption },
      { tell: onProgress, signal, gone: gone.signal },
    );
    return sessionOf(runtime, temporal, settings);
  } catch (error) {
    await runtime.leave();
    if (gone.signal.aborted && joins < joinsAtMost) return localSession(request, joins + 1);
    throw error;
  }
}
