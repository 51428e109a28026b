/** What runs ask people at this moment. */
import type { WorkflowHandle } from '@temporalio/client';
import { z } from 'zod';
import { DecisionRequest } from '../../contracts/decision.ts';
import { attributeNames, queries } from '../../contracts/names.ts';
import { inParallel } from '../../lib/in-parallel.ts';
import type { Session } from '../session/session.ts';
import { findOpenRun } from './find-run.ts';
import { type RunRow, rowOf } from './list-runs.ts';
import { questionRunsQuery } from './question-runs.ts';
import { registeredAttributes } from './start-run.ts';
import { isUnanswered } from './watch-run.ts';

/** What one run asks, with the run. */
export type PendingRequest = { workflowId: string; runId: string; question: string | null } & DecisionRequest;

/** `silent`: runs of which no worker tells what they ask, such as those that an older version began. */
export type Pending = { requests: PendingRequest[]; silent: string[] };

/** How many runs are asked at a time, and how long one may take to answer. */
const width = 8;
const queryLimitMs = 5_000;
/** A worker that has just started takes a moment. */
const tries = 3;

type AskedRun = Pick<RunRow, 'id' | 'runId' | 'question'>;

/** @param workflowId that of one run; all that wait unless given @throws RunNotFound; RunHasEnded */
export async function pendingRequests(
  session: Session,
  workflowId: string | null,
  signal: AbortSignal,
): Promise<Pending> {
  const runs = workflowId === null ? await waitingRuns(session) : [await oneRun(session, workflowId)];
  const pending: Pending = { requests: [], silent: [] };
  await inParallel(
    runs,
    { width, signal },
    ({ id, runId }) => requestsOf(session, session.client.workflow.getHandle(id, runId), signal),
    (found, { id, runId, question }) => {
      if (found === null) pending.silent.push(id);
      for (const request of found ?? []) pending.requests.push({ workflowId: id, runId, question, ...request });
    },
  );
  pending.requests.sort((one, other) => one.since.localeCompare(other.since));
  return pending;
}

async function oneRun(session: Session, workflowId: string): Promise<AskedRun> {
  const { description, runId } = await findOpenRun(session, workflowId);
  const { question } = description.memo ?? {};
  return { id: workflowId, runId, question: typeof question === 'string' ? question : null };
}

/** A server without our search attributes can't tell which of the open ones wait. */
async function waitingRuns(session: Session): Promise<AskedRun[]> {
  const known = await registeredAttributes(session.connection, session.namespace);
  const { outcome } = attributeNames;
  const waiting = known.has(outcome) ? ` AND ${outcome} = 'waiting'` : '';
  const query = `${questionRunsQuery(known)} AND ExecutionStatus = 'Running'${waiting}`;
  const rows: AskedRun[] = [];
  for await (const execution of session.client.workflow.list({ query, pageSize: 200 }))
    rows.push(rowOf(execution, session));
  return rows;
}

/** Null where no worker tells. */
async function requestsOf(
  { connection }: Session,
  handle: WorkflowHandle,
  signal: AbortSignal,
): Promise<DecisionRequest[] | null> {
  for (let left = tries; left > 0 && !signal.aborted; left -= 1) {
    try {
      const answer = await connection.withDeadline(Date.now() + queryLimitMs, () => handle.query(queries.pending));
      return z.array(DecisionRequest).parse(answer);
    } catch (error) {
      if (!isUnanswered(error)) throw error;
    }
  }
  return null;
}
