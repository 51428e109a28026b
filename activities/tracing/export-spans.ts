/**
 * Sends the traces of runs that are over.
 *
 * 1. A trace is made of the run's history alone: every attempt makes the same spans, in the same order, under the same ids.
 * 2. How many spans have arrived travels by heartbeat and in the details of failures, and the next attempt goes on there.
 *    None is left out; one that arrived after the last heartbeat is sent again, under its id.
 * 3. A trace that the sink holds is not sent again, however late, and to whomever, its run was handed over again.
 * 4. Texts are redacted before they are cut, so that no part of a secret is left at a cut.
 * 5. What is one run's alone (a history that is gone or makes no trace, a trace that is refused) is its end in the batch, and
 *    holds up no other; where nothing takes traces the whole attempt fails, and the next goes on where it was.
 */
import { setImmediate } from 'node:timers/promises';
import { Context } from '@temporalio/activity';
import { ApplicationFailure } from '@temporalio/common';
import type { History } from '@temporalio/common/lib/proto-utils.js';
import type {
  Experiment,
  ExperimentAbout,
  ExportBatch,
  ExportEnd,
  ExportInput,
  ExportProgress,
  SentSpan,
  SentTrace,
  Trace,
  TraceField,
  TraceSpan,
} from '../../contracts/trace.ts';
import type { Usage } from '../../contracts/chat.ts';
import { type asideFailures, benchmarkEnvironmentOf, type runGoesOn } from '../../contracts/names.ts';
import { messageOf } from '../../lib/errors.ts';
import { readServerHistory } from '../../observability/read-run-history.ts';
import { type Redactor, readingOnce } from '../../lib/redaction.ts';
import type { RunHistory } from '../../observability/run-history.ts';
import { traceOfRun } from '../../observability/run-trace.ts';
import { spanIdOf } from '../../observability/trace-ids.ts';
import { type SendOptions, TraceRefused, type TraceSink } from '../../observability/trace-sink.ts';
import { type ActivityContext, heartbeats } from '../context.ts';

/** What the export needs of the outside. */
export type TraceExport = {
  sink: TraceSink;
  redactor: Redactor;
  environment: string;
  release: string | null;
  /** Tells the exporter, which is started where none is open, of runs that are over or about to be. */
  handOver(runs: ExportInput[]): Promise<void>;
  /** Resolves once a run that is about to end will be handed over, whatever becomes of this process. */
  handOverSoon(run: ExportInput): Promise<void>;
  /** Told that nothing more is to be waited for: a run's trace has arrived, or its export has failed. */
  onSettled(input: ExportInput): void;
  /** Aborted when the worker stops. */
  giveUp: AbortSignal;
  /** The history of a run, its payloads in clear, once the run has ended. Null: it is gone. */
  readHistory(input: ExportInput, signal: AbortSignal): Promise<History | null>;
  /** A renderer for one trace, which reads each stored text once: turns share what came before them. */
  renderer(): Render;
  /** What stands beside a run of a benchmark where experiments are compared; null where this machine does not hold it. */
  aboutExperiment(experiment: Experiment): Promise<ExperimentAbout | null>;
  /** By the prices of now, which tell the share of input and output; null where none is known. */
  costOf(model: string, usage: Usage): { input: number; output: number } | null;
  webUrlOf(input: ExportInput): string | null;
};

/** What a field shows: a value, or the text that history only refers to; a note where this machine does not hold it. */
export type Render = (field: TraceField) => Promise<unknown>;

/** Characters of one field. */
const fieldCharacters = 16_000;

/** A run is handed over just before it ends; one that goes on is looked at again later, so that it holds up nobody. */
const endsWithinMs = 2_000;

/** @returns the run that was handed over: one that was reset to a step behind the call finds another's id */
export const handOver =
  ({ sink, handOver: tell }: Pick<TraceExport, 'sink' | 'handOver'>) =>
  async (input: ExportInput): Promise<string> => {
    if (sink.kind !== 'none') await tell([input]);
    return input.runId;
  };

