/** The context of every activity: heartbeats for its whole life, spans on every path, failures named at the edge. */
import { Context } from '@temporalio/activity';
import { CancelledFailure } from '@temporalio/common';
import { toolSeconds } from '../contracts/names.ts';
import type { ActivityResult, DoneOnTheWay, SpanRecord } from '../contracts/trace.ts';
import type { Usage } from '../contracts/chat.ts';
import { addUsage, noUsage } from '../contracts/usage-sum.ts';
import { type TimeLeft, toActivityFailure } from './failures.ts';
import { messageOf } from '../lib/errors.ts';

/** What a failed attempt leaves for the next one, by way of its last heartbeat. */
type Carried = { spans: SpanRecord[] };

export type Work<Result> = (context: ActivityContext) => Promise<{
  result: Result;
  usage: Usage | null;
  /** What is told of the work beside its time; null: it has no span beside those of its parts. */
  span?: Partial<SpanRecord> | null;
}>;

/** Of a part of an attempt's work; `key` names it within the attempt. */
type AboutPart = Pick<SpanRecord, 'key' | 'name' | 'type'> & Pick<Partial<SpanRecord>, 'request'>;

export type ActivityContext = {
  signal: AbortSignal;
  run: { workflowId: string; runId: string };
  /** Signals that run. */
  tell(signal: string, value: unknown): Promise<void>;
  /** What earlier attempts have paid for. */
  spent: Usage;
  /** Tells what is known of the work before it may fail, so that a failed attempt's span says it too. */
  note(known: Partial<SpanRecord>): void;
  /**
   * Does a part of the work that asks no model, under a span of its own, within the time that tools have.
   * @returns what it gave, and the span, which stands whatever becomes of the rest
   */
  part<Value>(
    about: AboutPart,
    work: (signal: AbortSignal) => Promise<{ value: Value; span?: Partial<SpanRecord> }>,
  ): Promise<{ value: Value; span: SpanRecord }>;
  /** Keeps what is done, and the spans of it that an earlier attempt has left. */
  keep(done: DoneOnTheWay, spans?: readonly SpanRecord[]): void;
};

/**
 * Runs the work of one activity attempt. The span of a failed attempt travels by heartbeat to the next attempt, which
 * returns it with its own, so that what failed stays visible with its cost; a last failure carries it in its details.
 */
export async function runActivity<Result>(
  about: Pick<SpanRecord, 'name' | 'type'>,
  work: Work<Result>,
): Promise<ActivityResult<Result>> {
  const context = Context.current();
  const { activityId, attempt, workflowExecution } = context.info;
  const { workflowId = '', runId = '' } = workflowExecution ?? {};
  const carried: Carried = carriedSpans(context.info.heartbeatDetails);
  using _beats = heartbeats(() => carried);
  const startMs = Date.now();
  const key = `${activityId}#${attempt}`;
  const done: DoneOnTheWay = {};
  let known: Partial<SpanRecord> = {};
  const span = (more: Partial<SpanRecord>): SpanRecord => ({
    ...{ key, ...about, startMs, endMs: Date.now(), attempt, level: 'DEFAULT' },
    ...known,
    ...more,
  });
  const activity: ActivityContext = {
    signal: context.cancellationSignal,
    run: { workflowId, runId },
    tell: (signal, value) => context.client.workflow.getHandle(workflowId, runId).signal(signal, value),
    spent: carried.spans.reduce((sum, { usage }) => (usage === undefined ? sum : addUsage(sum, usage)), noUsage),
    note: (more) => {
      known = { ...known, ...more };
    },
    part: (part, work) => runPart(context, carried, { ...part, key: `${key}/${part.key}` }, work),
    keep: (more, spans = []) => {
      Object.assign(done, more);
      carried.spans.push(...spans.filter((each) => carried.spans.every((there) => there.key !== each.key)));
    },
  };
  const kept = () => (Object.keys(done).length === 0 ? {} : { done });
  try {
    const { result, usage, span: more = {} } = await work(activity);
    const own = more === null ? [] : [span(more)];
    for (const each of own) countAttempt(context, each);
    return { result, usage, spans: [...carried.spans, ...own], ...kept() };
  } catch (error) {
    const { aborted, reason } = context.cancellationSignal;
    if (aborted) {
      const last = span({ level: 'ERROR', message: 'cancelled', ...paidBy(error) });
      throw withTold(reason, [...carried.spans, last], kept());
    }
    const message = messageOf(error).slice(0, 300);
    const failed = span({ level: 'ERROR', message, ...paidBy(error) });
    countAttempt(context, failed);
    carried.spans.push(failed);
    context.heartbeat(carried);
    throw toActivityFailure(error, carried.spans, timeLeft(context), kept());
  }
}

