/** Puts together what the export of traces needs: a sink, the histories, and the renderer of what they refer to. */
import { type Client, isGrpcServiceError, WorkflowNotFoundError } from '@temporalio/client';
import type { History } from '@temporalio/common/lib/proto-utils.js';
import type { TraceExport } from '../../activities/tracing/export-spans.ts';
import { createCipher } from '../../codecs/cipher.ts';
import type { Config } from '../../config/config.ts';
import { dataPaths } from '../../config/data-paths.ts';
import { exporterIdOf, exporterType, queries, signals } from '../../contracts/names.ts';
import type { ExporterInput, ExporterState, ExportInput } from '../../contracts/trace.ts';
import { clearPayloads } from '../../observability/clear-history.ts';
import { createFileSink, noSink, type TraceSink } from '../../observability/trace-sink.ts';
import { createLangfuseSink } from '../../observability/langfuse-sink.ts';
import { runUrl } from '../../observability/run-link.ts';
import { ownServerName, serverName } from '../../runtime/temporal/known-servers.ts';
import type { CallRegister } from '../call-register.ts';
import { HandOvers } from './hand-overs.ts';
import { redactorOf } from '../../config/redactor.ts';
import { renderingOver, type Stores } from './rendering.ts';
import { sweepTraces } from './trace-sweep.ts';
import type { ServerAddress } from '../../runtime/host/server-address.ts';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';

export type TraceParts = {
  exportOver(stores: Stores): TraceExport;
  /** One call of the server, of runs that have ended or are about to. */
  handOver(runs: ExportInput[]): Promise<void>;
  /** Resolves when all that this worker has handed over is sent, or when the time is over: then what is in flight gives up. */
  drain(limitMs: number): Promise<void>;
  /** Hands over the runs that could not do it themselves; nothing depends on it. */
  sweep(): Promise<void>;
};

/** A sweep is one question to the server: at the start, and with a run that ends so long after the last. */
const sweepEveryMs = 3600_000;

/** @param register keeps runs that are ending; without one the exporter is told of each at once */
export function traceExportOf(
  config: Config,
  server: ServerAddress,
  client: Client,
  register: Pick<CallRegister, 'addEnding'> = { addEnding: () => null },
): TraceParts {
  const { environment, release } = config.traces;
  const sink = sinkOf(config);
  const pending = createPendingExports(() => openExports(client, config.taskQueue));
  const handOver = async (runs: ExportInput[]) => {
    // Before the signal: its export may be over before the reply is here.
    for (const run of runs) pending.add(run);
    try {
      await signalExporter(client, config.taskQueue, runs);
    } catch (error) {
      for (const run of runs) pending.delete(run);
      throw error;
    }
  };
  let sweptMs = Number.NEGATIVE_INFINITY;
  const sweep = async () => {
    if (sink.kind === 'none' || performance.now() - sweptMs < sweepEveryMs) return;
    sweptMs = performance.now();
    const { taskQueue } = config;
    const markFile = sweepMarkOf(config, server);
    await sweepTraces({ client, taskQueue, sink, handOver, markFile, signal: pending.giveUp });
  };
  const tell = async (runs: ExportInput[]) => {
    await handOver(runs);
    sweep().catch(() => {}); // the next start tries it again
  };
  const handOvers = new HandOvers(register, tell);
  const exportOver = (stores: Stores): TraceExport => ({
    sink,
    redactor: redactorOf(config),
    environment,
    release,
    handOver: tell,
    handOverSoon: (run) => handOvers.soon(run),
    onSettled: (input) => pending.delete(input),
    giveUp: pending.giveUp,
    readHistory: (input, signal) => readEnded(client, input, signal),
    ...renderingOver(config, stores),
    webUrlOf: ({ workflowId, runId }) => runUrl(server.webUrl, server.namespace, workflowId, runId),
  });
  const drain = async (limitMs: number) => {
    const startMs = Date.now();
    const flushed = handOvers.flush().catch(() => {}); // they stay in the register
    await Promise.race([flushed, sleep(limitMs, undefined, { ref: false })]);
    await pending.drain(Math.max(0, startMs + limitMs - Date.now()));
  };
  return { exportOver, handOver, drain, sweep };
}

function sweepMarkOf({ dataDirectory, taskQueue, temporal }: Config, { isOwn, address, namespace }: ServerAddress) {
  const name = isOwn && !temporal.external ? ownServerName : serverName(address, namespace);
  return join(dataPaths(dataDirectory).sweptTraces, encodeURIComponent(`${name}/${taskQueue}`));
}

