/** Reads in the history of an exporter of traces which runs it was given and has not sent. */
import type { History } from '@temporalio/common/lib/proto-utils.js';
import { z } from 'zod';
import { ExportInput } from '../contracts/trace.ts';

const Runs = z.array(ExportInput);
/** What a batch came to: a trace that has arrived has an id. */
const Batch = z.object({ ended: z.array(z.object({ runId: z.string(), traceId: z.string().optional() })) });

/** Those that it has put aside are among them. */
export function unsentRuns({ events }: Pick<History, 'events'>): ExportInput[] {
  const given = new Map<string, ExportInput>();
  for (const event of events ?? []) {
    const started = decoded(event.workflowExecutionStartedEventAttributes?.input) as { waiting?: unknown } | null;
    const signalled = decoded(event.workflowExecutionSignaledEventAttributes?.input);
    for (const run of Runs.safeParse(signalled ?? started?.waiting).data ?? []) given.set(run.runId, run);
    const batch = Batch.safeParse(decoded(event.activityTaskCompletedEventAttributes?.result));
    for (const { runId, traceId } of batch.data?.ended ?? []) if (traceId !== undefined) given.delete(runId);
  }
  return [...given.values()];
}

function decoded(input: { payloads?: { data?: Uint8Array | null }[] | null } | null | undefined): unknown {
  const data = input?.payloads?.[0]?.data;
  return data ? JSON.parse(Buffer.from(data).toString('utf8')) : null;
}
