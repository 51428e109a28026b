/** `switchyard replay`: replays the histories of runs with the workflow code of this version, before it is deployed. */
import { spawn } from 'node:child_process';
import { createInterface } from 'node:readline';
import { WorkflowNotFoundError } from '@temporalio/client';
import { historyToJSON } from '@temporalio/common/lib/proto-utils.js';
import { exporterType, noticeType, workflowTypes } from '../../contracts/names.ts';
import { type ReplayTask, ReplayVerdict } from '../../contracts/replay.ts';
import { CommandFailure, UsageError } from '../../lib/errors.ts';
import { printableLine } from '../../lib/printable.ts';
import { fetchClearHistory } from '../../observability/clear-history.ts';
import { exitCodes } from '../exit-codes.ts';
import { readSettings } from '../../application/read-settings.ts';
import { openSession, type Session } from '../../application/session/session.ts';
import { listenForInterrupt } from '../terminal/interrupt.ts';
import { note, print, printJson } from '../terminal/output.ts';
import { historyOfFile, isHistoryFile } from '../../application/runs/load-run.ts';
import { moduleFile } from '../../lib/own-files.ts';

export type ReplayOptions = { recent?: number; json: boolean };

/** @returns 1 where the code does not fit one of the histories @throws UsageError where nothing, or no such run, is named */
export async function replayRuns(names: readonly string[], { recent, json }: ReplayOptions): Promise<number> {
  if ((names.length === 0) === (recent === undefined))
    throw new UsageError('name runs or history files, or say how many with --recent');
  const settings = readSettings();
  using interrupt = listenForInterrupt();
  const { signal } = interrupt;
  const files = names.filter(isHistoryFile);
  const tasks: AsyncIterable<ReplayTask>[] = [tasksOfFiles(files)];
  const open = () => openSession({ settings, need: 'server', onProgress: note, signal });
  await using session = files.length === names.length && recent === undefined ? null : await open();
  const ids = names.filter((name) => !isHistoryFile(name));
  if (session !== null)
    tasks.push(tasksOfRuns(session, recent === undefined ? given(ids) : recentRuns(session, recent)));
  let [replayed, differing] = [0, 0];
  await replayAll(tasks, signal, (verdict) => {
    replayed += 1;
    if (verdict.difference !== null) differing += 1;
    if (json) printJson(verdict);
    else print(printableLine(verdictText(verdict)));
  });
  if (replayed === 0) note('there is nothing to replay');
  else note(differing === 0 ? agreeing(replayed) : `${differing} of ${replayed} do not replay with this code`);
  return differing === 0 ? exitCodes.worked : exitCodes.failed;
}

const agreeing = (replayed: number): string => (replayed === 1 ? 'it replays' : `all ${replayed} replay`);

type NamedRun = { workflowId: string; runId?: string };

async function* given(ids: readonly string[]): AsyncGenerator<NamedRun> {
  for (const workflowId of ids) yield { workflowId };
}

/** Those that began last, of any of our workflows on the task queue. */
async function* recentRuns({ client, taskQueue }: Session, many: number): AsyncGenerator<NamedRun> {
  const types = [...Object.values(workflowTypes), exporterType, noticeType].map((type) => `'${type}'`).join(', ');
  const query = `WorkflowType IN (${types}) AND TaskQueue = '${taskQueue.replaceAll("'", "''")}'`;
  let left = many;
  if (left === 0) return;
  for await (const { workflowId, runId } of client.workflow.list({ query, pageSize: Math.min(many, 500) })) {
    yield { workflowId, runId };
    left -= 1;
    if (left === 0) return;
  }
}

async function* tasksOfFiles(files: readonly string[]): AsyncGenerator<ReplayTask> {
  for (const file of files) yield { workflowId: file, history: await historyOfFile(file) };
}

async function* tasksOfRuns({ client }: Session, runs: AsyncIterable<NamedRun>): AsyncGenerator<ReplayTask> {
  for await (const run of runs) {
    const history = await fetchClearHistory(client, run).catch((error: unknown) => {
      if (!(error instanceof WorkflowNotFoundError)) throw error;
      throw new UsageError(`there is no run ${run.workflowId}: "switchyard runs" lists those there are`);
    });
    // The replayer takes the run's id from here, where a reset leaves that of the first run.
    const started = history.events?.[0]?.workflowExecutionStartedEventAttributes;
    if (started && run.runId !== undefined) started.originalExecutionRunId = run.runId;
    yield { workflowId: run.workflowId, history: JSON.parse(historyToJSON(history)) };
  }
}

/** In a process of its own: the client loads neither the worker nor the workflows. */
async function replayAll(
  tasks: readonly AsyncIterable<ReplayTask>[],
  signal: AbortSignal,
  onVerdict: (verdict: ReplayVerdict) => void,
): Promise<void> {
  const file = moduleFile('worker/replay-main');
  const child = spawn(process.execPath, [file], { stdio: ['pipe', 'pipe', 'inherit'], signal });
  const ended = new Promise<number | null>((resolve) => {
    child.once('error', () => resolve(null));
    child.once('close', resolve);
  });
  child.stdin.on('error', () => undefined); // its end is reported by 'close'
  const give = async () => {
    for (const part of tasks)
      for await (const task of part)
        if (!child.stdin.write(`${JSON.stringify(task)}\n`)) await new Promise((go) => child.stdin.once('drain', go));
    child.stdin.end();
  };
  const given = give().then(
    () => null,
    (problem: unknown) => {
      child.kill();
      return { problem };
    },
  );
  for await (const line of createInterface({ input: child.stdout })) onVerdict(ReplayVerdict.parse(JSON.parse(line)));
  const failed = await given;
  signal.throwIfAborted();
  if (failed !== null) throw failed.problem;
  if ((await ended) !== 0) throw new CommandFailure('the replay broke off');
}

function verdictText({ workflowId, difference }: ReplayVerdict): string {
  return difference === null ? `replays  ${workflowId}` : `differs  ${workflowId}: ${difference}`;
}
