/** Puts a worker together: connection, model, retrieval, stores, activities, workflows. */
import { Client } from '@temporalio/client';
import { NativeConnection, type WorkerOptions } from '@temporalio/worker';
import { createEarlierRuns } from '../models/earlier-runs.ts';
import { createTurnResults } from '../activities/agents/turn-results.ts';
import { heartbeatMs } from '../activities/attempts.ts';
import { createActivities } from '../activities/index.ts';
import { dataConverterOf, encodesFailures } from '../codecs/data-converter.ts';
import type { Config } from '../config/config.ts';
import { dataPaths } from '../config/data-paths.ts';
import type { Logger } from '../observability/logging.ts';
import { createOpenAiEmbeddings } from '../models/openai/embeddings.ts';
import { createRetrieval } from '../retrieval/repository.ts';
import type { Threads } from '../retrieval/worker-threads/threads.ts';
import type { EmbeddedSearchOptions } from '../retrieval/search/embedded-search.ts';
import { benchmarksOf } from './benchmarks.ts';
import { keepNotingStoreUse, openStores, type Stores } from './stores.ts';
import { ModelQueues, slotLimiters } from './models/model-queues.ts';
import { CallRegister } from './call-register.ts';
import { type DraftSocket, openDraftSocket } from './streaming/draft-socket.ts';
import { failLostCalls } from './lost-calls.ts';
import { type ModelEndpoint, modelByRole, openLimitedModel } from './models/model-endpoint.ts';
import type { RunningWorker } from '../runtime/host/runtime.ts';
import { whyUnreachable } from '../runtime/temporal/tls-problem.ts';
import { workerIdentity } from '../runtime/temporal/worker-identity.ts';
import { registerSearchAttributes } from '../runtime/temporal/search-attributes.ts';
import type { ServerAddress } from '../runtime/host/server-address.ts';
import { noteServer, ownServerName, serverName } from '../runtime/temporal/known-servers.ts';
import { traceExportOf, type TraceParts } from './traces/trace-export.ts';
import { runWorkers, shutDown } from './worker-group.ts';
import { ordinaryWorkers } from './models/ordinary-queues.ts';
import { noticesOf } from './notice-start.ts';
import { openTools, type Tools } from './open-tools.ts';
import { toolsVersion } from './tools-version.ts';
import { versioningOf, workflowBundle } from './workflow-bundle.ts';
import { openPriceList } from '../config/price-list.ts';
import type { PriceList } from '../contracts/model/price.ts';

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

const activitySlots = 40;
/** Long enough for most model calls in flight; what takes longer is cancelled and given back to its queue. */
const stopSeconds = 30;
/** For what is cancelled to end. */
const cancelSeconds = 10;
/**
 * How long the next task of a workflow waits for the worker that has the workflow in memory, before any worker may take it.
 * A task that waits for a busy worker for longer is replayed, so it is a multiple of the wait under full load
 * (docs/deployment.md).
 */
const stickySeconds = 3;
/**
 * Workflow tasks at once. One thread runs them, so that each waits for those before it; what the worker has not taken
 * waits on its sticky queue instead, where the clock of a task does not run yet.
 */
const workflowTasksAtOnce = 20;
/** What the exports of traces may keep a stopping worker. */
const drainSeconds = 5;

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
  const isOwn = server.isOwn && !config.temporal.external;
  const name = isOwn ? ownServerName : serverName(server.address, server.namespace);
  opened.use(keepNoting(config, name));
  const client = new Client({ connection, namespace: server.namespace, ...dataConverterOf(config.encryption) });
  const { calls, streams } = dataPaths(config.dataDirectory);
  const register = opened.use(new CallRegister(calls, name, log));
  const traces = traceExportOf(config, server, client, register);
  takeUpCalls(client, { folder: calls, own: register.name, server: name, handOver: traces.handOver }, log);
  const { usable, refusal } = await registerSearchAttributes(connection, server.namespace);
  if (refusal !== null) log.warn({ refusal, usable }, 'going without some search attributes');
  const limiters = slotLimiters(config, tuning.maxConcurrentActivities ?? activitySlots);
  const endpoint = opened.use(await openLimitedModel(config, limiters, log));
  const tools = await openTools(opened, config);
  const stores = opened.use(await openStores(config, isOwn));
  opened.use(await keepNotingStoreUse(stores, { client, name, log }));
  const drafts = opened.use(await openDraftSocket(streams, log));
  const parts = { endpoint, stores, tools, traces, client, usable, log, drafts, threads: tuning.retrievalThreads };
  const { activities, retrieval } = activitiesOf(config, { ...parts, prices: await openPriceList(config.model) });
  opened.use(retrieval);
  const options: WorkerOptions = {
    ...(await limits(config, tuning)),
    connection,
    namespace: server.namespace,
    identity: workerIdentity(stores.holds === null ? null : (stores.holds.shared ?? stores.holds.own)),
    activities,
    interceptors: { activity: [register.interceptor] },
  };
  const workers = await ordinaryWorkers(options, config, opened);
  const queues = opened.use(new ModelQueues({ config, client, log }, limiters, options));
  const ended = runWorkers(workers, opened);
  await queues.start();
  traces.sweep().catch((error: unknown) => log.debug({ err: error }, 'could not look for runs without a trace'));
  const stop = async () => {
    await traces.drain(drainSeconds * 1000);
    queues.shutDown();
    shutDown(workers);
    await endedWell(ended);
  };
  return { modelUrl: endpoint.url, ended: ended.then((why) => why ?? 'it was shut down'), stop };
}

