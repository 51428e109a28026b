/**
 * Reads threads from the server. A turn is a run whose id begins with that of its thread, and whose memo names the turn that
 * it goes on from: no store of our own could be lost, and any server and any other machine shows the same.
 */
import type { WorkflowExecutionInfo } from '@temporalio/client';
import { workflowTypes } from '../../contracts/names.ts';
import { type AnswerOutcome, QuestionInput } from '../../contracts/run.ts';
import { threadIdPattern, threadOfRunId, turnPrefix } from '../../contracts/threads/thread.ts';
import { InvalidInput, RunBroken } from '../errors.ts';
import { findRun, isOpen } from '../runs/find-run.ts';
import { type RunRow, rowOf } from '../runs/list-runs.ts';
import { inputOfRun } from '../runs/run-input.ts';
import { outcomeOf } from '../runs/watch-run.ts';
import type { Session } from '../session/session.ts';
import type { TurnBefore } from './next-turn.ts';

/** A run as part of its thread. */
export type TurnRow = RunRow & {
  thread: string;
  turn: number;
  /** Workflow id; null of a first turn. */
  parent: string | null;
};

export type ThreadRow = {
  id: string;
  turns: number;
  /** Turns that another turn beside them goes on from the same one as. */
  branches: number;
  /** ISO 8601, of its newest turn. */
  last: string;
  question: string | null;
  status: string;
};

/** @throws InvalidInput for a name that no thread can have */
export function expectThreadId(id: string): string {
  if (threadIdPattern.test(id)) return id;
  throw new InvalidInput('thread', `a thread is named by 1 to 60 letters, digits, dashes and underscores, not "${id}"`);
}

/** Of all of them; a thread of more turns than this is shown by its newest. */
const mostTurns = 2_000;

/** @returns the turns of one thread, or of all without an id; the newest first */
export async function turnsOf(session: Session, threadId?: string): Promise<TurnRow[]> {
  const rows: TurnRow[] = [];
  const query = `WorkflowType = '${workflowTypes.answerQuestion}' AND WorkflowId STARTS_WITH '${turnPrefix(threadId)}'`;
  for await (const execution of session.client.workflow.list({ query, pageSize: 200 })) {
    const row = turnRowOf(execution, session);
    if (row !== null) rows.push(row);
    if (rows.length >= mostTurns) break;
  }
  return rows.toSorted((one, other) => (one.started < other.started ? 1 : -1));
}

/** The turn that ended last; null where none has. One page of the server's list, however long the thread is. */
export async function lastTurn(session: Session, threadId: string): Promise<TurnRow | null> {
  const ofThread = `WorkflowType = '${workflowTypes.answerQuestion}' AND WorkflowId STARTS_WITH '${turnPrefix(threadId)}'`;
  const query = `${ofThread} AND ExecutionStatus != 'Running'`;
  let last: TurnRow | null = null;
  let looked = 0;
  for await (const execution of session.client.workflow.list({ query, pageSize: 10 })) {
    const row = turnRowOf(execution, session);
    if (row !== null && (last === null || row.started > last.started)) last = row;
    looked += 1;
    if (looked >= 10) break;
  }
  return last;
}

/** The turns that go on; there are seldom any. */
export async function openTurns(session: Session, threadId: string): Promise<TurnRow[]> {
  const ofThread = `WorkflowType = '${workflowTypes.answerQuestion}' AND WorkflowId STARTS_WITH '${turnPrefix(threadId)}'`;
  const rows: TurnRow[] = [];
  for await (const execution of session.client.workflow.list({
    query: `${ofThread} AND ExecutionStatus = 'Running'`,
  })) {
    const row = turnRowOf(execution, session);
    if (row !== null) rows.push(row);
    if (rows.length >= 10) break;
  }
  return rows;
}

/** Null for a run whose memo says nothing of a thread: somebody has chosen such an id. */
function turnRowOf(execution: WorkflowExecutionInfo, session: Pick<Session, 'urlOf'>): TurnRow | null {
  const thread = threadOfRunId(execution.workflowId);
  const { turn, parent } = execution.memo ?? {};
  if (thread === null || typeof turn !== 'number') return null;
  return { ...rowOf(execution, session), thread, turn, parent: typeof parent === 'string' ? parent : null };
}

/** @returns threads, the one with the newest turn first */
export function threadsOf(turns: readonly TurnRow[]): ThreadRow[] {
  return [...Map.groupBy(turns, ({ thread }) => thread)].map(([id, rows]) => {
    const [newest] = rows;
    const parents = new Set(rows.map(({ parent }) => parent));
    return {
      id,
      turns: rows.length,
      branches: rows.length - parents.size,
      last: newest?.started ?? '',
      question: newest?.question ?? null,
      status: newest?.status ?? '',
    };
  });
}

/** What a turn after that run needs of it. @throws RunNotFound; InvalidInput where it is of another version */
export async function turnBefore(session: Session, workflowId: string): Promise<TurnBefore> {
  const run = await findRun(session, workflowId);
  const input = QuestionInput.pick({ question: true, thread: true, repository: true }).safeParse(
    await inputOfRun(session, { workflowId, runId: run.runId }),
  );
  if (!input.success) throw new InvalidInput('after', `what ${workflowId} was asked cannot be read by this version`);
  return { workflowId, input: input.data, state: isOpen(run) ? null : await stateOf(run.handle) };
}

/** Null of one that ended without an outcome. */
export async function stateOf(handle: Parameters<typeof outcomeOf>[0]): Promise<AnswerOutcome['state'] | null> {
  try {
    return (await outcomeOf(handle)).outcome.state;
  } catch (error) {
    if (error instanceof RunBroken) return null;
    throw error;
  }
}
