/**
 * What a workflow sends to the server, in one form: as the events of a history keep it, and as the commands of a replay
 * say it. Temporal's replay compares the kinds of commands and the names of activities; here all that they say is compared.
 */
import type { History, Payload } from '@temporalio/common/lib/proto-utils.js';
import type { Workflow } from '@temporalio/worker/lib/workflow/interface.js';

type Completion = Awaited<ReturnType<Workflow['activate']>>;
export type Command = NonNullable<NonNullable<Completion['successful']>['commands']>[number];
type Event = NonNullable<History['events']>[number];

/** One command: its kind, its workflow task (the event that began it), and what it says. What it leaves out has the value that the server takes for it. */
export type Sent = { kind: string; task: number; [field: string]: unknown };

type Said = { kind: string; [field: string]: unknown };
type Readers<Message> = { [Name in keyof Message]?: (said: NonNullable<Message[Name]>) => Said };

const ofEvents: Readers<Event> = {
  activityTaskScheduledEventAttributes: ({ activityType, taskQueue, input, ...said }) =>
    activity(said, activityType?.name, taskQueue?.name, input?.payloads),
  // A local activity leaves its name and its result; its limits stand nowhere.
  markerRecordedEventAttributes: ({ details }) => localActivity(JSON.parse(text(details?.data?.payloads?.[0]) ?? '{}')),
  // What ends something repeats its summary in a history. `withIds` has put the activity's id in place of its event's.
  activityTaskCancelRequestedEventAttributes: ({ scheduledEventId }) => ({
    kind: 'cancel activity',
    id: String(scheduledEventId),
    summary: undefined,
  }),
  timerStartedEventAttributes: ({ timerId, startToFireTimeout }) => timer(timerId, startToFireTimeout),
  requestCancelExternalWorkflowExecutionInitiatedEventAttributes: ({ workflowExecution }) => ({
    kind: 'cancel child',
    child: workflowExecution?.workflowId,
    summary: undefined,
  }),
  timerCanceledEventAttributes: ({ timerId }) => ({ kind: 'cancel timer', id: timerId, summary: undefined }),
  upsertWorkflowSearchAttributesEventAttributes: ({ searchAttributes }) => attributes(searchAttributes?.indexedFields),
  startChildWorkflowExecutionInitiatedEventAttributes: ({ workflowType, taskQueue, input, memo, ...said }) =>
    child(said, workflowType?.name, taskQueue?.name, { input: input?.payloads, memo: memo?.fields }),
  signalExternalWorkflowExecutionInitiatedEventAttributes: ({ workflowExecution, signalName, input }) =>
    signal(workflowExecution?.workflowId, signalName, input?.payloads),
  workflowExecutionCompletedEventAttributes: ({ result }) => ({
    kind: 'complete',
    result: result?.payloads?.map(text),
  }),
  workflowExecutionFailedEventAttributes: ({ failure }) => failed(failure),
  workflowExecutionContinuedAsNewEventAttributes: ({ workflowType, taskQueue, input }) =>
    next(workflowType?.name, taskQueue?.name, input?.payloads),
};

const ofCommands: Readers<Command> = {
  scheduleActivity: (said) => activity(said, said.activityType, said.taskQueue, said.arguments),
  scheduleLocalActivity: ({ activityType, activityId }) =>
    localActivity({ activity_type: activityType, activity_id: activityId }),
  requestCancelActivity: ({ seq }) => ({ kind: 'cancel activity', id: String(seq) }),
  cancelChildWorkflowExecution: ({ childWorkflowSeq }) => ({ kind: 'cancel child', child: String(childWorkflowSeq) }),
  startTimer: ({ seq, startToFireTimeout }) => timer(String(seq), startToFireTimeout),
  cancelTimer: ({ seq }) => ({ kind: 'cancel timer', id: String(seq) }),
  upsertWorkflowSearchAttributes: ({ searchAttributes }) => attributes(searchAttributes?.indexedFields),
  startChildWorkflowExecution: ({ input, memo, ...said }) =>
    child(said, said.workflowType, said.taskQueue, { input, memo }),
  signalExternalWorkflowExecution: ({ childWorkflowId, workflowExecution, signalName, args }) =>
    signal(childWorkflowId ?? workflowExecution?.workflowId, signalName, args),
  completeWorkflowExecution: ({ result }) => ({ kind: 'complete', result: result ? [text(result)] : undefined }),
  failWorkflowExecution: ({ failure }) => failed(failure),
  continueAsNewWorkflowExecution: (said) => next(said.workflowType, said.taskQueue, said.arguments),
};

