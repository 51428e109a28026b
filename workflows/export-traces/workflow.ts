/**
 * Sends the traces of runs that are over, apart from them: one exporter for each task queue, which runs are handed over
 * to by a signal that starts it where none is open.
 *
 * 1. It keeps the ids of runs, a bounded number in one execution, and continues as new.
 * 2. Traces are sent in batches, so many at a time, on a queue of their own: an outage of the trace server takes no slot
 *    that answers need.
 * 3. It ends when it has been idle for a while. A signal that arrives meanwhile makes the server refuse that end.
 */
import {
  ActivityFailure,
  type ApplicationFailure,
  condition,
  continueAsNew,
  defineQuery,
  defineSignal,
  log,
  ParentClosePolicy,
  proxyActivities,
  setCurrentDetails,
  setHandler,
  sleep,
  startChild,
  TimeoutFailure,
  uuid4,
  workflowInfo,
} from '@temporalio/workflow';
import type { Activities } from '../../activities/index.ts';
import { asideFailures, exporterType, exportQueueOf, queries, runGoesOn, signals } from '../../contracts/names.ts';
import type {
  ExporterEnding,
  ExporterInput,
  ExporterState,
  ExportInput,
  ExportProgress,
  WaitingExport,
} from '../../contracts/trace.ts';
import { validInput } from '../input/valid-input.ts';
import { TraceExporter, type Trouble } from './exporter.ts';

export const exportSignal = defineSignal<[ExportInput[]]>(signals.export);
export const exportsQuery = defineQuery<ExporterState>(queries.exports);

const mostEvents = 4000;

/** Sends the traces of the runs of its task queue, which are handed over to it by a signal. */
export async function exportTraces(given: Partial<ExporterInput>): Promise<ExporterEnding> {
  const input = validInput('exportTraces', given) as ExporterInput;
  const exporter = new TraceExporter(input, { nowMs: () => Date.now(), isLong, tell: setCurrentDetails });
  setHandler(exportSignal, (runs) => exporter.take(runs));
  setHandler(exportsQuery, () => exporter.state());
  void wakeWhenIdle(exporter);
  for (;;) {
    for (let next = exporter.next(); next !== null; next = exporter.next()) void send(exporter, next);
    if (exporter.mustContinue()) return goOn(exporter);
    if (exporter.idleForLong()) return exporter.ending();
    const waitMs = exporter.msUntilNext();
    const dueMs = Date.now() + (waitMs ?? Infinity);
    const isSooner = () => Date.now() + (exporter.msUntilNext() ?? Infinity) < dueMs;
    const changed = () => exporter.mayStart() || exporter.mustContinue() || exporter.idleForLong() || isSooner();
    if (waitMs === null) await condition(changed);
    else await condition(changed, waitMs);
  }
}

function isLong(): boolean {
  const { historyLength, continueAsNewSuggested } = workflowInfo();
  return continueAsNewSuggested || historyLength > mostEvents;
}

async function send(exporter: TraceExporter, batch: readonly WaitingExport[]): Promise<void> {
  const runs = batch.map(({ workflowId, runId, failed }) => ({ workflowId, runId, sent: failed?.sent ?? 0 }));
  const of = runs.length === 1 ? '' : ` and ${runs.length - 1} more`;
  try {
    const { ended } = await exportSpans(`${runs[0]?.workflowId}${of}`)({ runs });
    settle(exporter, batch, { ended, sending: null }, null);
  } catch (error) {
    settle(exporter, batch, progressOf(error), causeOf(error).message);
  } finally {
    exporter.batchOver();
  }
}

/** @param reason why the attempts ended before all runs did; null: they did not */
function settle(
  exporter: TraceExporter,
  batch: readonly WaitingExport[],
  { ended, sending }: ExportProgress,
  reason: string | null,
): void {
  const ends = new Map(ended.map((end) => [end.runId, end]));
  for (const run of batch) {
    const end = ends.get(run.runId);
    if (end !== undefined && !('failure' in end)) {
      exporter.done(run);
      continue;
    }
    const trouble = end === undefined ? cutOff(run, sending, reason) : troubleOf(end.failure);
    if (exporter.failed(run, trouble) === 'aside') log.warn('a trace is put aside', { run, reason: trouble.reason });
  }
}

/** A few attempts, which a short outage or the death of a worker take; then others have their turn. */
function exportSpans(summary: string): Activities['exportSpans'] {
  const { exportSpans: call } = proxyActivities<Pick<Activities, 'exportSpans'>>({
    taskQueue: exportQueueOf(workflowInfo().taskQueue),
    startToCloseTimeout: '10m',
    heartbeatTimeout: '30s',
    retry: { initialInterval: '2s', backoffCoefficient: 2, maximumAttempts: 4 },
    summary,
  });
  return call;
}

/** What a failed export means for its run and for others. */
function troubleOf({ type, reason, sent }: { type: string; reason: string; sent: number }): Trouble {
  return { reason, sent, forGood: asideFailures.some((failure) => failure === type), ofOthers: type !== runGoesOn };
}

/** A run that the last attempt did not come to the end of. */
function cutOff({ runId }: WaitingExport, sending: ExportProgress['sending'], reason: string | null): Trouble {
  const sent = sending?.runId === runId ? sending.sent : 0;
  return { reason: reason ?? 'its batch ended without it', sent, forGood: false, ofOthers: true };
}

function causeOf(error: unknown): Error {
  const cause = error instanceof ActivityFailure ? error.cause : error;
  return cause instanceof Error ? cause : new Error(String(cause));
}

/** What attempts have come to is in the details of the last failure, or in the last heartbeat. */
function progressOf(error: unknown): ExportProgress {
  const cause = causeOf(error);
  const details: unknown =
    cause instanceof TimeoutFailure ? cause.lastHeartbeatDetails : (cause as ApplicationFailure).details?.[0];
  const { ended, sending } = (details ?? {}) as Partial<ExportProgress>;
  return { ended: Array.isArray(ended) ? ended : [], sending: sending ?? null };
}

/** One timer at a time, which work does not restart: at most one in an idle time. */
async function wakeWhenIdle(exporter: TraceExporter): Promise<void> {
  while (!exporter.idleForLong()) await sleep(exporter.msUntilIdleForLong(), { summary: 'idle' });
}

/** What waits beyond the measure of one execution, as after days without a trace server, goes to exporters of its own. */
async function goOn(exporter: TraceExporter): Promise<never> {
  for (const waiting of exporter.surplus()) {
    await startChild(exporterType, {
      workflowId: `${workflowInfo().workflowId}/${uuid4()}`,
      args: [{ waiting, idleSeconds: 60 }],
      parentClosePolicy: ParentClosePolicy.ABANDON,
    });
  }
  return continueAsNew<typeof exportTraces>(exporter.carry());
}
