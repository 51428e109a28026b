/** What is done to one run that is paused, resumed or retried. */
import { randomUUID } from 'node:crypto';
import type { WorkflowHandle } from '@temporalio/client';
import type { History } from '@temporalio/common/lib/proto-utils.js';
import { Payment } from '../../contracts/agent-calls.ts';
import type { RunFailure } from '../../contracts/run.ts';
import { signals } from '../../contracts/names.ts';
import { fetchClearHistory } from '../../observability/clear-history.ts';
import { outcomeOf } from './watch-run.ts';
import type { Session } from '../session/session.ts';

export type SteeringAction = 'pause' | 'resume' | 'retry';

/** `error`: why it was not done. */
export type Steered = { done: boolean; error: string | null };

type Server = Pick<Session, 'client' | 'connection' | 'namespace'>;

/** @throws what the server says of a run that is gone or has ended meanwhile */
export async function steer(server: Server, action: SteeringAction, handle: WorkflowHandle): Promise<Steered> {
  if (action === 'retry') {
    const { error } = await resetToFailedCall(server, handle);
    return { done: error === null, error };
  }
  await handle.signal(action === 'pause' ? signals.pause : signals.retry);
  return { done: true, error: null };
}

/**
 * Has the server begin a run of the same id that keeps the history of the one which ended, up to the call that has failed:
 * what was answered before is not asked again.
 * @returns the id of the new run; or why there is none
 */
export async function resetToFailedCall(
  { client, connection, namespace }: Server,
  handle: WorkflowHandle,
): Promise<{ runId: string; error: null } | { runId: null; error: string }> {
  const { outcome } = await outcomeOf(handle);
  if (outcome.kind !== 'unavailable') return { runId: null, error: `its outcome is ${outcome.kind}: nothing to retry` };
  const { workflowId } = handle;
  const { runId } = await handle.describe();
  const { events } = await fetchClearHistory(client, { workflowId, runId });
  const point = resetPoint(events ?? [], outcome.failure.kind);
  if (point === null) return { runId: null, error: `no call of it has failed (${outcome.failure.kind})` };
  const reset = await connection.workflowService.resetWorkflowExecution({
    namespace,
    workflowExecution: { workflowId, runId },
    reason: 'switchyard runs retry',
    workflowTaskFinishEventId: point,
    requestId: randomUUID(),
  });
  return { runId: reset.runId, error: null };
}

type Events = NonNullable<History['events']>;
type EventId = NonNullable<Events[number]['eventId']>;
type Call = { task: EventId; name: string };

/**
 * The task that scheduled the earliest of the calls by which the run has ended: those that failed in that way and were not
 * made again, whichever way a person has decided so. Null where none has failed.
 * @param events in the clear
 */
export function resetPoint(events: Events, kind: RunFailure['kind']): EventId | null {
  const scheduled = new Map<string, Call>();
  let failed: (Call & { type: string | null })[] = [];
  for (const event of events) {
    const { activityTaskScheduledEventAttributes: begun, workflowExecutionSignaledEventAttributes: signaled } = event;
    if (begun?.workflowTaskCompletedEventId) {
      const call = { task: begun.workflowTaskCompletedEventId, name: nameOf(begun) };
      scheduled.set(String(event.eventId), call);
      failed = failed.filter(({ name }) => name !== call.name);
    }
    // What has failed meanwhile without being waited for is no part of what comes after.
    if (signaled?.signalName === signals.retry) failed = [];
    const end = event.activityTaskFailedEventAttributes ?? event.activityTaskTimedOutEventAttributes;
    const call = scheduled.get(String(end?.scheduledEventId));
    if (end && call !== undefined) failed.push({ ...call, type: end.failure?.applicationFailureInfo?.type ?? null });
  }
  const alike = failed.filter(({ type }) => type === kind);
  const tasks = (alike.length > 0 ? alike : failed).map(({ task }) => task);
  return tasks.reduce<EventId | null>(
    (first, task) => (first === null || Number(task) < Number(first) ? task : first),
    null,
  );
}

type Scheduled = NonNullable<Events[number]['activityTaskScheduledEventAttributes']>;

/** The same however often a call is scheduled: a model call by its key, anything else by what it is asked. */
function nameOf({ activityType, input }: Scheduled): string {
  const texts = (input?.payloads ?? []).map(({ data }) => Buffer.from(data ?? []).toString('utf8'));
  const payment = Payment.pick({ key: true }).safeParse(jsonIn(texts[1] ?? 'null'));
  return JSON.stringify([activityType?.name, payment.success ? payment.data.key : texts]);
}

function jsonIn(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return null;
  }
}