/** The commands that a history's events are made of, in order. */
export function sentIn({ events }: History): Sent[] {
  const all = events ?? [];
  const sent = all.flatMap((event) => {
    const completed = completedTask(event);
    // A task's completion comes right after its start.
    if (completed === null) return [];
    const said = read(withIds(event, all), ofEvents);
    return [{ ...said, task: (said.kind === 'local activity' ? begunBy(completed, all) : completed) - 1 }];
  });
  return inOneOrder(sent);
}

/**
 * The completion of the task in which a local activity was begun. A task that a query was asked in is completed while it is
 * under way, and the next follows at once. So does one that an update has begun: its acceptance stands right behind it.
 */
function begunBy(completed: number, events: readonly Event[]): number {
  if (events[completed]?.workflowExecutionUpdateAcceptedEventAttributes) return completed;
  const scheduled = events[completed - 1]?.workflowTaskCompletedEventAttributes?.scheduledEventId;
  const before = events[Number(scheduled) - 2];
  const task = before?.workflowTaskCompletedEventAttributes ? Number(before.eventId) : before && completedTask(before);
  return task === null || task === undefined ? completed : begunBy(task, events);
}

/**
 * In the order of their tasks, the local activities of a task first: the event of one is written once it has ended, so that no
 * history says where among the other commands of its task it was begun. Temporal's replay looks at that.
 */
export function inOneOrder(sent: readonly Sent[]): Sent[] {
  const isOther = ({ kind }: Sent) => Number(kind !== 'local activity');
  return sent.toSorted((one, other) => one.task - other.task || isOther(one) - isOther(other));
}

/** The commands that an activation of this task has led to. A timer that starts and ends in it never leaves the worker. */
export function sentBy(commands: readonly Command[], task: number): Sent[] {
  const started = commands.flatMap(({ startTimer }) => startTimer?.seq ?? []);
  const brief = commands.flatMap(({ cancelTimer }) => cancelTimer?.seq ?? []).filter((seq) => started.includes(seq));
  return commands
    .filter(({ startTimer, cancelTimer }) => !brief.includes(startTimer?.seq ?? cancelTimer?.seq ?? 0))
    .filter(({ respondToQuery, updateResponse }) => !respondToQuery && !updateResponse)
    .map((command) => ({ ...read(command, ofCommands), task }));
}

/** The workflow task that an event came with; null where no command has caused it. */
function completedTask(event: Event): number | null {
  const named = Object.entries(event).flatMap(([name, said]) =>
    name.endsWith('EventAttributes')
      ? [(said as { workflowTaskCompletedEventId?: unknown })?.workflowTaskCompletedEventId]
      : [],
  );
  return named[0] ? Number(named[0]) : null;
}

/** Commands know an activity that they cancel by its id, and a child by its number; events name other events. */
function withIds(event: Event, all: readonly Event[]): Event {
  const activity = event.activityTaskCancelRequestedEventAttributes;
  if (activity) {
    const scheduled = all.find(({ eventId }) => String(eventId) === String(activity.scheduledEventId));
    const id = scheduled?.activityTaskScheduledEventAttributes?.activityId;
    return { ...event, activityTaskCancelRequestedEventAttributes: { scheduledEventId: id as never } };
  }
  const child = event.requestCancelExternalWorkflowExecutionInitiatedEventAttributes;
  if (!child) return event;
  const children = all.flatMap((each) => each.startChildWorkflowExecutionInitiatedEventAttributes?.workflowId ?? []);
  const workflowId = String(children.indexOf(child.workflowExecution?.workflowId ?? '') + 1);
  return {
    ...event,
    requestCancelExternalWorkflowExecutionInitiatedEventAttributes: { workflowExecution: { workflowId } },
  };
}

function read<Message extends Command | Event>(message: Message, readers: Readers<Message>): Said {
  for (const name of Object.keys(readers) as (keyof Message)[]) {
    const said = message[name];
    if (said) return { summary: text(message.userMetadata?.summary), ...readers[name]?.(said) } as Said;
  }
  throw new Error(`not known as something that a workflow sends: ${JSON.stringify(message).slice(0, 300)}`);
}

