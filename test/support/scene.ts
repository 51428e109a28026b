/** A scene for workflow tests: the real server, worker and activities on a data directory of its own, and a model that is scripted. */
import { ordinaryTransport } from '../../contracts/model/access.ts';
import assert from 'node:assert/strict';
import { randomUUID } from 'node:crypto';
import { mkdir, mkdtemp, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { basename, dirname, join } from 'node:path';
import { after, before } from 'node:test';
import { Client, Connection, type WorkflowHandle } from '@temporalio/client';
import type { Priority } from '@temporalio/common';
import { Worker } from '@temporalio/worker';
import { type Encryption, noEncryption } from '../../codecs/cipher.ts';
import { dataConverterOf, encodesFailures } from '../../codecs/data-converter.ts';
import type { StoreAddress } from '../../contracts/store-address.ts';
import type { ForeignServers } from '../../contracts/foreign/servers.ts';
import type { Config } from '../../config/config.ts';
import { noLimits } from '../../contracts/model/limits.ts';
import { dataPaths } from '../../config/data-paths.ts';
import type { AnswerOutcome, CallLimits, QuestionInput } from '../../contracts/run.ts';
import { PipelineSpec } from '../../contracts/pipeline.ts';
import type { RepositoryRef } from '../../contracts/snapshot.ts';
import { createLogger } from '../../observability/logging.ts';
import { createRedactor } from '../../lib/redaction.ts';
import { startWorker } from '../../worker/create-worker.ts';
import { channelArgsFor } from '../../runtime/temporal/channel-args.ts';
import { ownServer } from '../../runtime/host/server-address.ts';
import { workflowBundle } from '../../worker/workflow-bundle.ts';
import './quiet-runtime.ts';
import { OneReplayWorker } from './one-replay-worker.ts';
import './one-sandbox.ts';
import { retrievalThreads } from './retrieval-threads.ts';
import { sharedInFile } from './shared-in-file.ts';
import { checkout, testServer } from './temporal.ts';

/** Traces as JSON lines in the scene's data directory. */
export const tracesToFiles: Config['traces'] = {
  sink: 'file',
  langfuse: null,
  environment: 'test',
  release: null,
  promptLabel: null,
  redact: null,
};

const log = createLogger({ level: 'silent', file: null, redactor: createRedactor([]) });
const bundles = dataPaths(join(checkout, '.switchyard')).cache;

let maxCachedWorkflows = 100;

/**
 * For the scenes of a file whose tests neither wait nor measure: no workflow is kept in memory, so that each is replayed
 * from its history at every task.
 */
export function replayAtEachTask(): void {
  before(() => {
    maxCachedWorkflows = 0;
  });
  after(() => {
    maxCachedWorkflows = 100;
  });
}

export const quickLimits: CallLimits = {
  modelCallSeconds: 20,
  modelCallTotalSeconds: 60,
  modelCallAttempts: 4,
  heartbeatSeconds: 2,
};

export type SceneOptions = {
  modelUrl: string;
  dataDirectory?: string;
  /** True: another scene is in the data directory, too, and removes it. */
  keepsDirectory?: boolean;
  /** A folder of indexes that outlives the scene; else the scene makes its own. */
  index?: string;
  files?: Record<string, string>;
  timeoutSeconds?: number;
  traces?: Config['traces'];
  toolModules?: string[];
  foreignServers?: ForeignServers;
  encryption?: Encryption;
  sharedStore?: StoreAddress;
  webhook?: Config['webhook'];
  /** Of another scene, whose worker it shares the runs with; one of its own unless given. */
  taskQueue?: string;
  /** Activities at once; few make others take what this worker could have. */
  activitySlots?: number;
  /** Settings of the model that differ from a scene's own. */
  model?: Partial<Config['model']>;
};
export type AskOptions = Partial<
  Pick<
    QuestionInput,
    'forcedRoute' | 'limits' | 'repository' | 'session' | 'prompts' | 'user' | 'webhook' | 'forkOf' | 'thread' | 'notes'
  >
> & {
  pipeline: PipelineSpec;
  /** Of workers that the test starts itself. */
  taskQueue?: string;
  priority?: Priority;
};
export type Scene = Awaited<ReturnType<typeof openOwnScene>>;

/** A scene of one's own; where a file shares its scenes (`shareScenes`), one that an earlier test has left. */
export async function openScene(options: SceneOptions): Promise<Scene> {
  const scenes = Object.keys(options).length === 1 ? sharedInFile()?.scenes : undefined;
  if (scenes === undefined) return await openOwnScene(options);
  const there = scenes.get(options.modelUrl) as (Scene & { close: () => Promise<void> }) | undefined;
  scenes.delete(options.modelUrl);
  if (there !== undefined) return there;
  const scene = await openOwnScene(options);
  const close = () => scene[Symbol.asyncDispose]();
  const leave = async () => {
    if (await scene.replayAll()) scenes.set(options.modelUrl, left);
    else await close();
  };
  const left = { ...scene, close, [Symbol.asyncDispose]: leave };
  return left;
}

async function openOwnScene(options: SceneOptions) {
  const server = await testServer();
  const dataDirectory = options.dataDirectory ?? (await makeDataDirectory());
  const repository = await writeFolder(join(dataDirectory, 'repository'), options.files ?? defaultFiles);
  const config = configOf(options, dataDirectory);
  const { taskQueue } = config;
  const connection = await Connection.connect({ address: server.address, ...channelArgsFor(server.address) });
  const client = new Client({ connection, namespace: server.namespace, ...dataConverterOf(config.encryption) });
  const started: WorkflowHandle[] = [];
  if (options.index !== undefined) await symlink(options.index, join(dataDirectory, 'index'));
  const { activitySlots } = options;
  const slots = activitySlots === undefined ? {} : { maxConcurrentActivities: activitySlots };
  const tuning = { maxCachedWorkflows, retrievalThreads, workflowsInThisThread: true, ...slots };
  const worker = await startWorker(config, ownServer(server.address, server.namespace), log, tuning);
  const start = async (question: string, { taskQueue: queue = taskQueue, priority = {}, ...ask }: AskOptions) => {
    const input = questionInput(question, repository, ask);
    const workflowId = `test-${randomUUID()}`;
    const handle = await client.workflow.start('answerQuestion', {
      ...{ args: [input], taskQueue: queue, workflowId, priority },
    });
    started.push(handle);
    return handle;
  };
  return {
    config,
    client,
    address: server.address,
    serverDirectory: server.dataDirectory,
    dataDirectory,
    taskQueue,
    worker,
    start,
    /** Of a run that the test deletes: it can't be replayed at the end. */
    forget({ workflowId }: WorkflowHandle): void {
      const at = started.findIndex((handle) => handle.workflowId === workflowId);
      if (at !== -1) started.splice(at, 1);
    },
    async ask(question: string, ask: AskOptions): Promise<AnswerOutcome> {
      const handle = await start(question, ask);
      return (await handle.result()) as AnswerOutcome;
    },
    /** Whether all have ended. */
    replayAll: () => replay(started.splice(0), options.encryption ?? noEncryption),
    async [Symbol.asyncDispose]() {
      await worker.stop();
      await replay(started, options.encryption ?? noEncryption);
      await connection.close();
      if (!options.keepsDirectory) await rm(dataDirectory, { recursive: true, force: true });
      await server[Symbol.asyncDispose]();
    },
  };
}

function questionInput(
  question: string,
  repository: RepositoryRef,
  ask: Omit<AskOptions, 'taskQueue' | 'priority'>,
): QuestionInput {
  return { question, repository, forcedRoute: null, limits: quickLimits, ...ask };
}

const replayWorkers = new Map<Encryption, OneReplayWorker>();

/** One for all scenes of this process with the same keys. */
export function replayWorkerOf(encryption: Encryption): OneReplayWorker {
  const there = replayWorkers.get(encryption);
  if (there !== undefined) return there;
  const made = new OneReplayWorker(async function* (histories) {
    const bundle = await workflowBundle(bundles, { encodesFailures: encodesFailures(encryption) });
    yield* Worker.runReplayHistories({ workflowBundle: bundle, ...dataConverterOf(encryption) }, histories);
  });
  replayWorkers.set(encryption, made);
  return made;
}

/**
 * Every workflow that a scene starts is replayed from its own history at the end.
 * @returns whether all have ended
 */
async function replay(handles: readonly WorkflowHandle[], encryption: Encryption): Promise<boolean> {
  let ended = true;
  for (const handle of handles) {
    const history = await historyOf(handle);
    const error = await replayWorkerOf(encryption).replay(history, handle.workflowId);
    if (error) throw new Error(handle.workflowId, { cause: error });
    ended &&= history.events?.at(-1)?.workflowExecutionCompletedEventAttributes != null;
  }
  return ended;
}

async function historyOf(handle: WorkflowHandle) {
  const history = await handle.fetchHistory();
  // The replayer takes the run's id from here, where a reset leaves that of the first run.
  const started = history.events?.[0]?.workflowExecutionStartedEventAttributes;
  if (started) started.originalExecutionRunId = (await handle.describe()).runId;
  assert.ok((history.events?.length ?? 0) > 3, 'a workflow that never ran proves nothing');
  return history;
}

/** Its store has the folder's name: no name of this machine enters a history that is stored. */
async function makeDataDirectory(): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'switchyard-scene-'));
  await writeFile(dataPaths(folder).storeName, `${basename(folder)}\n`, { mode: 0o600 });
  return folder;
}

