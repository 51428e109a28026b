/** The context of every activity: heartbeats for its whole life, spans on every path, failures named at the edge. */
import { Context } from '@temporalio/activity';
import { type ApplicationFailure, CancelledFailure } from '@temporalio/common';
import { toolSeconds } from '../contracts/names.ts';
import type { ActivityResult, DoneOnTheWay, SpanRecord } from '../contracts/trace.ts';
import type { Usage } from '../contracts/chat.ts';
import { addUsage, noUsage } from '../contracts/usage-sum.ts';
import {
  type AttemptLimits,
  attemptsBefore,
  type Before,
  type Carried,
  heartbeatMs,
  type Limit,
  limitOf,
  lossesAllowed,
  lostMessage,
  setAside,
  suspectAfter,
  timeLeft,
} from './attempts.ts';
import { lostTooOften, lostWithWorker, toActivityFailure } from './failures.ts';
import { messageOf } from '../lib/errors.ts';
import { announce, asideMs, enterQuarantine } from './quarantine.ts';

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
  /** The number of the activity within the run, and of its attempt: what comes later is greater. */
  attempt: [activity: number, attempt: number];
  /** Signals that run. */
  tell(signal: string, value: unknown): Promise<void>;
  /** Attempts before this one, by how they ended: by a failure of their own, or lost with their worker in the middle of the work. */
  earlier: { failures: number; lost: number };
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

/** What the span of an activity says before anything is known, and what its attempts may take. */
export type About = Pick<SpanRecord, 'name' | 'type'> & { limits: AttemptLimits };

/**
 * Runs the work of one activity attempt. The span of a failed attempt travels by heartbeat to the next attempt, which
 * returns it with its own, so that what failed stays visible with its cost; a last failure carries it in its details.
 */
export async function runActivity<Result>(
  { limits, ...about }: About,
  work: Work<Result>,
): Promise<ActivityResult<Result>> {
  const context = Context.current();
  const place = placeOf(context);
  const { key, span, note } = openSpan(context, about);
  const { newlyLost, ...before } = attemptsBefore(context.info, about);
  for (const lost of newlyLost) countAttempt(context, lost);
  if (before.lost >= lossesAllowed) throw lostTooOften(before.spans, before.lost);
  const { spans } = before;
  const done: DoneOnTheWay = {};
  const kept = () => (Object.keys(done).length === 0 ? {} : { done });
  const current = (): Carried => ({ ...before, current: span({ level: 'ERROR', message: lostMessage }) });
  using _place = before.lost < suspectAfter ? null : await inQuarantine(context, before, current);
  if (newlyLost.length > 0) context.heartbeat(current());
  using _beats = heartbeats(current);
  using limit = limitOf(context, { name: about.name, limits }, before);
  const activity: ActivityContext = {
    signal: limit.signal,
    ...place,
    tell: (signal, value) => handleOf(context, place.run).signal(signal, value),
    earlier: { failures: before.failures, lost: before.lost },
    spent: spans.reduce((sum, { usage }) => (usage === undefined ? sum : addUsage(sum, usage)), noUsage),
    note,
    part: (part, work) => runPart(context, limit, spans, { ...part, key: `${key}/${part.key}` }, work),
    keep: (more, others = []) => {
      Object.assign(done, more);
      spans.push(...others.filter(({ key }) => spans.every((there) => there.key !== key)));
    },
  };
  try {
    const { result, usage, span: more = {} } = await work(activity);
    const own = more === null ? [] : [counted(context, span(more))];
    return { result, usage, spans: [...spans, ...own], ...kept() };
  } catch (error) {
    const { aborted, reason } = context.cancellationSignal;
    const failed = span({ ...failedBy(error, aborted), ...paidBy(error) });
    if (aborted && isOfStoppedWorker(reason)) throw givenBack(context, { ...before, current: failed });
    if (aborted) throw withTold(reason, [...spans, failed], kept());
    countAttempt(context, failed);
    // What was done beside the work itself does not count.
    const tookMs = before.tookMs + failed.endMs - failed.startMs;
    const carried = { ...before, spans: [...spans, failed], failures: before.failures + 1, tookMs };
    context.heartbeat(carried satisfies Carried);
    throw toActivityFailure(error, carried.spans, timeLeft(context.info, limits, carried), kept());
  }
}

/** @throws ApplicationFailure where another one has the place: the call comes back, and nothing was done for it */
async function inQuarantine(context: Context, before: Omit<Before, 'newlyLost'>, current: () => Carried) {
  const place = enterQuarantine();
  try {
    if (place === null) throw new Error('another call that was lost with its workers is tried first');
    await announce(context, current());
    return place;
  } catch (error) {
    place?.[Symbol.dispose]();
    context.heartbeat(setAside(before) satisfies Carried);
    throw lostWithWorker(messageOf(error), asideMs());
  }
}

function placeOf({ info }: Context): Pick<ActivityContext, 'run' | 'attempt'> {
  const { workflowId = '', runId = '' } = info.workflowExecution ?? {};
  return { run: { workflowId, runId }, attempt: [Number(info.activityId) || 0, info.attempt] };
}

const handleOf = ({ client }: Context, { workflowId, runId }: ActivityContext['run']) =>
  client.workflow.getHandle(workflowId, runId);

