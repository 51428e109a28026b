/**
 * Sends the trace of a run that is over.
 *
 * 1. A trace is made of the run's history alone: every attempt makes the same spans, in the same order, under the same ids.
 * 2. How many spans have arrived travels by heartbeat and in the details of failures, and the next attempt goes on there.
 *    None is left out; one that arrived after the last heartbeat is sent again, under its id.
 * 3. A trace that the sink holds is not sent again, however late, and to whomever, its run was handed over again.
 * 4. Texts are redacted before they are cut, so that no part of a secret is left at a cut.
 * 5. A failure says whether it is this run's alone: a history that is gone or makes no trace, or a trace that is refused.
 */
import { Context } from '@temporalio/activity';
import { ApplicationFailure } from '@temporalio/common';
import type {
  ExportInput,
  ExportResult,
  ExportTask,
  SentSpan,
  SentTrace,
  Trace,
  TraceField,
  TraceSpan,
} from '../../contracts/trace.ts';
import type { asideFailures, runGoesOn } from '../../contracts/names.ts';
import { messageOf } from '../../lib/errors.ts';
import { readRunHistory } from '../../observability/read-run-history.ts';
import { type Redactor, readingOnce } from '../../lib/redaction.ts';
import type { RunHistory } from '../../observability/run-history.ts';
import { traceOfRun } from '../../observability/run-trace.ts';
import { spanIdOf } from '../../observability/trace-ids.ts';
import { TraceRefused, type TraceSink } from '../../observability/trace-sink.ts';
import { heartbeats } from '../context.ts';

/** What the export needs of the outside. */
export type TraceExport = {
  sink: TraceSink;
  redactor: Redactor;
  environment: string;
  release: string | null;
  /** Tells the exporter, which is started where none is open, of runs that are over or about to be. */
  handOver(runs: ExportInput[]): Promise<void>;
  /** Told that nothing more is to be waited for: a run's trace has arrived, or its export has failed. */
  onSettled(input: ExportInput): void;
  /** Aborted when the worker stops. */
  giveUp: AbortSignal;
  /** The history of a run in Temporal's JSON form, once the run has ended. Null: it is gone. */
  readHistory(input: ExportInput, signal: AbortSignal): Promise<unknown>;
  /** A renderer for one trace, which reads each stored text once: turns share what came before them. */
  renderer(): Render;
  webUrlOf(input: ExportInput): string | null;
};

/** What a field shows: a value, or the text that history only refers to; a note where this machine does not hold it. */
export type Render = (field: TraceField) => Promise<unknown>;

/** Characters of one field. */
const fieldCharacters = 16_000;

/** A run is handed over just before it ends. */
const endsWithinMs = 60_000;

/** @returns the run that was handed over: one that was reset to a step behind the call finds another's id */
export const handOver =
  ({ sink, handOver: tell }: Pick<TraceExport, 'sink' | 'handOver'>) =>
  async (input: ExportInput): Promise<string> => {
    if (sink.kind !== 'none') await tell([input]);
    return input.runId;
  };

/** @throws ApplicationFailure for whatever has not arrived, with the number of spans that have in its details */
export const exportSpans =
  (traces: TraceExport) =>
  async ({ sent: before, ...input }: ExportTask): Promise<ExportResult> => {
    const context = Context.current();
    const signal = AbortSignal.any([context.cancellationSignal, traces.giveUp]);
    const progress = { sent: Math.max(before, sentBefore(context.info.heartbeatDetails)) };
    using _beats = heartbeats(() => progress);
    try {
      const history = await endedHistory(traces, input, signal);
      const trace = await readable(() => renderTrace(traceOfRun(history, input), input, traces));
      const spans = trace.spans.length;
      const about = { traceId: trace.traceId, endMs: history.endMs ?? 0 };
      if (progress.sent === 0 && (await traces.sink.holds(about, signal))) progress.sent = spans;
      const onSent = (arrived: number) => {
        progress.sent = arrived;
        context.heartbeat(progress);
      };
      await traces.sink.send(trace, { signal, sent: progress.sent, onSent });
      traces.onSettled(input);
      return { traceId: trace.traceId, spans };
    } catch (error) {
      context.cancellationSignal.throwIfAborted();
      const failure = failureOf(error, progress, traces.redactor);
      if (failure.nonRetryable) traces.onSettled(input);
      throw failure;
    }
  };

