/** A worker alone, for any Temporal server that @temporalio/envconfig names; 127.0.0.1:7233 without. */
import { once } from 'node:events';
import { mkdirSync } from 'node:fs';
import { flushCompileCache } from 'node:module';
import { loadConfig } from '../config/load-config.ts';
import { ConfigError } from '../config/read-config.ts';
import { messageOf, UsageError } from '../lib/errors.ts';
import { closeToOthers, keepFilesPrivate } from '../lib/fs.ts';
import { createLogger, type Logger } from '../observability/logging.ts';
import { startWorker } from './create-worker.ts';
import { redactorOf } from '../config/redactor.ts';
import { namedServer } from '../runtime/host/server-address.ts';
import { stopSignal } from '../runtime/host/stop-signals.ts';
import { installTemporalRuntime } from './temporal-runtime.ts';

/** Where metrics are served unless a setting says otherwise. */
const defaultMetrics = '127.0.0.1:9464';

const endWithinMs = 5_000;

/** Temporal's library tells the whole reply of a server that refuses. */
function startFailureText(message: string): string {
  if (!/PermissionDenied|Unauthenticated/.test(message)) return message;
  return `the Temporal server refuses this worker (${message.split(': Status {', 1)[0]}): check TEMPORAL_API_KEY and the certificate`;
}

async function untilAborted(stop: AbortSignal): Promise<null> {
  if (!stop.aborted) await once(stop, 'abort');
  return null;
}

/** Several workers may start at once on one machine: the default makes none of them fail, whoever gets it. */
function installWithDefaultMetrics(log: Logger): void {
  try {
    installTemporalRuntime(log, defaultMetrics);
  } catch {
    log.warn(`${defaultMetrics} is taken: no metrics; set SWITCHYARD_METRICS_ADDRESS`);
    installTemporalRuntime(log, null);
  }
}

async function work(): Promise<void> {
  keepFilesPrivate();
  const config = loadConfig(process.env);
  mkdirSync(config.dataDirectory, { recursive: true, mode: 0o700 });
  closeToOthers(config.dataDirectory);
  const log = createLogger({ level: config.logLevel, file: null, redactor: redactorOf(config) });
  const stop = stopSignal();
  if (config.metricsAddress === null) installWithDefaultMetrics(log);
  else installTemporalRuntime(log, config.metricsAddress);
  const server = namedServer(config);
  const worker = await startWorker(config, server, log);
  process.stdout.write(`worker ready: ${server.address}, namespace ${server.namespace}, queue ${config.taskQueue}\n`);
  // Node writes it at the end of a process only: one that is killed would leave nothing.
  flushCompileCache();
  const why = await Promise.race([untilAborted(stop), worker.ended]);
  await worker.stop();
  if (why !== null) throw new Error(`the worker stopped: ${why}`);
}

try {
  await work();
} catch (error) {
  process.stderr.write(`${startFailureText(messageOf(error))}\n`);
  // What a start that failed halfway leaves open must not keep the process.
  setTimeout(() => process.exit(), endWithinMs).unref();
  process.exitCode = error instanceof UsageError || error instanceof ConfigError ? 2 : 1;
}
