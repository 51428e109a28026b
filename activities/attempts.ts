/**
 * What the attempts at one activity leave to the next, in the details of its heartbeats: the server keeps those of the
 * last one over every way in which an attempt can end.
 *
 * 1. A failure of the work itself spends an attempt. An attempt that was lost with its worker spends none: it left no
 *    failure, and says nothing about the provider.
 * 2. An activity whose workers are lost again and again ends, since it may be the activity that does it. Losses beside many
 *    others are weak evidence: after a few, the next attempts are made in quarantine (quarantine.ts), and those alone count.
 * 3. Time is counted while an attempt works: neither a queue nor a time without a worker shortens what is left.
 * 4. An attempt that was given back before anything was done spends nothing either.
 * 5. An attempt that was lost has a span that ends at its last heartbeat.
 */
import type { Context, Info } from '@temporalio/activity';
import type { FailureKind } from '../contracts/failures.ts';
import type { SpanRecord } from '../contracts/trace.ts';
import { type TimeLeft, TimedOut } from './failures.ts';

/** What all attempts of an activity together may take. */
export type AttemptLimits = {
  /** Attempts that fail by themselves. */
  attempts: number;
  totalSeconds: number;
  /** What an attempt fails with that takes too long. */
  timedOut: FailureKind;
};

/** Of activities that work on the repository, and cost nothing. */
export const toolLimits: AttemptLimits = { attempts: 5, totalSeconds: 1_800, timedOut: 'ToolTimedOut' };

/** Attempts of one activity that may be lost with their workers; from the fourth on, those that were made in quarantine. */
export const lossesAllowed = 10;

/** An activity that was lost so often is tried in quarantine. */
export const suspectAfter = 3;

/** Heartbeats are sent this often. The answer to one tells of a cancellation, which has to reach the model server within a second. */
export const heartbeatMs = 700;

/** The form in heartbeats; a worker of another version may have written it. */
export type Carried = {
  spans: SpanRecord[];
  /** Of the attempt that sent it, as it would look if it were lost. */
  current?: SpanRecord;
  failures: number;
  lost: number;
  /** Attempts that were given back at once; absent where there were none. */
  refused?: number;
  /** Of these, the ones that found the quarantine taken, or were lost before they had begun in it. */
  setAside?: number;
  tookMs: number;
};

/** What is known at the beginning of an attempt. `newlyLost` are among the spans. */
export type Before = Omit<Carried, 'current'> & { newlyLost: SpanRecord[] };

type InfoOfAttempt = Pick<
  Info,
  'activityId' | 'attempt' | 'heartbeatDetails' | 'scheduledTimestampMs' | 'currentAttemptScheduledTimestampMs'
>;

/** @param about the activity's span */
export function attemptsBefore(info: InfoOfAttempt, about: Pick<SpanRecord, 'name' | 'type'>): Before {
  const { current, ...carried } = carriedBy(info.heartbeatDetails);
  // Whoever resets an activity gives it all its attempts again.
  if (info.attempt === 1) return { spans: carried.spans, failures: 0, lost: 0, tookMs: 0, newlyLost: [] };
  const newlyLost: SpanRecord[] = [];
  let [{ tookMs }, notBegun] = [carried, 0];
  const known = carried.failures + carried.lost + (carried.refused ?? 0);
  for (let attempt = known + 1; attempt < info.attempt; attempt += 1) {
    const seen = current?.attempt === attempt ? current : null;
    // In quarantine the server knows of an attempt before its work begins.
    if (seen === null && carried.lost + newlyLost.length >= suspectAfter) {
      notBegun += 1;
      continue;
    }
    newlyLost.push(seen ?? unseen(attempt, newlyLost.at(-1) ?? carried.spans.at(-1), info, about));
    tookMs += seen === null ? 0 : seen.endMs - seen.startMs;
  }
  const spans = [...carried.spans, ...newlyLost];
  const before = notBegun === 0 ? carried : setAside(carried, notBegun);
  return { ...before, spans, lost: carried.lost + newlyLost.length, tookMs, newlyLost };
}

/** With so many more attempts that did nothing, and say nothing. */
export function setAside<Known extends Pick<Carried, 'refused' | 'setAside'>>(known: Known, more = 1): Known {
  return { ...known, refused: (known.refused ?? 0) + more, setAside: (known.setAside ?? 0) + more };
}