type Activity = NonNullable<Command['scheduleActivity']>;
type Limits = Pick<
  Activity,
  | 'activityId'
  | 'scheduleToCloseTimeout'
  | 'scheduleToStartTimeout'
  | 'startToCloseTimeout'
  | 'heartbeatTimeout'
  | 'retryPolicy'
>;
type ChildOptions = Pick<
  NonNullable<Command['startChildWorkflowExecution']>,
  | 'workflowId'
  | 'searchAttributes'
  | 'workflowExecutionTimeout'
  | 'workflowRunTimeout'
  | 'parentClosePolicy'
  | 'workflowIdReusePolicy'
  | 'priority'
>;
type Failure = NonNullable<Command['failWorkflowExecution']>['failure'];
type Duration = Activity['startToCloseTimeout'];
type Retry = Activity['retryPolicy'];
type Name = string | null | undefined;
type Payloads = readonly Payload[] | null | undefined;
type Fields = { [name: string]: Payload } | null | undefined;

function activity(said: Limits, type: Name, queue: Name, args: Payloads): Said {
  const total = ms(said.scheduleToCloseTimeout);
  const attempt = ms(said.startToCloseTimeout) || total;
  return {
    kind: 'activity',
    id: said.activityId,
    type,
    queue,
    arguments: args?.map(text),
    scheduleToClose: total,
    scheduleToStart: ms(said.scheduleToStartTimeout) || total,
    startToClose: total === 0 ? attempt : Math.min(attempt, total),
    heartbeat: Math.min(ms(said.heartbeatTimeout), attempt),
    retry: retry(said.retryPolicy),
  };
}

const localActivity = ({ activity_type, activity_id }: { activity_type?: Name; activity_id?: Name }): Said => ({
  kind: 'local activity',
  id: activity_id,
  type: activity_type,
});

const timer = (id: Name, after: Duration): Said => ({ kind: 'timer', id, ms: ms(after) });

const attributes = (fields: Fields): Said => ({ kind: 'search attributes', values: texts(fields) });

function child(said: ChildOptions, type: Name, queue: Name, { input, memo }: { input: Payloads; memo: Fields }): Said {
  const { priorityKey, fairnessKey } = said.priority ?? {};
  return {
    kind: 'child',
    id: said.workflowId,
    type,
    queue,
    input: input?.map(text),
    memo: texts(memo),
    searchAttributes: texts(said.searchAttributes?.indexedFields),
    executionTimeout: ms(said.workflowExecutionTimeout),
    runTimeout: ms(said.workflowRunTimeout) || ms(said.workflowExecutionTimeout),
    parentClosePolicy: said.parentClosePolicy,
    reusePolicy: said.workflowIdReusePolicy,
    priority: [priorityKey ?? 0, fairnessKey ?? ''],
  };
}

const signal = (to: Name, name: Name, args: Payloads): Said => ({
  kind: 'signal',
  to,
  name,
  arguments: args?.map(text) ?? [],
});

/** Without the stack, which names lines. */
const failed = (failure: Failure): Said => ({
  kind: 'fail',
  message: failure?.message,
  type: failure?.applicationFailureInfo?.type,
  nonRetryable: failure?.applicationFailureInfo?.nonRetryable ?? false,
  cause: failure?.cause?.message,
});

const next = (type: Name, queue: Name, args: Payloads): Said => ({
  kind: 'continue as new',
  type,
  queue,
  arguments: args?.map(text),
});

function retry(policy: Retry): unknown {
  const first = ms(policy?.initialInterval) || 1000;
  return {
    first,
    factor: policy?.backoffCoefficient || 2,
    longest: ms(policy?.maximumInterval) || 100 * first,
    attempts: policy?.maximumAttempts ?? 0,
  };
}

/** Whole seconds are a number, a text or a `Long`, whoever has read the message. */
const ms = (duration: Duration): number => Number(duration?.seconds ?? 0) * 1000 + (duration?.nanos ?? 0) / 1e6;

/** The bytes as text: all that we send is JSON. */
const text = (payload: Payload | null | undefined): string | undefined =>
  payload?.data ? Buffer.from(payload.data).toString('utf8') : undefined;

const texts = (fields: Fields): unknown =>
  Object.fromEntries(
    Object.entries(fields ?? {})
      .map(([name, payload]) => [name, text(payload)] as const)
      .toSorted(([one], [other]) => (one < other ? -1 : 1)),
  );
