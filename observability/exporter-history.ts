/** Reads in the history of an exporter of traces which runs it was given and has not sent. */
import type { History } from '@temporalio/common/lib/proto-utils.js';
import { z } from 'zod';
import { ExportInput } from '../contracts/trace.ts';

const Runs = z.array(ExportInput);

/** Those that it has put aside are among them. */
export function unsentRuns({ events }: Pick<History, 'events'>): ExportInput[] {
  const given = new Map<string, ExportInput>();
  const sending = new Map<string, string>();
  for (const event of events ?? []) {
    const started = decoded(event.workflowExecutionStartedEventAttributes?.input) as { waiting?: unknown } | null;
    const signalled = decoded(event.workflowExecutionSignaledEventAttributes?.input);
    for (const run of Runs.safeParse(signalled ?? started?.waiting).data ?? []) given.set(run.runId, run);
    const task = ExportInput.safeParse(decoded(event.activityTaskScheduledEventAttributes?.input));
    if (task.success) sending.set(String(event.eventId), task.data.runId);
    const sent = event.activityTaskCompletedEventAttributes?.scheduledEventId;
    if (sent) given.delete(sending.get(String(sent)) ?? '');
  }
  return [...given.values()];
}

function decoded(input: { payloads?: { data?: Uint8Array | null }[] | null } | null | undefined): unknown {
  const data = input?.payloads?.[0]?.data;
  return data ? JSON.parse(Buffer.from(data).toString('utf8')) : null;
}