/** An attempt that sent no heartbeat: it began when the one before had ended, and was lost before its first one. */
function unseen(
  attempt: number,
  before: SpanRecord | undefined,
  { activityId, scheduledTimestampMs, currentAttemptScheduledTimestampMs }: InfoOfAttempt,
  about: Pick<SpanRecord, 'name' | 'type'>,
): SpanRecord {
  const startMs = Math.max(scheduledTimestampMs, before?.endMs ?? 0);
  const endMs = Math.max(startMs, Math.min(startMs + heartbeatMs, currentAttemptScheduledTimestampMs));
  return { key: `${activityId}#${attempt}`, ...about, startMs, endMs, attempt, level: 'ERROR', message: lostMessage };
}

export const lostMessage = 'lost with its worker';

/** Spans: the last ones, and whatever was paid for. */
function carriedBy(details: unknown): Carried {
  const { spans, current, failures, lost = 0, tookMs = 0, ...more } = (details ?? {}) as Partial<Carried>;
  const { refused, setAside: aside } = more;
  if (!Array.isArray(spans)) return { spans: [], failures: 0, lost: 0, tookMs: 0 };
  const kept = spans.filter(({ usage }, at) => usage !== undefined || at >= spans.length - 20);
  return {
    spans: kept,
    failures: failures ?? spans.length,
    lost,
    tookMs,
    ...(refused === undefined ? {} : { refused }),
    ...(aside === undefined ? {} : { setAside: aside }),
    ...(current === undefined ? {} : { current }),
  };
}

/** Before the next attempt, by the activity's policy, as if none had been lost. */
function backOffMs({ retryPolicy }: Pick<Info, 'retryPolicy'>, failures: number): number {
  const ms = (duration: unknown, otherwise: number) => (typeof duration === 'number' ? duration : otherwise);
  const { initialInterval, backoffCoefficient = 2, maximumInterval } = retryPolicy ?? {};
  const first = ms(initialInterval, 1_000);
  return Math.min(ms(maximumInterval, first * 100), first * backoffCoefficient ** Math.max(0, failures - 1));
}

type Took = Pick<Before, 'failures' | 'tookMs'>;

export function timeLeft(info: Info, { attempts, totalSeconds }: AttemptLimits, { failures, tookMs }: Took): TimeLeft {
  const untilBackstopMs = info.scheduledTimestampMs + info.scheduleToCloseTimeoutMs - Date.now();
  return {
    lastAttempt: failures >= attempts,
    leftMs: Math.min(totalSeconds * 1000 - tookMs, untilBackstopMs),
    backOffMs: backOffMs(info, failures),
  };
}

/** Before the server's own limit of an attempt, which would count as a loss and name no reason. */
const aheadMs = 1_000;
/** Node's timers fire at once beyond that. */
const longestTimerMs = 2 ** 31 - 1;

export type Limit = Disposable & { signal: AbortSignal; pause(): Disposable };

/**
 * Cancels the work once its attempt, or all attempts together, took too long; and when it is cancelled from outside. While
 * it is paused only the attempt's own time runs.
 */
export function limitOf(
  { info, cancellationSignal }: Pick<Context, 'info' | 'cancellationSignal'>,
  { name, limits: { totalSeconds, timedOut } }: { name: string; limits: AttemptLimits },
  { tookMs }: Took,
): Limit {
  const limit = new AbortController();
  const abort = () => limit.abort(new TimedOut(timedOut, name));
  const after = (ms: number) => setTimeout(abort, Math.max(0, Math.min(ms, longestTimerMs)));
  const attemptMs = info.startToCloseTimeoutMs > 0 ? info.startToCloseTimeoutMs - aheadMs : longestTimerMs;
  const ofAttempt = after(attemptMs);
  let [leftMs, sinceMs, pauses] = [totalSeconds * 1000 - tookMs, Date.now(), 0];
  let ofAll = after(leftMs);
  const pause = () => {
    pauses += 1;
    if (pauses > 1) return;
    clearTimeout(ofAll);
    leftMs -= Date.now() - sinceMs;
  };
  const goOn = () => {
    pauses -= 1;
    if (pauses > 0) return;
    sinceMs = Date.now();
    ofAll = after(leftMs);
  };
  return {
    signal: AbortSignal.any([cancellationSignal, limit.signal]),
    pause() {
      pause();
      return { [Symbol.dispose]: goOn };
    },
    [Symbol.dispose]() {
      clearTimeout(ofAttempt);
      clearTimeout(ofAll);
    },
  };
}