async function endedWell(ended: Promise<string | null>): Promise<void> {
  const why = await ended;
  if (why !== null) throw new Error(`the worker stopped badly: ${why}`);
}

async function connectTo({ connectionOptions, address }: ServerAddress): Promise<NativeConnection> {
  try {
    return await NativeConnection.connect(connectionOptions);
  } catch (error) {
    throw new Error(await whyUnreachable({ address, tls: connectionOptions.tls }, error));
  }
}

/** Fails in the background what dead workers were at. */
function takeUpCalls(client: Client, registers: Parameters<typeof failLostCalls>[1], log: Logger): void {
  failLostCalls(client, registers).then(
    (lost) => lost.owners > 0 && log.info(lost, 'took up the calls of workers that are gone'),
    (error: unknown) => log.warn({ err: error }, 'calls of workers that are gone wait for their heartbeat time-out'),
  );
}

const noteEveryMs = 6 * 60 * 60 * 1000;

/** So that `switchyard gc` knows whose runs may need what is here. */
function keepNoting(config: Config, name: string): Disposable {
  const noteIt = () => noteServer(dataPaths(config.dataDirectory), name);
  noteIt();
  const timer = setInterval(noteIt, noteEveryMs);
  timer.unref();
  return { [Symbol.dispose]: () => clearInterval(timer) };
}

async function limits(config: Config, tuning: WorkerTuning): Promise<WorkerOptions> {
  const { stopSeconds: graceSeconds = stopSeconds } = config;
  return {
    ...dataConverterOf(config.encryption),
    ...versioningOf(config),
    workflowBundle: await workflowBundle(dataPaths(config.dataDirectory).cache, {
      encodesFailures: encodesFailures(config.encryption),
    }),
    taskQueue: tuning.taskQueue ?? config.taskQueue,
    maxConcurrentActivityTaskExecutions: tuning.maxConcurrentActivities ?? activitySlots,
    maxConcurrentWorkflowTaskExecutions: workflowTasksAtOnce,
    debugMode: tuning.workflowsInThisThread ?? false,
    ...(tuning.maxCachedWorkflows !== undefined && { maxCachedWorkflows: tuning.maxCachedWorkflows }),
    stickyQueueScheduleToStartTimeout: `${stickySeconds}s`,
    shutdownGraceTime: `${graceSeconds}s`,
    shutdownForceTime: `${graceSeconds + cancelSeconds}s`,
    maxHeartbeatThrottleInterval: heartbeatMs,
    defaultHeartbeatThrottleInterval: heartbeatMs,
  };
}

type Parts = {
  endpoint: ModelEndpoint;
  stores: Stores;
  prices: PriceList;
  traces: TraceParts;
  client: Client;
  drafts: DraftSocket;
  usable: readonly string[];
  log: Logger;
  threads: Threads | undefined;
  tools: Tools;
};

function activitiesOf(config: Config, parts: Parts) {
  const { endpoint, stores, prices, traces, client, usable, log, threads, tools } = parts;
  const { journal, sharedReplies, content, holds } = stores;
  journal.prune().then(
    (removed) => log.debug({ removed }, 'pruned the journal'),
    (error: unknown) => log.warn({ err: error }, 'could not prune the journal'),
  );
  const vectors = vectorsOf(config, log);
  const retrieval = createRetrieval({
    dataDirectory: config.indexDirectory,
    vectors,
    toolModules: config.toolModules,
    ...(threads !== undefined && { threads }),
  });
  const exported = traces.exportOver({ content, retrieval, prices });
  const activities = createActivities({
    model: endpoint.model,
    endpoint: endpoint.identity,
    fallback: endpoint.fallback,
    modelByRole: modelByRole(config),
    prices,
    drafts: parts.drafts.tell,
    journal,
    turnResults: createTurnResults(journal),
    earlierRuns: createEarlierRuns(journal),
    sharedReplies,
    toolsVersion: toolsVersion(config),
    content,
    holds,
    retrieval,
    questionEmbedder: questionEmbedderOf(config, vectors),
    ...tools,
    traces: exported,
    notices: noticesOf(config, client),
    benchmarks: benchmarksOf(config, client, exported, tools.ownTools),
    searchAttributes: usable,
  });
  return { activities, retrieval };
}

function questionEmbedderOf({ embeddings }: Config, vectors: EmbeddedSearchOptions | null) {
  if (embeddings === null || vectors === null) return undefined;
  return { model: embeddings.queryModel, embed: vectors.embeddings.embed };
}

/** Null where no endpoint that embeds is configured. */
function vectorsOf({ embeddings }: Config, log: Logger): EmbeddedSearchOptions | null {
  if (embeddings === null) return null;
  const { weight, ...settings } = embeddings;
  const warn = (message: string) => log.warn(message);
  return { embeddings: { embed: createOpenAiEmbeddings(settings), settings, weight }, warn };
}