function configOf(options: SceneOptions, dataDirectory: string): Config {
  const { modelUrl, timeoutSeconds = 20 } = options;
  const names = { router: 'test-model', specialist: 'test-model', judge: 'test-model', synthesizer: 'test-model' };
  const times = {
    timeoutSeconds,
    reasoningTokens: 0,
    capabilitiesFile: null,
    capabilities: [],
    attempts: 4,
    heartbeatSeconds: 2,
    circuit: { failures: 10, seconds: 15 },
    limits: { model: noLimits, fallback: noLimits },
    fallback: null,
    personWaitDays: 30,
  };
  return {
    dataDirectory,
    indexDirectory: dataDirectory,
    sharedStore: options.sharedStore ?? null,
    encryption: { file: null, ...(options.encryption ?? noEncryption) },
    codecServer: { endpoint: null, token: null },
    retentionDays: 90,
    taskQueue: options.taskQueue ?? `scene-${randomUUID()}`,
    deployment: null,
    temporal: { executable: null, external: true, uiUrl: null, environment: {} },
    model: {
      apiKey: 'sk-test',
      baseUrl: modelUrl,
      offline: false,
      pricesFile: null,
      ...names,
      ...times,
      ...ordinaryTransport,
      ...options.model,
    },
    tenant: null,
    user: null,
    webhook: options.webhook ?? null,
    embeddings: null,
    traces: options.traces ?? { ...tracesToFiles, sink: 'none' },
    serve: { keys: [], file: null },
    metricsAddress: null,
    toolModules: options.toolModules ?? [],
    foreignServers: { file: null, servers: options.foreignServers ?? {}, network: ordinaryTransport.access.network },
    offlineFaults: null,
    offlinePaceMs: 0,
    logLevel: 'silent',
  };
}

