/**
 * Takes up the calls of worker processes that are gone, so that nobody waits for a heartbeat time-out.
 *
 * 1. A register whose lock is taken has a living owner, also where that stands still: it is never touched.
 * 2. Whoever gets the lock has the register for itself, and removes it once every call in it was seen to. A kill on the
 *    way leaves it to the next.
 * 3. An attempt is failed by the token of its task. "Not found" means that it was over, or that somebody was faster; an
 *    activity's id would name a later attempt, too.
 * 4. The workflow of a call is taken off the sticky queue of its dead worker, where its next task would wait. The server
 *    keeps that in memory until the next thing is written of the workflow, and a refused call makes it forget: so it is said
 *    again after those.
 * 5. Runs that the dead worker was to hand over to the exporter of traces are handed over, each perhaps twice.
 */
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Client } from '@temporalio/client';
import type { ExportInput } from '../contracts/trace.ts';
import { unlessGone } from '../observability/unless-gone.ts';
import { lostWithWorker } from '../activities/failures.ts';
import { lingerMs, type RegisteredCall, type RegisterLine } from './call-register.ts';
import { callsEnding, lockEnding, removeRegister } from '../runtime/host/call-registers.ts';
import { takeLock } from '../runtime/host/file-lock.ts';

export type LostCalls = { owners: number; failed: number; handedOver: number };

/** Workflows that are seen to at once. */
const atOnce = 16;

type Registers = {
  folder: string;
  /** The register of this worker. */
  own: string;
  /** As registers name it; those of other servers are left to their workers. */
  server: string;
  /** Tells the exporter of traces. */
  handOver(runs: ExportInput[]): Promise<void>;
};

/**
 * @throws Error where the server does not answer; what was not seen to stays
 */
export async function failLostCalls(client: Client, { folder, own, server, handOver }: Registers): Promise<LostCalls> {
  const lost: LostCalls = { owners: 0, failed: 0, handedOver: 0 };
  for (const entry of readdirSync(folder)) {
    const name = join(folder, entry);
    if (!entry.endsWith(lockEnding) || name === own) continue;
    const lock = takeLock(name);
    if (lock === null) continue;
    try {
      const register = readRegister(name.slice(0, -lockEnding.length) + callsEnding);
      if (register !== null && register.server !== server) continue;
      lost.owners += 1;
      lost.failed += await failAll(client, register?.calls ?? []);
      const untold = register?.untold ?? [];
      if (untold.length > 0) await handOver(untold);
      lost.handedOver += untold.length;
      removeRegister(name);
    } finally {
      lock.release();
    }
  }
  return lost;
}

type Left = RegisteredCall & { returnedMs: number | null };

/** Null where there is nothing to read: its owner died before it wrote anything, or somebody was faster. */
function readRegister(file: string): { server: string; calls: Left[]; untold: ExportInput[] } | null {
  if (!existsSync(file)) return null;
  const calls = new Map<number, Left>();
  const untold = new Map<number, ExportInput>();
  let [server, lastMs]: [string | null, number] = [null, 0];
  for (const text of readFileSync(file, 'utf8').split('\n')) {
    const line = lineOf(text);
    if (line === null) continue;
    if ('server' in line) server = line.server;
    else if ('call' in line) calls.set(line.call, { ...line, returnedMs: null });
    else if ('ending' in line) untold.set(line.ending, { workflowId: line.workflowId, runId: line.runId });
    else if ('told' in line) untold.delete(line.told);
    else {
      lastMs = Math.max(lastMs, line.atMs);
      const call = calls.get(line.returned);
      if (call !== undefined) call.returnedMs = line.atMs;
    }
  }
  const left = [...calls.values()].filter(({ returnedMs }) => returnedMs === null || returnedMs > lastMs - lingerMs);
  return server === null ? null : { server, calls: left, untold: [...untold.values()] };
}

/** Null for the last line of a process that was killed while it wrote. */
function lineOf(text: string): RegisterLine | null {
  try {
    return JSON.parse(text) as RegisterLine;
  } catch {
    return null;
  }
}

async function failAll(client: Client, calls: readonly Left[]): Promise<number> {
  // Those that are surely open come first: they are what somebody waits for.
  const inOrder = [...calls].sort((one, other) => Number(one.returnedMs !== null) - Number(other.returnedMs !== null));
  const waiting = [...Map.groupBy(inOrder, ({ runId }) => runId).values()];
  const take = async () => {
    let failed = 0;
    for (let next = waiting.shift(); next !== undefined; next = waiting.shift())
      failed += await failOfRun(client, next);
    return failed;
  };
  const failed = await Promise.all(Array.from({ length: atOnce }, take));
  return failed.reduce((sum, count) => sum + count, 0);
}

/** @param calls of one run @returns how many of them were open */
async function failOfRun(client: Client, calls: readonly Left[]): Promise<number> {
  const { namespace } = client.options;
  const [{ workflowId = '', runId = '' } = {}] = calls;
  const execution = { workflowId, runId };
  const found = await unlessGone(client.workflowService.describeWorkflowExecution({ namespace, execution }));
  if (found === null || found.workflowExecutionInfo?.closeTime) return 0;
  const leaveSticky = () => unlessGone(client.workflowService.resetStickyTaskQueue({ namespace, execution }));
  await leaveSticky();
  let [failed, refused] = [0, 0];
  for (const { taskToken, activityId } of calls) {
    const pending = found.pendingActivities?.find((each) => each.activityId === activityId);
    if (pending === undefined) continue;
    const token = Buffer.from(taskToken, 'base64');
    // The server does not attempt it again: it ends as cancelled, with what its attempts have said of themselves.
    const ending: Promise<unknown> =
      pending.state === cancelRequested
        ? client.workflowService.respondActivityTaskCanceled({
            ...{ namespace, taskToken: token, details: pending.heartbeatDetails ?? null },
          })
        : client.activity.fail(token, lostWithWorker());
    if ((await unlessGone(ending.then(() => true))) === null) refused += 1;
    else failed += 1;
  }
  if (refused > 0) await leaveSticky();
  return failed;
}

/** PENDING_ACTIVITY_STATE_CANCEL_REQUESTED */
const cancelRequested = 3;
