/** What went on in a run and when, by the server's clock: attempts, what lies between them, and the worker deciding. */
import type { SpanRecord, SpanScope } from '../contracts/trace.ts';
import { isModelCall, isPart } from './attempt-spans.ts';
import type { ActivityStep, RunHistory, TaskStep } from './run-history.ts';
import { handOver, scopeOf } from './run-trace.ts';

export const latencyParts = ['model', 'tool', 'backoff', 'queue', 'orchestration', 'waiting'] as const;
export type LatencyPart = (typeof latencyParts)[number];

/** `rest`: the repository is opened, a follow-up is read, the run begins and ends. */
export type RunStage = Exclude<SpanScope['stage'], 'follow-up'> | 'rest';

export type Interval = { part: LatencyPart; stage: RunStage; fromMs: number; toMs: number };
type Span = Omit<Interval, 'stage'>;

/** A workflow task that was not taken for this long waited for a worker; less than that is the way there. */
const handOverMs = 1000;

/** @param endMs where what is still open is cut off */
export function intervalsOf(history: RunHistory, endMs: number): Interval[] {
  const steps = history.activities.flatMap((step) => {
    const handedOver = {
      part: 'orchestration',
      fromMs: step.scheduledMs,
      toMs: noticedMs(history, step, endMs),
    } as const;
    return [...attemptSpans(step, endMs), handedOver].map((span) => ({ ...span, stage: stageOf(step) }));
  });
  const tasks = history.tasks.flatMap((task, at) => taskIntervals(history, task, at, endMs));
  const { startMs } = history;
  const firstMs = history.tasks[0]?.scheduledMs ?? startMs;
  return [...steps, ...tasks, { part: 'orchestration', stage: 'rest', fromMs: startMs, toMs: firstMs }];
}

/** The end of an activity is noticed by the next workflow task, which the server makes right after it. */
function noticedMs({ tasks }: RunHistory, { closedMs }: ActivityStep, endMs: number): number {
  if (closedMs === null) return endMs;
  const next = tasks.find(({ startedMs }) => startedMs === null || startedMs >= closedMs);
  return Math.max(closedMs, next?.scheduledMs ?? closedMs);
}

/** Time between two steps belongs to the step that it leads to: without that step it would not be spent. */
export function stageAfter({ activities }: RunHistory, ms: number): RunStage {
  const next = activities.find(({ scheduledMs }) => scheduledMs >= ms);
  return next === undefined ? 'rest' : stageOf(next);
}

function stageOf(step: ActivityStep): RunStage {
  const stage = scopeOf(step)?.stage ?? 'rest';
  return stage === 'follow-up' ? 'rest' : stage;
}

function attemptSpans(step: ActivityStep, runEndMs: number): Span[] {
  const { type, scheduledMs, startedMs, closedMs, attempts } = step;
  const endMs = closedMs ?? runEndMs;
  const within = (ms: number) => Math.min(Math.max(ms, scheduledMs), endMs);
  const working: LatencyPart = isModelCall(type) ? 'model' : type === handOver ? 'orchestration' : 'tool';
  const spans: Span[] = [];
  let [reachedMs, told] = [scheduledMs, 0];
  const attempt = (number: number, fromMs: number, toMs: number, part = working) => {
    // What is not known of attempts before the first record is lost like back-off.
    const before = told === 0 && number === 1 ? 'queue' : 'backoff';
    spans.push({ part: before, fromMs: reachedMs, toMs: fromMs }, { part, fromMs, toMs });
    [reachedMs, told] = [toMs, number];
  };
  const shiftMs = clockShift(step);
  for (const records of byAttempt(step.spans.filter(isOf(step)))) {
    const [fromMs, toMs] = extentOf(records).map((ms) => within(ms + shiftMs)) as [number, number];
    const own = records.filter((record) => !isPart(record));
    // What an attempt at a model's call did beside it is work of ours.
    attempt(records[0].attempt, fromMs, toMs, own.length === records.length ? working : 'tool');
    for (const { startMs, endMs: lastMs } of own)
      spans.push({ part: working, fromMs: within(startMs + shiftMs), toMs: within(lastMs + shiftMs) });
  }
  if (startedMs !== null && told < attempts) attempt(attempts, within(startedMs), endMs);
  // The server tells the start of an attempt with its end: while a call is open, a worker is taken to be at it.
  const unstarted = closedMs === null ? working : 'queue';
  return told > 0 ? spans : [...spans, { part: unstarted, fromMs: scheduledMs, toMs: endMs }];
}

/**
 * Records are timed by the worker's clock, events by the server's. Where the last attempt's record lies outside of what
 * the server saw of it, the clocks differ, and all records of the activity are moved by what puts that one in its middle.
 */
function clockShift(step: ActivityStep): number {
  const { startedMs, closedMs, attempts } = step;
  const last = step.spans.filter(isOf(step)).filter(({ attempt }) => attempt === attempts);
  if (last.length === 0 || startedMs === null || closedMs === null) return 0;
  const [fromMs, toMs] = extentOf(last);
  const [least, most] = [startedMs - fromMs, closedMs - toMs];
  return least <= 0 && most >= 0 ? 0 : Math.round((least + most) / 2);
}

/** What an activity has found of one before it, which was lost, is none of its time. */
const isOf =
  ({ id }: ActivityStep) =>
  ({ key }: SpanRecord): boolean =>
    key.startsWith(`${id}#`);

type Records = [SpanRecord, ...SpanRecord[]];

/** In the order of attempts; the parts of one are with it. */
function byAttempt(spans: readonly SpanRecord[]): Records[] {
  return [...Map.groupBy(spans, ({ attempt }) => attempt).values()] as Records[];
}

function extentOf(records: readonly SpanRecord[]): [fromMs: number, toMs: number] {
  const fromMs = records.reduce((least, { startMs }) => Math.min(least, startMs), Number.POSITIVE_INFINITY);
  return [fromMs, records.reduce((most, { endMs }) => Math.max(most, endMs), Number.NEGATIVE_INFINITY)];
}

/** The worker deciding what comes next. A task that was lost with its worker lasts until the next. */
function taskIntervals(history: RunHistory, task: TaskStep, at: number, endMs: number): Interval[] {
  const { scheduledMs, startedMs, completedMs } = task;
  const nextMs = history.tasks[at + 1]?.scheduledMs ?? endMs;
  const toMs = completedMs === null ? nextMs : decidedMs(history, completedMs, nextMs);
  const takenMs = startedMs ?? toMs;
  const stage = stageAfter(history, completedMs ?? toMs);
  const before = takenMs - scheduledMs > handOverMs ? 'queue' : 'orchestration';
  return [
    { part: before, stage, fromMs: scheduledMs, toMs: takenMs },
    { part: 'orchestration', stage, fromMs: takenMs, toMs },
  ];
}

/** What a task decided is written right after it: the steps before the next task, or the end of the run. */
function decidedMs({ activities, timers, endMs, result }: RunHistory, completedMs: number, nextMs: number): number {
  if (result !== null && endMs === nextMs) return nextMs;
  const begun = [...activities.map((step) => step.scheduledMs), ...timers.map((timer) => timer.startedMs)];
  return Math.max(completedMs, ...begun.filter((ms) => ms >= completedMs && ms <= nextMs));
}