type Failure = (typeof asideFailures)[number] | typeof runGoesOn;

/** What no other attempt can mend. */
class ExportFailure extends Error {
  readonly type: Failure;

  constructor(type: Failure, message: string) {
    super(message);
    this.type = type;
  }
}

function failureOf(error: unknown, progress: { sent: number }, redactor: Redactor): ApplicationFailure {
  const type = error instanceof TraceRefused ? 'TraceRefused' : error instanceof ExportFailure ? error.type : 'NotSent';
  return ApplicationFailure.create({
    message: String(redactor.value(messageOf(error))).slice(0, 500),
    type,
    nonRetryable: type !== 'NotSent',
    details: [progress],
  });
}

async function endedHistory(traces: TraceExport, input: ExportInput, signal: AbortSignal): Promise<RunHistory> {
  const tooLong = AbortSignal.timeout(endsWithinMs);
  let history: unknown;
  try {
    history = await traces.readHistory(input, AbortSignal.any([signal, tooLong]));
  } catch (error) {
    if (signal.aborted || !tooLong.aborted) throw error;
    throw new ExportFailure('RunGoesOn', `${input.workflowId} has not ended`);
  }
  if (history === null) throw new ExportFailure('HistoryGone', `the history of ${input.workflowId} is gone`);
  return readable(() => readRunHistory(history));
}

/** The same bytes would make the same mistake. */
async function readable<Read>(read: () => Read | Promise<Read>): Promise<Read> {
  try {
    return await read();
  } catch (error) {
    throw new ExportFailure('TraceUnreadable', `no trace can be made of the history: ${messageOf(error)}`);
  }
}

function sentBefore(details: unknown): number {
  const sent = (details as { sent?: unknown } | undefined)?.sent;
  return typeof sent === 'number' ? sent : 0;
}

async function renderTrace(trace: Trace, input: ExportInput, traces: TraceExport): Promise<SentTrace> {
  const spans: SentSpan[] = [];
  // Each turn of a conversation holds the texts of the turns before.
  const redactor = readingOnce(traces.redactor);
  const parts = { traceId: trace.traceId, redactor, render: traces.renderer() };
  for (const span of trace.spans) spans.push(await renderSpan(span, parts));
  const { environment, release } = traces;
  const shown = redactor.value({ ...trace, spans: [] }) as Trace;
  return { ...shown, spans, environment, release, webUrl: traces.webUrlOf(input) };
}

type Parts = { traceId: string; redactor: Redactor; render: Render };

async function renderSpan(span: TraceSpan, { traceId, redactor, render }: Parts): Promise<SentSpan> {
  const { key, parent } = span;
  const field = async (of: TraceField | null) => (of === null ? null : shortened(redactor.value(await render(of))));
  const [input, output] = [await field(span.input), await field(span.output)];
  const { thinking, ...rest } = span;
  const clean = redactor.value({ ...rest, input: null, output: null }) as TraceSpan;
  const thought = thinking === undefined ? {} : { thinking: await field(thinking) };
  const metadata = Object.fromEntries(Object.entries(clean.metadata).map(([name, value]) => [name, shortened(value)]));
  const ids = { id: spanIdOf(traceId, key), parentId: parent === null ? null : spanIdOf(traceId, parent) };
  return { ...clean, key, parent, ...ids, metadata: { ...metadata, ...thought }, input, output };
}

/** A value as it is, or the beginning of its text. */
function shortened(value: unknown): unknown {
  const text = typeof value === 'string' ? value : (JSON.stringify(value) ?? '');
  if (text.length <= fieldCharacters) return value;
  return `${text.slice(0, fieldCharacters)}… [cut: ${text.length} characters in all]`;
}
