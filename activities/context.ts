/** The context of every activity: heartbeats for its whole life, spans on every path, failures named at the edge. */
import { Context } from '@temporalio/activity';
import { CancelledFailure } from '@temporalio/common';
import type { ActivityResult, SpanRecord } from '../contracts/trace.ts';
import type { Usage } from '../contracts/chat.ts';
import { addUsage, noUsage } from '../contracts/usage-sum.ts';
import { type TimeLeft, toActivityFailure } from './failures.ts';
import { messageOf } from '../lib/errors.ts';

/** What a failed attempt leaves for the next one, by way of its last heartbeat. */
type Carried = { spans: SpanRecord[] };

export type Work<Result> = (
  context: ActivityContext,
) => Promise<{ result: Result; usage: Usage | null; span?: Partial<SpanRecord> }>;

export type ActivityContext = {
  signal: AbortSignal;
  run: { workflowId: string; runId: string };
  /** Signals that run. */
  tell(signal: string, value: unknown): Promise<void>;
  /** What earlier attempts have paid for. */
  spent: Usage;
  /** Tells what is known of the work before it may fail, so that a failed attempt's span says it too. */
  note(known: Partial<SpanRecord>): void;
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
  let known: Partial<SpanRecord> = {};
  const span = (more: Partial<SpanRecord>): SpanRecord => ({
    key: `${activityId}#${attempt}`,
    ...about,
    startMs,
    endMs: Date.now(),
    attempt,
    level: 'DEFAULT',
    ...known,
    ...more,
  });
  const note = (more: Partial<SpanRecord>) => {
    known = { ...known, ...more };
  };
  try {
    const spent = carried.spans.reduce((sum, { usage }) => (usage === undefined ? sum : addUsage(sum, usage)), noUsage);
    const tell = (signal: string, value: unknown) =>
      context.client.workflow.getHandle(workflowId, runId).signal(signal, value);
    const done = await work({ signal: context.cancellationSignal, run: { workflowId, runId }, tell, spent, note });
    const last = span(done.span ?? {});
    countAttempt(context, last);
    return { result: done.result, usage: done.usage, spans: [...carried.spans, last] };
  } catch (error) {
    const { aborted, reason } = context.cancellationSignal;
    if (aborted)
      throw withPaid(reason, [...carried.spans, span({ level: 'ERROR', message: 'cancelled', ...paidBy(error) })]);
    const message = messageOf(error).slice(0, 300);
    const failed = span({ level: 'ERROR', message, ...paidBy(error) });
    countAttempt(context, failed);
    carried.spans.push(failed);
    context.heartbeat(carried);
    throw toActivityFailure(error, carried.spans, timeLeft(context));
  }
}

/** A cancelled call tells what its attempts have been paid for, as a failed one does. */
function withPaid(reason: unknown, spans: readonly SpanRecord[]): unknown {
  const paid = spans.filter(({ usage }) => usage !== undefined);
  if (!(reason instanceof CancelledFailure) || paid.length === 0) return reason;
  return new CancelledFailure(reason.message, [{ spans: paid }]);
}

/** The last ones, and whatever was paid for. */
function carriedSpans(details: unknown): Carried {
  const spans = (details as Carried | undefined)?.spans;
  if (!Array.isArray(spans)) return { spans: [] };
  return { spans: spans.filter(({ usage }, at) => usage !== undefined || at >= spans.length - 10) };
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
