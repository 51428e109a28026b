/** Reads a run out of its Temporal history. */
import type { History } from '@temporalio/common/lib/proto-utils.js';
import { z } from 'zod';
import { CheckedCitation } from '../contracts/evidence.ts';
import { SpanRecord } from '../contracts/trace.ts';
import {
  attributesOf,
  decodeAll,
  detailsIn,
  eventsOfJson,
  eventsOfServer,
  failureIn,
  type HistoryEvent,
  messageOf,
  summaryOf,
  textOf,
  wordOf,
} from './history-events.ts';
import type { ActivityStep, RunHistory, TaskStep, TimerStep } from './run-history.ts';

/**
 * @param json in the form that Temporal's own tools write
 * @throws ZodError for what is no history; Error for one that does not begin with the start of a workflow
 */
export function readRunHistory(json: unknown): RunHistory {
  return readEvents(eventsOfJson(json));
}

/**
 * @param history as the server's messages are decoded, its payloads in clear
 * @throws Error for one that does not begin with the start of a workflow
 */
export function readServerHistory(history: History): RunHistory {
  return readEvents(eventsOfServer(history));
}

function readEvents(events: readonly HistoryEvent[]): RunHistory {
  const [first] = events;
  const started = first === undefined ? null : attributesOf(first, 'workflowExecutionStarted');
  if (first === undefined || started === null)
    throw new Error('the history does not begin with the start of a workflow');
  const run: RunHistory = {
    workflowId: textOf(started.workflowId),
    runId: textOf(started.originalExecutionRunId),
    workflowType: nameOf(started.workflowType),
    input: decodeAll(started.input),
    startMs: first.eventTime,
    endMs: null,
    result: null,
    failure: null,
    activities: [],
    timers: [],
    tasks: [],
  };
  const reader = new Reader(run);
  for (const event of events) reader.read(event);
  return run;
}

/** Follows events in their order; later ones refer to earlier ones by their number. */
class Reader {
  readonly #run: RunHistory;
  readonly #activities = new Map<number, ActivityStep>();
  readonly #timers = new Map<number, TimerStep>();
  readonly #tasks = new Map<number, TaskStep>();

  constructor(run: RunHistory) {
    this.#run = run;
  }

  read(event: HistoryEvent): void {
    const { eventTime } = event;
    const set = <Step extends object>(byEvent: Map<number, Step>, name: string, by: string, more: Partial<Step>) =>
      this.#set(byEvent, attributesOf(event, name)?.[by], more);
    const type = event.eventType.replace(/^EVENT_TYPE_/, '');
    if (type === 'ACTIVITY_TASK_SCHEDULED') this.#schedule(event);
    else if (type === 'ACTIVITY_TASK_STARTED') this.#start(event);
    else if (type === 'ACTIVITY_TASK_COMPLETED') this.#complete(event);
    else if (type === 'ACTIVITY_TASK_FAILED') this.#close(event, 'activityTaskFailed', 'failed');
    else if (type === 'ACTIVITY_TASK_TIMED_OUT') this.#close(event, 'activityTaskTimedOut', 'failed');
    else if (type === 'ACTIVITY_TASK_CANCELED') this.#close(event, 'activityTaskCanceled', 'cancelled');
    else if (type === 'MARKER_RECORDED') this.#addLocal(event);
    else if (type === 'TIMER_STARTED') this.#startTimer(event);
    else if (type === 'TIMER_FIRED') set(this.#timers, 'timerFired', 'startedEventId', { firedMs: eventTime });
    else if (type === 'WORKFLOW_TASK_SCHEDULED') this.#scheduleTask(event);
    else if (type === 'WORKFLOW_TASK_STARTED')
      set(this.#tasks, 'workflowTaskStarted', 'scheduledEventId', { startedMs: eventTime });
    else if (type === 'WORKFLOW_TASK_COMPLETED')
      set(this.#tasks, 'workflowTaskCompleted', 'scheduledEventId', { completedMs: eventTime });
    else if (type === 'WORKFLOW_TASK_FAILED') this.#noteReset(event);
    else this.#end(event);
  }

  #noteReset(event: HistoryEvent): void {
    const base = textOf(attributesOf(event, 'workflowTaskFailed')?.baseRunId);
    if (base !== null && base !== '') this.#run.resetFrom = [...(this.#run.resetFrom ?? []), base];
  }

  #startTimer(event: HistoryEvent): void {
    const id = wordOf(attributesOf(event, 'timerStarted')?.timerId);
    const timer = { id, summary: summaryOf(event), startedMs: event.eventTime, firedMs: null };
    this.#add(this.#timers, this.#run.timers, event, timer);
  }

  #scheduleTask(event: HistoryEvent): void {
    const task = { scheduledMs: event.eventTime, startedMs: null, completedMs: null };
    this.#add(this.#tasks, this.#run.tasks, event, task);
  }

