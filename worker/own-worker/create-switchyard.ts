/** Everything of our worker but the worker: for one of one's own, on a task queue of one's own. */
import { mkdirSync } from 'node:fs';
import type { DataConverter } from '@temporalio/common';
import type { NativeConnection } from '@temporalio/worker';
import type { Activities } from '../../activities/index.ts';
import { InvalidInput } from '../../application/errors.ts';
import { questionClient, type SwitchyardClient } from '../../application/program/client.ts';
import { readSettings } from '../../application/read-settings.ts';
import { serverSession } from '../../application/session/session.ts';
import { dataConverterOf } from '../../codecs/data-converter.ts';
import type { Config } from '../../config/config.ts';
import { redactorOf } from '../../config/redactor.ts';
import { closeToOthers } from '../../lib/fs.ts';
import { createLogger, type Logger } from '../../observability/logging.ts';
import { namedServer } from '../../runtime/host/server-address.ts';
import { connectTo } from '../create-worker.ts';
import { activitySlots, drainSeconds } from '../worker-limits.ts';
import { openParts } from '../worker-parts.ts';
import { workflowsPath } from '../workflow-bundle.ts';
import { SwitchyardPlugin } from './plugin.ts';

/** For which worker, by which settings. */
export type OwnWorkerOptions = {
  /** Of the worker that gets the plugin. */
  taskQueue: string;
  /** By the names of .env.example, over those of the environment: `{ SWITCHYARD_HOME: '/var/lib/answers' }`. */
  settings?: Readonly<Record<string, string>>;
  /**
   * Of the program, where it has one: payload codecs over the SDK's JSON. In place of encryption by the settings; the
   * command line cannot read such runs.
   */
  dataConverter?: DataConverter;
};

/** What a worker of one’s own is given, and a client. */
export type OwnWorker = AsyncDisposable & {
  /** For `plugins` of `Worker.create`; a client of one's own that reads runs takes it, too. Experimental, as plugins of the SDK are. */
  plugin: SwitchyardPlugin;
  /** The plugin brings them; here for a worker without it. */
  activities: Activities;
  /** The file with our workflows alone, for a worker without workflows of its own. */
  workflowsPath: string;
  /** The plugin brings it to a worker that names none. */
  connection: NativeConnection;
  taskQueue: string;
  client: SwitchyardClient;
  /** Resolves when the traces of the runs that have ended here are sent, after five seconds at the latest. To be called before the worker is shut down. */
  drain(): Promise<void>;
};

/**
 * Opens stores, model, retrieval and connections for a worker of one's own, which is given the plugin. Disposal, once that
 * worker has ended, closes them. Temporal's `Runtime` (logger, metrics) is left to the program.
 * @throws InvalidInput for settings that are wrong; ServerUnavailable where the server that they name does not answer
 */
export async function createSwitchyard({ taskQueue, settings, dataConverter }: OwnWorkerOptions): Promise<OwnWorker> {
  const { config, log } = prepare({ ...settings, SWITCHYARD_TASK_QUEUE: taskQueue });
  if (dataConverter !== undefined && config.encryption.keys.length > 0)
    throw new InvalidInput('dataConverter', 'dataConverter and SWITCHYARD_ENCRYPTION_KEYS are both set: take one');
  const own = dataConverter === undefined ? {} : { dataConverter };
  const tell = (text: string) => log.warn(text);
  await using opening = new AsyncDisposableStack();
  const session = opening.use(
    await serverSession({ settings: config, onProgress: tell, signal: new AbortController().signal }, dataConverter),
  );
  const server = namedServer(config);
  const connection = await connectTo(server);
  opening.defer(() => connection.close());
  const parts = await openParts(opening, { config, server, connection, log, activitySlots, ...own });
  const converter = { ...dataConverterOf(config.encryption), ...own };
  const { namespace } = server;
  const plugin = new SwitchyardPlugin(
    { config, log, connection, namespace, parts, converter },
    opening.use(new DisposableStack()),
  );
  const opened = opening.move();
  return {
    plugin,
    activities: parts.activities,
    workflowsPath,
    connection,
    taskQueue,
    client: questionClient(session, config, tell),
    drain: () => parts.traces.drain(drainSeconds * 1000),
    [Symbol.asyncDispose]: () => opened.disposeAsync(),
  };
}

/** The settings of a program, a data directory that is there, and a log on stderr. @throws InvalidInput */
export function prepare(settings: Readonly<Record<string, string>>): { config: Config; log: Logger } {
  const config = readSettings(settings);
  mkdirSync(config.dataDirectory, { recursive: true, mode: 0o700 });
  closeToOthers(config.dataDirectory);
  return { config, log: createLogger({ level: config.logLevel, file: null, redactor: redactorOf(config) }) };
}
