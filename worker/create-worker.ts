/** Puts a worker together: connection, model, retrieval, stores, activities, workflows. */
import { NativeConnection, type WorkerOptions } from '@temporalio/worker';
import { dataConverterOf, encodesFailures } from '../codecs/data-converter.ts';
import type { Config } from '../config/config.ts';
import { dataPaths } from '../config/data-paths.ts';
import type { Logger } from '../observability/logging.ts';
import type { Threads } from '../retrieval/worker-threads/threads.ts';
import type { RunningWorker } from '../runtime/host/runtime.ts';
import type { ServerAddress } from '../runtime/host/server-address.ts';
import { compressionFor } from '../runtime/temporal/channel-args.ts';
import { whyUnreachable } from '../runtime/temporal/tls-problem.ts';
import { ModelQueues } from './models/model-queues.ts';
import { ordinaryWorkers } from './models/ordinary-queues.ts';
import { runWorkers, shutDown } from './worker-group.ts';
import { activitySlots, drainSeconds, workerLimits, workflowTasksAtOnce } from './worker-limits.ts';
import { openParts } from './worker-parts.ts';
import { versioningOf, workflowBundle } from './workflow-bundle.ts';

/** What tests turn; the defaults are for use. */
export type WorkerTuning = {
  /** 0 replays every workflow from its history at each task. */
  maxCachedWorkflows?: number;
  maxConcurrentActivities?: number;
  taskQueue?: string;
  /** Runs workflow code in the caller's thread, without the limit of time that blocked workflow code has: no thread to start. */
  workflowsInThisThread?: boolean;
  /** Shared by the workers of one process; threads of its own unless given. */
  retrievalThreads?: Threads;
};

/**
 * Starts a worker. It polls when this resolves.
 * @throws Error when the server does not answer, the model cannot be started or a module of tools cannot be used.
 */
export async function startWorker(
  config: Config,
  server: ServerAddress,
  log: Logger,
  tuning: WorkerTuning = {},
): Promise<RunningWorker> {
  const opened = new AsyncDisposableStack();
  try {
    return await startOver(opened, { config, server, log, tuning });
  } catch (error) {
    await opened.disposeAsync().catch((problem: unknown) => log.warn({ err: problem }, 'could not close everything'));
    throw error;
  }
}

type Start = { config: Config; server: ServerAddress; log: Logger; tuning: WorkerTuning };

async function startOver(opened: AsyncDisposableStack, { config, server, log, tuning }: Start): Promise<RunningWorker> {
  const connection = await connectTo(server);
  opened.defer(() => connection.close());
  const parts = await openParts(opened, {
    config,
    server,
    connection,
    log,
    activitySlots: tuning.maxConcurrentActivities ?? activitySlots,
    ...(tuning.retrievalThreads !== undefined && { threads: tuning.retrievalThreads }),
  });
  const { activities, traces, client, limiters } = parts;
  const options: WorkerOptions = {
    ...(await limits(config, tuning)),
    connection,
    namespace: server.namespace,
    identity: parts.identity,
    activities,
    interceptors: { activity: [parts.register.interceptor] },
  };
  const workers = await ordinaryWorkers(options, config, opened);
  const queues = opened.use(new ModelQueues({ config, client, log }, limiters, options));
  const ended = runWorkers(workers, opened);
  await queues.start();
  parts.retrieval.start();
  traces.sweep().catch((error: unknown) => log.debug({ err: error }, 'could not look for runs without a trace'));
  const stop = async () => {
    await traces.drain(drainSeconds * 1000);
    queues.shutDown();
    shutDown(workers);
    await endedWell(ended);
  };
  return { modelUrl: parts.modelUrl, ended: ended.then((why) => why ?? 'it was shut down'), stop };
}

async function endedWell(ended: Promise<string | null>): Promise<void> {
  const why = await ended;
  if (why !== null) throw new Error(`the worker stopped badly: ${why}`);
}

/** @throws Error that says why the server cannot be reached */
export async function connectTo({ connectionOptions, address }: ServerAddress): Promise<NativeConnection> {
  try {
    return await NativeConnection.connect({ ...compressionFor(address), ...connectionOptions });
  } catch (error) {
    throw new Error(await whyUnreachable({ address, tls: connectionOptions.tls }, error));
  }
}

async function limits(config: Config, tuning: WorkerTuning): Promise<WorkerOptions> {
  return {
    ...dataConverterOf(config.encryption),
    ...versioningOf(config),
    ...workerLimits(config),
    workflowBundle: await workflowBundle(dataPaths(config.dataDirectory).cache, {
      encodesFailures: encodesFailures(config.encryption),
    }),
    taskQueue: tuning.taskQueue ?? config.taskQueue,
    maxConcurrentActivityTaskExecutions: tuning.maxConcurrentActivities ?? activitySlots,
    maxConcurrentWorkflowTaskExecutions: workflowTasksAtOnce,
    debugMode: tuning.workflowsInThisThread ?? false,
    ...(tuning.maxCachedWorkflows !== undefined && { maxCachedWorkflows: tuning.maxCachedWorkflows }),
  };
}