/**
 * Hands over a run that most likely ends with this activity. It never fails: a run that could not be handed over here
 * does it in its last task.
 */
export async function handOverOnTheWay(
  { sink, handOverSoon }: Pick<TraceExport, 'sink' | 'handOverSoon'>,
  { run, keep }: Pick<ActivityContext, 'run' | 'keep'>,
): Promise<void> {
  if (sink.kind === 'none') return;
  await handOverSoon(run).then(
    () => keep({ handedOver: run.runId }),
    () => {},
  );
}

/**
 * Sends the traces of runs, one after the other.
 * @returns what became of each
 * @throws ApplicationFailure where nothing takes traces now, with what has been done so far in its details
 */
export const exportSpans =
  (traces: TraceExport) =>
  async ({ runs }: ExportBatch): Promise<{ ended: ExportEnd[] }> => {
    const context = Context.current();
    const signal = AbortSignal.any([context.cancellationSignal, traces.giveUp]);
    const progress = progressBefore(context.info.heartbeatDetails);
    const ended = new Set(progress.ended.map(({ runId }) => runId));
    using _beats = heartbeats(() => progress);
    for (const { sent, ...input } of runs) {
      if (ended.has(input.runId)) continue;
      const before = progress.sending?.runId === input.runId ? progress.sending.sent : 0;
      const sending = { runId: input.runId, sent: Math.max(sent, before) };
      progress.sending = sending;
      const onSent = (arrived: number) => {
        sending.sent = arrived;
        context.heartbeat(progress);
      };
      try {
        const { traceId, spans } = await sendTrace(traces, input, { signal, sent: sending.sent, onSent });
        progress.ended.push({ runId: input.runId, traceId, spans });
      } catch (error) {
        context.cancellationSignal.throwIfAborted();
        const failure = failureOf(error, traces.redactor);
        if (failure.type === notSent)
          throw ApplicationFailure.create({ message: failure.reason, type: notSent, details: [progress] });
        progress.ended.push({ runId: input.runId, failure: { ...failure, sent: sending.sent } });
      }
      traces.onSettled(input);
      progress.sending = null;
    }
    return { ended: progress.ended };
  };

/** What attempts before this one have come to. */
function progressBefore(details: unknown): ExportProgress {
  const { ended, sending } = (details ?? {}) as Partial<ExportProgress>;
  return { ended: Array.isArray(ended) ? [...ended] : [], sending: sending ?? null };
}

async function sendTrace(
  traces: TraceExport,
  input: ExportInput,
  { sent, ...options }: SendOptions,
): Promise<{ traceId: string; spans: number }> {
  const history = await endedHistory(traces, input, options.signal);
  await setImmediate();
  const trace = await readable(() => renderTrace(traceOfRun(history, input), input, traces));
  const { traceId, spans } = trace;
  const isHeld = sent === 0 && (await traces.sink.holds({ traceId, endMs: history.endMs ?? 0 }, options.signal));
  await traces.sink.send(trace, { ...options, sent: isHeld ? spans.length : sent });
  return { traceId, spans: spans.length };
}

type Failure = (typeof asideFailures)[number] | typeof runGoesOn;

/** What no other attempt can mend. */
class ExportFailure extends Error {
  readonly type: Failure;

  constructor(type: Failure, message: string) {
    super(message);
    this.type = type;
  }
}

/** Nothing takes traces now: another attempt may find that something does. */
const notSent = 'NotSent';

function failureOf(error: unknown, redactor: Redactor): { type: string; reason: string } {
  const type = error instanceof TraceRefused ? 'TraceRefused' : error instanceof ExportFailure ? error.type : notSent;
  return { type, reason: String(redactor.value(messageOf(error))).slice(0, 500) };
}

