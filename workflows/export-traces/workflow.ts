/**
 * Sends the traces of runs that are over, apart from them: one exporter for each task queue, which runs are handed over
 * to by a signal that starts it where none is open.
 *
 * 1. It keeps the ids of runs, a bounded number in one execution, and continues as new.
 * 2. Traces are sent side by side, so many at a time, on a queue of their own: an outage of the trace server takes no
 *    slot that answers need.
 * 3. It ends when it has been idle for a while. A signal that arrives meanwhile makes the server refuse that end.
 */
import {
  ActivityFailure,
  ApplicationFailure,
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
  WaitingExport,
} from '../../contracts/trace.ts';
import { validInput } from '../input/valid-input.ts';
import { TraceExporter, type Trouble } from './exporter.ts';

export const exportSignal = defineSignal<[ExportInput[]]>(signals.export);
export const exportsQuery = defineQuery<ExporterState>(queries.exports);

const mostEvents = 4000;

export async function exportTraces(given: Partial<ExporterInput>): Promise<ExporterEnding> {
  const input = validInput('exportTraces', given) as ExporterInput;
  const exporter = new TraceExporter(input, { nowMs: () => Date.now(), isLong, tell: setCurrentDetails });
  setHandler(exportSignal, (runs) => exporter.take(runs));
  setHandler(exportsQuery, () => exporter.state());
  void wakeWhenIdle(exporter);
  for (;;) {
    for (let next = exporter.next(); next !== null; next = exporter.next()) void sendOne(exporter, next);
    if (exporter.mustContinue()) return goOn(exporter);
    if (exporter.idleForLong()) return exporter.ending();
    const changed = () => exporter.mayStart() || exporter.mustContinue() || exporter.idleForLong();
    const waitMs = exporter.msUntilNext();
    if (waitMs === null) await condition(changed);
    else await condition(changed, waitMs);
  }
}

function isLong(): boolean {
  const { historyLength, continueAsNewSuggested } = workflowInfo();
  return continueAsNewSuggested || historyLength > mostEvents;
}

async function sendOne(exporter: TraceExporter, run: WaitingExport): Promise<void> {
  const { workflowId, runId, failed } = run;
  try {
    await exportSpans(`${workflowId}`)({ workflowId, runId, sent: failed?.sent ?? 0 });
    exporter.done(run);
  } catch (error) {
    const trouble = troubleOf(error);
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

/** What a failed export means for its run and for others; the spans that have arrived are in the details or the last heartbeat. */
function troubleOf(error: unknown): Trouble {
  const cause = error instanceof ActivityFailure ? error.cause : error;
  const reason = cause instanceof Error ? cause.message : String(cause);
  const details: unknown =
    cause instanceof TimeoutFailure ? cause.lastHeartbeatDetails : (cause as ApplicationFailure).details?.[0];
  const { sent } = (details ?? {}) as { sent?: unknown };
  const type = cause instanceof ApplicationFailure ? cause.type : null;
  const forGood = asideFailures.some((failure) => failure === type);
  return { reason, sent: typeof sent === 'number' ? sent : 0, forGood, ofOthers: type !== runGoesOn };
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