  #add<Step>(byEvent: Map<number, Step>, all: Step[], event: HistoryEvent, step: Step): void {
    byEvent.set(event.eventId, step);
    all.push(step);
  }

  #set<Step extends object>(byEvent: Map<number, Step>, eventId: unknown, more: Partial<Step>): void {
    Object.assign(byEvent.get(Number(wordOf(eventId))) ?? {}, more);
  }

  #schedule(event: HistoryEvent): void {
    const attributes = attributesOf(event, 'activityTaskScheduled') ?? {};
    this.#add(this.#activities, this.#run.activities, event, {
      id: wordOf(attributes.activityId),
      type: nameOf(attributes.activityType),
      summary: summaryOf(event),
      input: decodeAll(attributes.input),
      scheduledMs: event.eventTime,
      startedMs: null,
      closedMs: null,
      attempts: 0,
      state: 'open',
      result: null,
      spans: [],
      citations: null,
      failure: null,
    });
  }

  #start(event: HistoryEvent): void {
    const { scheduledEventId, attempt } = attributesOf(event, 'activityTaskStarted') ?? {};
    this.#set(this.#activities, scheduledEventId, {
      startedMs: event.eventTime,
      attempts: Number(wordOf(attempt ?? 1)),
    });
  }

  #complete(event: HistoryEvent): void {
    const attributes = attributesOf(event, 'activityTaskCompleted') ?? {};
    const [value] = decodeAll(attributes.result);
    const { result = null, spans, done } = (value ?? {}) as Said;
    const told = { spans: recordsIn(spans), citations: citationsIn(done) };
    const more = { closedMs: event.eventTime, state: 'completed', result, ...told } as const;
    this.#set(this.#activities, attributes.scheduledEventId, more);
  }

  #close(event: HistoryEvent, name: string, state: 'failed' | 'cancelled'): void {
    const attributes = attributesOf(event, name) ?? {};
    const failure = failureIn(attributes);
    // An activity that was cancelled has no failure, but details of its own.
    const said: Said | undefined = detailsIn(failure) ?? (decodeAll(attributes.details)[0] as Said | undefined);
    const more = {
      closedMs: event.eventTime,
      state,
      spans: recordsIn(said?.spans),
      citations: citationsIn(said?.done),
      failure: messageOf(failure) ?? state,
    };
    this.#set(this.#activities, attributes.scheduledEventId, more);
  }

  /** A local activity leaves one event, once it has ended; only one that left a record of its own was a step of the run. */
  #addLocal(event: HistoryEvent): void {
    const { details } = attributesOf(event, 'markerRecorded') ?? {};
    const { data, result: given } = (details ?? {}) as { data?: unknown; result?: unknown };
    const { activity_id: id, activity_type: type } = (decodeAll(data)[0] ?? {}) as Record<string, unknown>;
    const { result = null, spans } = (decodeAll(given)[0] ?? {}) as Said;
    const records = recordsIn(spans);
    const last = records.at(-1);
    if (last === undefined) return;
    this.#run.activities.push({
      ...{ id: wordOf(id), type: wordOf(type), summary: '', input: [] },
      ...{ scheduledMs: last.startMs, startedMs: last.startMs, closedMs: last.endMs, attempts: last.attempt },
      ...{ state: 'completed', result, spans: records, citations: null, failure: null },
    });
  }

  #end(event: HistoryEvent): void {
    const ended = /^(?:EVENT_TYPE_)?WORKFLOW_EXECUTION_(COMPLETED|FAILED|CANCELED|TERMINATED|TIMED_OUT)$/.exec(
      event.eventType,
    )?.[1];
    if (ended === undefined) return;
    this.#run.endMs = event.eventTime;
    if (ended === 'COMPLETED') {
      [this.#run.result = null] = decodeAll(attributesOf(event, 'workflowExecutionCompleted')?.result);
      return;
    }
    const failure = failureIn(attributesOf(event, 'workflowExecutionFailed'));
    this.#run.failure = messageOf(failure) ?? ended.toLowerCase();
  }
}

function nameOf(type: unknown): string {
  return wordOf((type as { name?: unknown } | undefined)?.name);
}

function recordsIn(spans: unknown): SpanRecord[] {
  return Array.isArray(spans) ? spans.flatMap((span) => SpanRecord.safeParse(span).data ?? []) : [];
}

/** What an activity hands over, and a failed one in its details. */
type Said = { result?: unknown; spans?: unknown; done?: unknown };

const Checked = z.looseObject({ citations: z.array(CheckedCitation) });

function citationsIn(done: unknown): CheckedCitation[] | null {
  return Checked.safeParse(done).data?.citations ?? null;
}