/** Files by their path in the folder. */
export async function writeFolder(folder: string, files: Record<string, string>): Promise<RepositoryRef> {
  for (const [path, text] of Object.entries(files)) {
    await mkdir(dirname(join(folder, path)), { recursive: true });
    await writeFile(join(folder, path), text);
  }
  return { kind: 'path', path: folder };
}

export const defaultFiles = {
  'README.md': '# Kettle\n\nA small library that boils water.\n',
  'lib/kettle.js':
    'export function boil(water) {\n  if (water < 1) throw new Error("KETTLE_EMPTY");\n  return water * 100;\n}\n',
  'docs/guide.md': '# Guide\n\nCall `boil` with the litres of water.\n',
};

const prompt = 'Answer from the repository.';

/** A two-route pipeline with a gate and no judge, changed as a test needs it. */
export function pipeline(more: Record<string, unknown> = {}): PipelineSpec {
  return PipelineSpec.parse({
    name: 'test',
    router: { fallback: 'docs' },
    specialists: [
      { name: 'code', purpose: 'functions', prompt, tools: ['search_code', 'read_lines'] },
      { name: 'docs', purpose: 'guides', prompt, tools: ['search_docs', 'read_lines'] },
    ],
    gate: { retryLimit: 2 },
    ...more,
  });
}