/** The span of this attempt, with what is known of it so far. */
function openSpan({ info: { activityId, attempt } }: Context, about: Omit<About, 'limits'>) {
  const startMs = Date.now();
  const key = `${activityId}#${attempt}`;
  let known: Partial<SpanRecord> = {};
  const span = (more: Partial<SpanRecord>): SpanRecord => ({
    ...{ key, ...about, startMs, endMs: Date.now(), attempt, level: 'DEFAULT' },
    ...known,
    ...more,
  });
  const note = (more: Partial<SpanRecord>) => {
    known = { ...known, ...more };
  };
  return { key, span, note };
}

async function runPart<Value>(
  context: Context,
  limit: Limit,
  spans: SpanRecord[],
  about: AboutPart,
  work: (signal: AbortSignal) => Promise<{ value: Value; span?: Partial<SpanRecord> }>,
): Promise<{ value: Value; span: SpanRecord }> {
  const startMs = Date.now();
  const end = (more: Partial<SpanRecord>): SpanRecord => {
    const { attempt } = context.info;
    const span: SpanRecord = { ...about, startMs, endMs: Date.now(), attempt, level: 'DEFAULT', ...more };
    countAttempt(context, span);
    spans.push(span);
    return span;
  };
  const signal = AbortSignal.any([limit.signal, AbortSignal.timeout(toolSeconds * 1000)]);
  using _paused = limit.pause();
  try {
    const { value, span = {} } = await work(signal);
    return { value, span: end(span) };
  } catch (error) {
    end(failedBy(error, context.cancellationSignal.aborted));
    throw error;
  }
}

/** The next attempt finds what this one was, as if it had been lost. */
function givenBack(context: Context, carried: Carried): ApplicationFailure {
  context.heartbeat(carried);
  return lostWithWorker('the worker has stopped');
}

/** A worker that is told to stop cancels what it could not finish in time: nobody has cancelled the run. */
const isOfStoppedWorker = (reason: unknown): boolean =>
  reason instanceof CancelledFailure && reason.message === 'WORKER_SHUTDOWN';

const isOfPart = ({ key }: SpanRecord): boolean => key.includes('/');

/** A cancelled call tells what its attempts have been paid for and what its parts have done, as a failed one does. */
function withTold(reason: unknown, spans: readonly SpanRecord[], kept: { done?: DoneOnTheWay }): unknown {
  const told = spans.some(isOfPart) ? spans : spans.filter(({ usage }) => usage !== undefined);
  if (!(reason instanceof CancelledFailure) || told.length === 0) return reason;
  return new CancelledFailure(reason.message, [{ spans: told, ...kept }]);
}

const failedBy = (error: unknown, isCancelled: boolean) =>
  ({ level: 'ERROR', message: isCancelled ? 'cancelled' : messageOf(error).slice(0, 300) }) as const;

/** Errors of models/ know what was paid although nothing usable came. */
function paidBy(error: unknown): { usage?: Usage } {
  const { usage } = (error instanceof Error ? error : {}) as { usage?: Usage | null };
  return usage === undefined || usage === null ? {} : { usage };
}

// Heartbeats for the whole life of an activity, so that silent work never looks like a dead worker, and a dead one is noticed.

/**
 * A heartbeat every `heartbeatMs`, or three within the activity's time-out. The first is sent when the work has taken that long:
 * most work is over by then. @param details what the next attempt finds, read at each heartbeat
 */
export function heartbeats(details: () => unknown = () => undefined): Disposable {
  const context = Context.current();
  const everyMs = Math.min(heartbeatMs, Math.max(200, Math.floor((context.info.heartbeatTimeoutMs ?? 30_000) / 3)));
  const timer = setInterval(() => context.heartbeat(details()), everyMs);
  return { [Symbol.dispose]: () => clearInterval(timer) };
}

// What operators count: model calls with their tokens and cost, and attempts at any activity that failed.

/** Served with the SDK's own metrics; `agent` is the span's name, such as `router-llm`. */
function counted(context: Context, span: SpanRecord): SpanRecord {
  countAttempt(context, span);
  return span;
}

function countAttempt({ metricMeter }: Context, span: SpanRecord): void {
  const { name, model, usage, level, repairs = [] } = span;
  const failed = level === 'ERROR';
  if (failed) metricMeter.createCounter('switchyard_failed_attempts').add(1, { step: name });
  if (model === undefined) return;
  const tags = { agent: name, model };
  const result = failed ? 'failed' : usage?.reused === undefined ? 'answered' : 'reused';
  metricMeter.createCounter('switchyard_model_calls').add(1, { ...tags, result });
  for (const repair of repairs) metricMeter.createCounter('switchyard_reply_repairs').add(1, { ...tags, repair });
  // What was used again is no call, and cost nothing.
  if (usage === undefined || usage.reused !== undefined) return;
  const tokens = metricMeter.createCounter('switchyard_model_tokens');
  tokens.add(usage.inputTokens, { ...tags, kind: 'input' });
  tokens.add(usage.cachedInputTokens, { ...tags, kind: 'cached_input' });
  tokens.add(usage.outputTokens, { ...tags, kind: 'output' });
  tokens.add(usage.reasoningTokens, { ...tags, kind: 'reasoning' });
  // Counters take whole numbers.
  const micros = Math.round((usage.costUsd ?? 0) * 1e6);
  metricMeter.createCounter('switchyard_model_cost_micro_usd').add(micros, tags);
}