/** One call of the server: it starts the exporter of the queue where none is open. */
async function signalExporter(client: Client, taskQueue: string, runs: ExportInput[]): Promise<void> {
  const input: Partial<ExporterInput> = {};
  await client.workflow.signalWithStart(exporterType, {
    workflowId: exporterIdOf(taskQueue),
    taskQueue,
    signal: signals.export,
    signalArgs: [runs],
    args: [input],
    staticSummary: `sends the traces of runs on ${taskQueue}`,
  });
}

/** Run ids that the exporter still has to do with; none where it does not say: nothing is waited for then. */
async function openExports(client: Client, taskQueue: string): Promise<ReadonlySet<string>> {
  const state = await client.workflow
    .getHandle(exporterIdOf(taskQueue))
    .query<ExporterState>(queries.exports)
    .catch(() => null);
  return new Set([...(state?.sending ?? []), ...(state?.waiting ?? [])].map(({ runId }) => runId));
}

function sinkOf({ traces: { sink, langfuse }, dataDirectory, encryption }: Config): TraceSink {
  if (sink === 'langfuse' && langfuse !== null) return createLangfuseSink(langfuse);
  return sink === 'none' ? noSink : createFileSink(dataPaths(dataDirectory).traces, createCipher(encryption.keys));
}

/** The gRPC status of a run that the server does not know. */
const notFound = 5;

/** Waits until the run has ended. Null: its history is gone. */
async function readEnded(
  client: Client,
  { workflowId, runId }: ExportInput,
  signal: AbortSignal,
): Promise<History | null> {
  const handle = client.workflow.getHandle(workflowId, runId, { followRuns: false });
  try {
    return await client.connection.withAbortSignal(signal, async () => {
      let history = await handle.fetchHistory();
      if (!hasEnded(history)) {
        // How it ended is in the history.
        await handle.result().catch((error: unknown) => {
          if (error instanceof WorkflowNotFoundError) throw error;
          signal.throwIfAborted();
        });
        history = await handle.fetchHistory();
      }
      return await clearPayloads(history, client);
    });
  } catch (error) {
    const gone = isGrpcServiceError(error) && error.code === notFound;
    if (gone || error instanceof WorkflowNotFoundError) return null;
    throw error;
  }
}

/** A run ends with its last event. */
function hasEnded({ events }: History): boolean {
  const last = events?.at(-1);
  return Boolean(
    last?.workflowExecutionCompletedEventAttributes ??
      last?.workflowExecutionFailedEventAttributes ??
      last?.workflowExecutionCanceledEventAttributes ??
      last?.workflowExecutionTerminatedEventAttributes ??
      last?.workflowExecutionTimedOutEventAttributes ??
      last?.workflowExecutionContinuedAsNewEventAttributes,
  );
}

// Counts the runs that this worker has handed over, so that a short-lived command can give them a moment before it ends.

type PendingExports = {
  add(run: ExportInput): void;
  delete(run: ExportInput): void;
  /** Aborted once exports in flight are to give up; Temporal has them tried again at the next start. */
  giveUp: AbortSignal;
  /** Resolves when none is pending, or when the time is over; whatever is in flight then gives up. */
  drain(limitMs: number): Promise<void>;
};

const lookEveryMs = 500;
/** Beside other workers, which send what this one hands over, it hears of few. */
const mostPending = 500;

/** @param openRuns asks the server: another worker may have sent what this one has handed over */
export function createPendingExports(openRuns: () => Promise<ReadonlySet<string>>): PendingExports {
  const pending = new Set<string>();
  const giveUp = new AbortController();
  let onEmpty = () => {};
  const remove = (runId: string) => {
    pending.delete(runId);
    if (pending.size === 0) onEmpty();
  };
  return {
    add({ runId }) {
      pending.add(runId);
      const [oldest] = pending;
      if (pending.size > mostPending && oldest !== undefined) pending.delete(oldest);
    },
    delete: ({ runId }) => remove(runId),
    giveUp: giveUp.signal,
    async drain(limitMs) {
      const done = new AbortController();
      onEmpty = () => done.abort();
      for (const endMs = Date.now() + limitMs; pending.size > 0 && Date.now() < endMs; ) {
        await sleep(Math.min(lookEveryMs, endMs - Date.now()), undefined, { signal: done.signal }).catch(() => {});
        if (pending.size === 0) break;
        // A query waits for a worker, which may have stopped already.
        const open = await Promise.race([openRuns(), sleep(Math.max(0, endMs - Date.now()), pending, { ref: false })]);
        for (const runId of pending) if (!open.has(runId)) remove(runId);
      }
      giveUp.abort(new Error('the worker stops; the trace is sent at its next start'));
    },
  };
}
