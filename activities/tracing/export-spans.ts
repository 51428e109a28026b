/**
 * Sends the trace of a run that is over.
 *
 * 1. A trace is made of the run's history alone: every attempt makes the same spans, in the same order, under the same ids.
 * 2. How many spans have arrived travels by heartbeat, and the next attempt goes on there. None is left out; one that
 *    arrived after the last heartbeat is sent again, under its id.
 * 3. Texts are redacted before they are cut, so that no part of a secret is left at a cut.
 * 4. A history that is gone ends the export; every other failure is attempted again.
 */
import { Context } from '@temporalio/activity';
import { ApplicationFailure } from '@temporalio/common';
import type {
  ExportInput,
  ExportResult,
  SentSpan,
  SentTrace,
  Trace,
  TraceField,
  TraceSpan,
} from '../../contracts/trace.ts';
import { readRunHistory } from '../../observability/read-run-history.ts';
import type { Redactor } from '../../lib/redaction.ts';
import { traceOfRun } from '../../observability/run-trace.ts';
import { spanIdOf } from '../../observability/trace-ids.ts';
import type { TraceSink } from '../../observability/trace-sink.ts';
import { heartbeats } from '../context.ts';

/** What the export needs of the outside. */
export type TraceExport = {
  sink: TraceSink;
  redactor: Redactor;
  environment: string;
  release: string | null;
  /** Starts the export workflow of a run, unless it was started before. */
  start(input: ExportInput): Promise<void>;
  /** Told that a run's trace has arrived. */
  onSent(input: ExportInput): void;
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

/**
 * Starts the workflow that exports a run's trace; a server would not start the child of a run that ends
 * (temporalio/temporal#2829).
 * @returns the run that it was for
 */
export const startExport =
  ({ sink, start }: Pick<TraceExport, 'sink' | 'start'>) =>
  async (input: ExportInput): Promise<string> => {
    if (sink.kind !== 'none') await start(input);
    return input.runId;
  };

/** @throws Error for whatever has not arrived */
export const exportSpans =
  (traces: TraceExport) =>
  async (input: ExportInput): Promise<ExportResult> => {
    const context = Context.current();
    const signal = AbortSignal.any([context.cancellationSignal, traces.giveUp]);
    let sent = sentBefore(context.info.heartbeatDetails);
    using _beats = heartbeats(() => ({ sent }));
    const history = await traces.readHistory(input, signal);
    if (history === null)
      throw ApplicationFailure.nonRetryable(`the history of ${input.workflowId} is gone`, 'HistoryGone');
    const trace = await renderTrace(traceOfRun(readRunHistory(history), input), input, traces);
    const onSent = (spans: number) => {
      sent = spans;
      context.heartbeat({ sent });
    };
    await traces.sink.send(trace, { signal, sent, onSent });
    traces.onSent(input);
    return { traceId: trace.traceId, spans: trace.spans.length };
  };

function sentBefore(details: unknown): number {
  const sent = (details as { sent?: unknown } | undefined)?.sent;
  return typeof sent === 'number' ? sent : 0;
}

async function renderTrace(trace: Trace, input: ExportInput, traces: TraceExport): Promise<SentTrace> {
  const spans: SentSpan[] = [];
  const parts = { traceId: trace.traceId, redactor: traces.redactor, render: traces.renderer() };
  for (const span of trace.spans) spans.push(await renderSpan(span, parts));
  const { environment, release } = traces;
  const shown = traces.redactor.value({ ...trace, spans: [] }) as Trace;
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
