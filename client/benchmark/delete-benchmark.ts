/** Deletes one benchmark: its folder, and its runs on the server, which nothing else needs. */
import { randomUUID } from 'node:crypto';
import { rename, rm } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { isGrpcServiceError, type WorkflowExecutionInfo } from '@temporalio/client';
import { CommandFailure } from '../../lib/errors.ts';
import { exitCodes } from '../exit-codes.ts';
import { inParallel } from '../../lib/in-parallel.ts';
import { readSettings } from '../../application/read-settings.ts';
import { openSession, type Session } from '../../application/session/session.ts';
import { bytesIn } from '../storage/sweep-files.ts';
import { listenForInterrupt } from '../terminal/interrupt.ts';
import { note, print, printJson } from '../terminal/output.ts';
import { benchmarkFolder, readManifest, unfinishedPrefix } from '../../application/benchmarks/benchmark-folders.ts';
import { findBenchmark } from './find-benchmark.ts';
import type { Printed } from '../output-schemas/output-schemas.ts';

/** Requests in flight. */
const atOnce = 8;

/**
 * The runs go first: one killed in between is found by its folder and deleted again. Were they left, a benchmark of the
 * same name would take their answers for its own.
 * @returns the exit code
 * @throws UsageError where there is none of that id; CommandFailure where it runs, or a schedule starts it
 */
export async function deleteBenchmark(id: string, json: boolean): Promise<number> {
  const settings = readSettings();
  await readManifest(settings.dataDirectory, id);
  using interrupt = listenForInterrupt();
  const { signal } = interrupt;
  await using session = await openSession({ settings, need: 'server', onProgress: note, signal });
  const runs = await runsOf(session, id);
  await inParallel(
    runs,
    { width: atOnce, signal },
    (run) => deleteRun(session, run),
    () => {},
  );
  const folder = benchmarkFolder(settings.dataDirectory, id);
  const bytes = bytesIn(folder);
  // Aside first: a folder under the id is whole or not there, and gc removes what a kill leaves aside.
  const aside = join(dirname(folder), `${unfinishedPrefix}${randomUUID()}`);
  await rename(folder, aside);
  await rm(aside, { recursive: true, force: true });
  if (json) printJson({ id, deleted: true, bytes, runs: runs.length } satisfies Printed<'bench delete'>);
  else print(`${id} is deleted: ${(bytes / 1e6).toFixed(2)} MB, ${runs.length} runs on the server`);
  return exitCodes.worked;
}

async function runsOf(session: Session, id: string): Promise<WorkflowExecutionInfo[]> {
  const { client } = session;
  for await (const { scheduleId } of client.schedule.list())
    if (scheduleId === id)
      throw new CommandFailure(`${id} is started by a schedule: "switchyard bench schedule delete ${id}" comes first`);
  if ((await findBenchmark(session, id))?.closed === false)
    throw new CommandFailure(
      `the benchmark ${id} runs: "switchyard bench cancel ${id}" ends it, then it can be deleted`,
    );
  const runs: WorkflowExecutionInfo[] = [];
  // An id holds no quotes.
  const query = `WorkflowId = '${id}' OR WorkflowId STARTS_WITH '${id}/'`;
  for await (const run of client.workflow.list({ query })) {
    if (run.status.name === 'RUNNING')
      throw new CommandFailure(`${run.workflowId}, a run of ${id}, has not ended: "switchyard runs --benchmark ${id}"`);
    runs.push(run);
  }
  return runs;
}

async function deleteRun({ client, namespace }: Session, { workflowId, runId }: WorkflowExecutionInfo): Promise<void> {
  try {
    await client.workflowService.deleteWorkflowExecution({ namespace, workflowExecution: { workflowId, runId } });
  } catch (error) {
    // NOT_FOUND: its retention has ended.
    if (!isGrpcServiceError(error) || error.code !== 5) throw error;
  }
}
