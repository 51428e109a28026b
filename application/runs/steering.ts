/** What is done to one run that is paused, resumed or retried. */
import { randomUUID } from 'node:crypto';
import type { WorkflowHandle } from '@temporalio/client';
import type { RunFailure } from '../../contracts/run.ts';
import { signals } from '../../contracts/names.ts';
import { outcomeOf } from './watch-run.ts';
import type { Session } from '../session/session.ts';

export type SteeringAction = 'pause' | 'resume' | 'retry';

/** `error`: why it was not done. */
export type Steered = { done: boolean; error: string | null };

type Server = Pick<Session, 'connection' | 'namespace'>;

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
  { connection, namespace }: Server,
  handle: WorkflowHandle,
): Promise<{ runId: string; error: null } | { runId: null; error: string }> {
  const { outcome } = await outcomeOf(handle);
  if (outcome.kind !== 'unavailable') return { runId: null, error: `its outcome is ${outcome.kind}: nothing to retry` };
  const point = resetPoint((await handle.fetchHistory()).events ?? [], outcome.failure.kind);
  if (point === null) return { runId: null, error: `no call of it has failed (${outcome.failure.kind})` };
  const { runId } = await handle.describe();
  const reset = await connection.workflowService.resetWorkflowExecution({
    namespace,
    workflowExecution: { workflowId: handle.workflowId, runId },
    reason: 'switchyard runs retry',
    workflowTaskFinishEventId: point,
    requestId: randomUUID(),
  });
  return { runId: reset.runId, error: null };
}

type Events = NonNullable<Awaited<ReturnType<WorkflowHandle['fetchHistory']>>['events']>;
type EventId = NonNullable<Events[number]['eventId']>;

/**
 * The task that scheduled the earliest of the calls by which the run has ended: those that failed in that way after a
 * person last resumed it. Null where none has failed.
 */
export function resetPoint(events: Events, kind: RunFailure['kind']): EventId | null {
  const scheduled = new Map<string, { task: EventId }>();
  let failed: { task: EventId; type: string | null }[] = [];
  for (const event of events) {
    const { activityTaskScheduledEventAttributes: begun, workflowExecutionSignaledEventAttributes: signaled } = event;
    if (begun?.workflowTaskCompletedEventId)
      scheduled.set(String(event.eventId), { task: begun.workflowTaskCompletedEventId });
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
