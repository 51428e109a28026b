/**
 * A run as a task of the extension `io.modelcontextprotocol/tasks` (SEP-2663). The id of the task is that of the workflow:
 * nothing is kept here, so that a client that has kept the id finds its task after a restart of everything.
 */
import { type CallToolResult, ProtocolError, ProtocolErrorCode } from '@modelcontextprotocol/server';
import { RunBroken } from '../../application/errors.ts';
import { type FoundRun, isOpen } from '../../application/runs/find-run.ts';
import { finishedRun, identityOf } from '../../application/runs/run-record.ts';
import { outcomeOf, progressOf, type WatchedRun } from '../../application/runs/watch-run.ts';
import type { Session } from '../../application/session/session.ts';
import type { DecisionRequest } from '../../contracts/decision.ts';
import { handOver } from '../work/decide.ts';
import { cut, inertMarkdown } from '../../lib/printable.ts';
import { formOf } from '../answers/elicitation.ts';
import { finishedOutput, startedOutput } from '../answers/run-output.ts';
import { endOfRun, runResult } from '../answers/run-result.ts';
import type { Call } from '../calls/call.ts';
import { toolError } from '../calls/tool-error.ts';
import type { Surface } from '../surface.ts';

const messageCharacters = 500;

/** What `ask` gives a client that takes tasks. The tool's own content is there too, for whoever reads that alone. */
export async function createdTask(surface: Surface, session: Session, run: WatchedRun): Promise<CallToolResult> {
  const { startTime } = await run.handle.describe();
  const next = 'It is a task: its answer comes by tasks/get.';
  return {
    ...runResult(startedOutput(identityOf(session, run), next)),
    resultType: 'task',
    ...frame(surface, run.handle.workflowId, startTime, new Date()),
    status: 'working',
    statusMessage: 'started',
  };
}

/** The answer to `tasks/get`. */
export async function taskOf(surface: Surface, session: Session, run: FoundRun, call: Call) {
  const { startTime, closeTime } = run.description;
  const task = frame(surface, run.handle.workflowId, startTime, closeTime ?? new Date());
  return isOpen(run)
    ? { ...task, ...(await openPart(session, run, call)) }
    : { ...task, ...(await closedPart(surface, session, run)) };
}

/** Null: a task is there as long as the server keeps its history. */
function frame({ times }: Surface, taskId: string, created: Date, updated: Date) {
  const [createdAt, lastUpdatedAt] = [created.toISOString(), updated.toISOString()];
  return { taskId, createdAt, lastUpdatedAt, ttlMs: null, pollIntervalMs: times.poll * 1000 };
}

async function openPart(session: Session, run: FoundRun, { canElicit }: Call) {
  const progress = await progressOf(session, run.handle);
  if (progress === null) return { status: 'working', statusMessage: 'no worker tells its state' };
  const { pending = [], stage, doing } = progress;
  const statusMessage = cut(inertMarkdown(`${stage}: ${doing}`), messageCharacters);
  if (pending.length === 0) return { status: 'working', statusMessage };
  return canElicit
    ? { status: 'input_required', statusMessage, inputRequests: formsOf(pending) }
    : { status: 'working', statusMessage: `${statusMessage} (the tool decide tells it what a person has decided)` };
}

function formsOf(pending: readonly DecisionRequest[]) {
  return Object.fromEntries(pending.map((request) => [request.requestId, formOf(request)]));
}

async function closedPart(surface: Surface, session: Session, run: FoundRun) {
  try {
    const { outcome } = await outcomeOf(run.handle);
    if (outcome.kind === 'cancelled') return { status: 'cancelled', statusMessage: 'the run was cancelled' };
    return { status: 'completed', result: endOfRun(finishedOutput(await finishedRun(session, run, outcome))) };
  } catch (error) {
    if (!(error instanceof RunBroken)) throw error;
    // What went wrong within a tool is its result; `failed` is for the protocol.
    return { status: 'completed', result: toolError(error, surface.log) };
  }
}

/**
 * Hands over what a person has answered. Keys that the run does not ask for are left alone, and so is what was declined: the
 * run asks until its time is over.
 * @throws ProtocolError for an answer that the run does not take, which then still asks
 */
export async function updateTask(surface: Surface, session: Session, run: FoundRun, call: Call): Promise<void> {
  if (!isOpen(run)) return;
  const { problems } = await handOver(surface, session, run.handle.workflowId, call);
  const [first] = problems;
  if (first !== undefined) throw new ProtocolError(ProtocolErrorCode.InvalidParams, `${first[0]}: ${first[1]}`);
}

/** Asks the run to end; it does so by and by. */
export async function cancelTask(run: FoundRun): Promise<void> {
  if (isOpen(run)) await run.handle.cancel();
}
