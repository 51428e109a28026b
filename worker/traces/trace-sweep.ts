/**
 * Finds runs that have ended without handing themselves over to the exporter of traces: those that could not, and say so in
 * their memo; and those that were terminated or ended by the server's limit, when none of their code runs. So it does with
 * what an exporter that was terminated had still to send.
 */
import { mkdir, readFile } from 'node:fs/promises';
import { dirname } from 'node:path';
import type { Client, WorkflowExecutionInfo } from '@temporalio/client';
import { exporterType, untracedMemo, workflowTypes } from '../../contracts/names.ts';
import type { ExportInput } from '../../contracts/trace.ts';
import { replaceFile } from '../../lib/fs.ts';
import { fetchClearHistory } from '../../observability/clear-history.ts';
import { unsentRuns } from '../../observability/exporter-history.ts';
import { traceIdOf } from '../../observability/trace-ids.ts';
import type { TraceSink } from '../../observability/trace-sink.ts';

export type TraceSweep = {
  client: Client;
  taskQueue: string;
  sink: Pick<TraceSink, 'holds'>;
  handOver(runs: ExportInput[]): Promise<void>;
  /** A file that keeps when the last sweep was. */
  markFile: string;
  signal: AbortSignal;
};

/** Traces are tried to be sent for as long. */
const sinceMs = 7 * 24 * 3600 * 1000;
/** The server's list is a moment late. */
const lagMs = 60_000;
const atOnce = 100;

/** @returns how many runs were handed over */
export async function sweepTraces(sweep: TraceSweep): Promise<number> {
  const nowMs = Date.now();
  const fromMs = Math.max((await lastSweep(sweep.markFile)) - lagMs, nowMs - sinceMs);
  let found = 0;
  let part: ExportInput[] = [];
  const give = async () => {
    found += part.length;
    if (part.length > 0) await sweep.handOver(part);
    part = [];
  };
  for await (const run of sweep.client.workflow.list({ query: queryOf(sweep, fromMs), pageSize: atOnce })) {
    for (const unsent of await unsentOf(sweep, run)) part.push(unsent);
    if (part.length >= atOnce) await give();
  }
  await give();
  await mkdir(dirname(sweep.markFile), { recursive: true, mode: 0o700 });
  await replaceFile(sweep.markFile, `${new Date(nowMs).toISOString()}\n`);
  return found;
}

function queryOf({ taskQueue }: TraceSweep, fromMs: number): string {
  const queue = `TaskQueue = '${taskQueue.replaceAll("'", "''")}'`;
  const runs = `WorkflowType = '${workflowTypes.answerQuestion}' AND ExecutionStatus != 'Running'`;
  const exporters = `WorkflowType = '${exporterType}' AND ExecutionStatus IN ('Terminated', 'TimedOut')`;
  return `${queue} AND CloseTime > '${new Date(fromMs).toISOString()}' AND ((${runs}) OR (${exporters}))`;
}

async function unsentOf({ client, sink, signal }: TraceSweep, run: WorkflowExecutionInfo): Promise<ExportInput[]> {
  const { workflowId, runId, closeTime, type, memo, status } = run;
  if (type === exporterType) return unsentRuns(await fetchClearHistory(client, { workflowId, runId }));
  const isCutOff = status.name === 'TERMINATED' || status.name === 'TIMED_OUT';
  if (!isCutOff && memo?.[untracedMemo] !== true) return [];
  const sent = await sink.holds({ traceId: traceIdOf(runId), endMs: closeTime?.getTime() ?? 0 }, signal);
  return sent ? [] : [{ workflowId, runId }];
}

/** 0 where there was none. */
async function lastSweep(markFile: string): Promise<number> {
  const text = await readFile(markFile, 'utf8').catch(() => '');
  return Date.parse(text.trim()) || 0;
}