async function endedHistory(traces: TraceExport, input: ExportInput, signal: AbortSignal): Promise<RunHistory> {
  const tooLong = AbortSignal.timeout(endsWithinMs);
  let history: History | null;
  try {
    history = await traces.readHistory(input, AbortSignal.any([signal, tooLong]));
  } catch (error) {
    if (signal.aborted || !tooLong.aborted) throw error;
    throw new ExportFailure('RunGoesOn', `${input.workflowId} has not ended`);
  }
  if (history === null) throw new ExportFailure('HistoryGone', `the history of ${input.workflowId} is gone`);
  const found = history;
  // In the same turn it was decoded: a reply that has arrived meanwhile goes first.
  await setImmediate();
  return readable(() => readServerHistory(found));
}

/** The same bytes would make the same mistake. */
async function readable<Read>(read: () => Read | Promise<Read>): Promise<Read> {
  try {
    return await read();
  } catch (error) {
    throw new ExportFailure('TraceUnreadable', `no trace can be made of the history: ${messageOf(error)}`);
  }
}

/** Every field rendered, redacted, then cut. */
export async function renderTrace(trace: Trace, input: ExportInput, traces: Rendering): Promise<SentTrace> {
  const spans: SentSpan[] = [];
  // Each turn of a conversation holds the texts of the turns before.
  const redactor = readingOnce(traces.redactor);
  const parts = { traceId: trace.traceId, redactor, render: traces.renderer(), costOf: traces.costOf };
  for (const span of trace.spans) {
    spans.push(await renderSpan(span, parts));
    // A reply that has arrived meanwhile is paid, and in the journal only once this thread gets to it.
    await setImmediate();
  }
  const { release } = traces;
  const { experiment } = trace;
  const environment = experiment === null ? traces.environment : benchmarkEnvironmentOf(traces.environment);
  const about = experiment === null ? null : await traces.aboutExperiment(experiment);
  const shown = redactor.value({ ...trace, spans: [], ...(about === null ? {} : { about }) }) as Trace;
  return { ...shown, spans, environment, release, webUrl: traces.webUrlOf(input) };
}

export type Rendering = Pick<
  TraceExport,
  'redactor' | 'environment' | 'release' | 'renderer' | 'webUrlOf' | 'aboutExperiment' | 'costOf'
>;
type Parts = { traceId: string; redactor: Redactor; render: Render } & Pick<TraceExport, 'costOf'>;

async function renderSpan(span: TraceSpan, { traceId, redactor, render, costOf }: Parts): Promise<SentSpan> {
  const { key, parent } = span;
  const field = async (of: TraceField | null) => (of === null ? null : shortened(redactor.value(await render(of))));
  const [input, output] = [await field(span.input), await field(span.output)];
  const { thinking, ...rest } = span;
  const clean = redactor.value({ ...rest, input: null, output: null }) as TraceSpan;
  const thought = thinking === undefined ? {} : { thinking: await field(thinking) };
  const metadata = Object.fromEntries(Object.entries(clean.metadata).map(([name, value]) => [name, shortened(value)]));
  const ids = { id: spanIdOf(traceId, key), parentId: parent === null ? null : spanIdOf(traceId, parent) };
  const costs = costsOf(span, costOf);
  return { ...clean, ...costs, key, parent, ...ids, metadata: { ...metadata, ...thought }, input, output };
}

/** The known cost, divided as the prices divide it. */
function costsOf({ model, usage }: TraceSpan, costOf: TraceExport['costOf']): Pick<SentSpan, 'costs'> {
  if (model === null || usage === null || usage.costUsd === null) return {};
  if (usage.costUsd === 0) return { costs: { input: 0, output: 0 } };
  const { input = 0, output = 0 } = costOf(model, usage) ?? {};
  if (input + output === 0) return {};
  const share = usage.costUsd / (input + output);
  return { costs: { input: input * share, output: output * share } };
}

/** A value as it is, or the beginning of its text. */
function shortened(value: unknown): unknown {
  const text = typeof value === 'string' ? value : (JSON.stringify(value) ?? '');
  if (text.length <= fieldCharacters) return value;
  return `${text.slice(0, fieldCharacters)}… [cut: ${text.length} characters in all]`;
}