async function runPart<Value>(
  context: Context,
  carried: Carried,
  about: AboutPart,
  work: (signal: AbortSignal) => Promise<{ value: Value; span?: Partial<SpanRecord> }>,
): Promise<{ value: Value; span: SpanRecord }> {
  const startMs = Date.now();
  const end = (more: Partial<SpanRecord>): SpanRecord => {
    const { attempt } = context.info;
    const span: SpanRecord = { ...about, startMs, endMs: Date.now(), attempt, level: 'DEFAULT', ...more };
    countAttempt(context, span);
    carried.spans.push(span);
    return span;
  };
  const signal = AbortSignal.any([context.cancellationSignal, AbortSignal.timeout(toolSeconds * 1000)]);
  try {
    const { value, span = {} } = await work(signal);
    return { value, span: end(span) };
  } catch (error) {
    const message = context.cancellationSignal.aborted ? 'cancelled' : messageOf(error).slice(0, 300);
    end({ level: 'ERROR', message });
    throw error;
  }
}

const isOfPart = ({ key }: SpanRecord): boolean => key.includes('/');

/** A cancelled call tells what its attempts have been paid for and what its parts have done, as a failed one does. */
function withTold(reason: unknown, spans: readonly SpanRecord[], kept: { done?: DoneOnTheWay }): unknown {
  const told = spans.some(isOfPart) ? spans : spans.filter(({ usage }) => usage !== undefined);
  if (!(reason instanceof CancelledFailure) || told.length === 0) return reason;
  return new CancelledFailure(reason.message, [{ spans: told, ...kept }]);
}

/** The last ones, and whatever was paid for. */
function carriedSpans(details: unknown): Carried {
  const spans = (details as Carried | undefined)?.spans;
  if (!Array.isArray(spans)) return { spans: [] };
  return { spans: spans.filter(({ usage }, at) => usage !== undefined || at >= spans.length - 20) };
}

/** Errors of models/ know what was paid although nothing usable came. */
function paidBy(error: unknown): { usage?: Usage } {
  const { usage } = (error instanceof Error ? error : {}) as { usage?: Usage | null };
  return usage === undefined || usage === null ? {} : { usage };
}

function timeLeft({ info }: Context): TimeLeft {
  const most = info.retryPolicy?.maximumAttempts ?? 0;
  return {
    lastAttempt: most > 0 && info.attempt >= most,
    leftMs: info.scheduledTimestampMs + info.scheduleToCloseTimeoutMs - Date.now(),
  };
}

// Heartbeats for the whole life of an activity, so that silent work never looks like a dead worker, and a dead one is noticed.

/** Three heartbeats within the activity's time-out. @param details what the next attempt finds, read at each heartbeat */
export function heartbeats(details: () => unknown = () => undefined): Disposable {
  const context = Context.current();
  const everyMs = Math.max(200, Math.floor((context.info.heartbeatTimeoutMs ?? 30_000) / 3));
  const heartbeat = () => context.heartbeat(details());
  heartbeat();
  const timer = setInterval(heartbeat, everyMs);
  return { [Symbol.dispose]: () => clearInterval(timer) };
}

// What operators count: model calls with their tokens and cost, and attempts at any activity that failed.

/** Served with the SDK's own metrics; `agent` is the span's name, such as `router-llm`. */
function countAttempt({ metricMeter }: Context, span: SpanRecord): void {
  const { name, model, usage, level, repairs = [] } = span;
  const failed = level === 'ERROR';
  if (failed) metricMeter.createCounter('switchyard_failed_attempts').add(1, { step: name });
  if (model === undefined) return;
  const tags = { agent: name, model };
  metricMeter.createCounter('switchyard_model_calls').add(1, { ...tags, result: failed ? 'failed' : 'answered' });
  for (const repair of repairs) metricMeter.createCounter('switchyard_reply_repairs').add(1, { ...tags, repair });
  if (usage === undefined) return;
  const tokens = metricMeter.createCounter('switchyard_model_tokens');
  tokens.add(usage.inputTokens, { ...tags, kind: 'input' });
  tokens.add(usage.cachedInputTokens, { ...tags, kind: 'cached_input' });
  tokens.add(usage.outputTokens, { ...tags, kind: 'output' });
  tokens.add(usage.reasoningTokens, { ...tags, kind: 'reasoning' });
  // Counters take whole numbers.
  const micros = Math.round((usage.costUsd ?? 0) * 1e6);
  metricMeter.createCounter('switchyard_model_cost_micro_usd').add(micros, tags);
}
