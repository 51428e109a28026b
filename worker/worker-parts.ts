/**
 * What a worker stands on beside its connection: stores, model, retrieval, the register of its calls, the export of traces;
 * and the activities made of them. Our own worker and a worker of one's own have the same.
 */
import { Client } from '@temporalio/client';
import type { DataConverter } from '@temporalio/common';
import type { NativeConnection } from '@temporalio/worker';
import { createTurnResults } from '../activities/agents/turn-results.ts';
import { type Activities, createActivities } from '../activities/index.ts';
import { dataConverterOf } from '../codecs/data-converter.ts';
import type { Config } from '../config/config.ts';
import { dataPaths } from '../config/data-paths.ts';
import { openPriceList } from '../config/price-list.ts';
import type { EndpointName } from '../contracts/model/limits.ts';
import type { PriceList } from '../contracts/model/price.ts';
import { createEarlierRuns } from '../models/earlier-runs.ts';
import type { SlotLimiter } from '../models/slot-limiter.ts';
import type { Logger } from '../observability/logging.ts';
import { createRetrieval, type Retrieval } from '../retrieval/repository.ts';
import type { EmbeddedSearchOptions } from '../retrieval/search/embedded-search.ts';
import type { Threads } from '../retrieval/worker-threads/threads.ts';
import type { ServerAddress } from '../runtime/host/server-address.ts';
import { noteServer, ownServerName, serverName } from '../runtime/temporal/known-servers.ts';
import { registerSearchAttributes } from '../runtime/temporal/search-attributes.ts';
import { workerIdentity } from '../runtime/temporal/worker-identity.ts';
import { benchmarksOf } from './benchmarks.ts';
import { CallRegister } from './call-register.ts';
import { failLostCalls } from './lost-calls.ts';
import { type ModelEndpoint, modelByRole, openLimitedModel } from './models/model-endpoint.ts';
import { slotLimiters } from './models/model-queues.ts';
import { noticesOf } from './notice-start.ts';
import { openTools, type Tools } from './open-tools.ts';
import { keepNotingStoreUse, openStores, type Stores } from './stores.ts';
import { type DraftSocket, openDraftSocket } from './streaming/draft-socket.ts';
import { toolsVersion } from './tools-version.ts';
import { traceExportOf, type TraceParts } from './traces/trace-export.ts';

export type WorkerParts = {
  activities: Activities;
  retrieval: Retrieval;
  register: CallRegister;
  traces: TraceParts;
  client: Client;
  limiters: Record<EndpointName, SlotLimiter>;
  /** By which the worker shows at the server which store it has. */
  identity: string;
  /** Of the endpoint that is asked. */
  modelUrl: string | null;
};

export type PartsRequest = {
  config: Config;
  server: ServerAddress;
  connection: NativeConnection;
  log: Logger;
  /** Activities at once. */
  activitySlots: number;
  /** Of retrieval; threads of its own unless given. */
  threads?: Threads;
  /** In place of that of the settings. */
  dataConverter?: DataConverter;
};

/**
 * Opens them; what dead workers of the same data directory were at is taken up in the background.
 * @param opened closes them
 * @throws Error when the model cannot be started or a module of tools cannot be used
 */
export async function openParts(opened: AsyncDisposableStack, request: PartsRequest): Promise<WorkerParts> {
  const { config, server, connection, log, threads } = request;
  const isOwn = server.isOwn && !config.temporal.external;
  const name = isOwn ? ownServerName : serverName(server.address, server.namespace);
  opened.use(keepNoting(config, name));
  const converter = request.dataConverter
    ? { dataConverter: request.dataConverter }
    : dataConverterOf(config.encryption);
  const client = new Client({ connection, namespace: server.namespace, ...converter });
  const { calls, streams } = dataPaths(config.dataDirectory);
  const register = opened.use(new CallRegister(calls, name, log));
  const traces = traceExportOf(config, server, client, register);
  takeUpCalls(client, { folder: calls, own: register.name, server: name, handOver: traces.handOver }, log);
  const attributes = registerSearchAttributes(connection, server.namespace);
  const limiters = slotLimiters(config, request.activitySlots);
  const endpoint = opened.use(await openLimitedModel(config, limiters, log));
  const tools = await openTools(opened, config);
  const stores = opened.use(await openStores(config, isOwn));
  opened.use(await keepNotingStoreUse(stores, { client, name, log }));
  const drafts = opened.use(await openDraftSocket(streams, log));
  const prices = await openPriceList(config.model);
  const vectors = await vectorsOf(config, log);
  const { usable, refusal } = await attributes;
  if (refusal !== null) log.warn({ refusal, usable }, 'going without some search attributes');
  const parts = { endpoint, stores, tools, traces, client, usable, log, drafts, threads, prices, vectors };
  const { activities, retrieval } = activitiesOf(config, parts);
  opened.use(retrieval);
  const identity = workerIdentity(stores.holds === null ? null : (stores.holds.shared ?? stores.holds.own));
  return { activities, retrieval, register, traces, client, limiters, identity, modelUrl: endpoint.url };
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

type ActivityParts = {
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
  vectors: EmbeddedSearchOptions | null;
};

function activitiesOf(config: Config, parts: ActivityParts) {
  const { endpoint, stores, prices, traces, client, usable, log, threads, tools, vectors } = parts;
  const { journal, sharedReplies, content, holds } = stores;
  journal.prune().then(
    (removed) => log.debug({ removed }, 'pruned the journal'),
    (error: unknown) => log.warn({ err: error }, 'could not prune the journal'),
  );
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
async function vectorsOf({ embeddings }: Config, log: Logger): Promise<EmbeddedSearchOptions | null> {
  if (embeddings === null) return null;
  const { createOpenAiEmbeddings } = await import('../models/openai/embeddings.ts');
  const { weight, ...settings } = embeddings;
  const warn = (message: string) => log.warn(message);
  return { embeddings: { embed: createOpenAiEmbeddings(settings), settings, weight }, warn };
}
