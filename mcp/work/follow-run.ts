/**
 * Follows a run for a call, to its end or as far as the call may wait.
 *
 * 1. What the client has answered is handed to the run first.
 * 2. A run that asks people has them asked by the client, where it can; else the result says what there is to decide.
 * 3. A client that hears no progress gets a result in time, with the id of the run.
 * 4. The watch ends with the call; the run does not.
 */
import { inputRequired, type InputRequiredResult } from '@modelcontextprotocol/server';
import { RuntimeGone } from '../../application/errors.ts';
import { finishedRun, identityOf } from '../../application/runs/run-record.ts';
import { type RunEvent, type WatchedRun, watchRun } from '../../application/runs/watch-run.ts';
import type { Session } from '../../application/session/session.ts';
import type { DecisionRequest } from '../../contracts/decision.ts';
import type { RunProgress } from '../../contracts/run.ts';
import { printableLine } from '../../lib/printable.ts';
import { formOf } from '../answers/elicitation.ts';
import { finishedOutput, openOutput, type RunOutput, startedOutput } from '../answers/run-output.ts';
import type { Call } from '../calls/call.ts';
import type { Tell } from '../calls/progress.ts';
import type { Surface } from '../surface.ts';
import { type Answered, handOver } from './decide.ts';

export type Followed = { surface: Surface; session: Session; call: Call; tell: Tell; run: WatchedRun };

const sessionsAtMost = 3;

/** @param limit ends the waiting; null: as long as it takes @throws RunBroken; RuntimeGone */
export async function followRun(
  followed: Followed,
  limit: AbortSignal | null = followed.call.limit,
): Promise<RunOutput | InputRequiredResult> {
  const { surface, call } = followed;
  const { workflowId } = followed.run.handle;
  const answered = await handOver(surface, followed.session, workflowId, call);
  const signal = limit === null ? call.signal : AbortSignal.any([call.signal, limit]);
  for (let sessions = 1, { session, run } = followed; ; sessions += 1) {
    try {
      return await watched({ ...followed, session, run }, answered, signal);
    } catch (error) {
      if (!(error instanceof RuntimeGone) || sessions >= sessionsAtMost || signal.aborted) throw error;
      // The run is kept: another runtime takes it up.
      session = await surface.session(call);
      run = { handle: session.client.workflow.getHandle(workflowId), runId: run.runId };
    }
  }
}

async function watched(
  { session, run, call, tell }: Followed,
  answered: Answered,
  signal: AbortSignal,
): Promise<RunOutput | InputRequiredResult> {
  const identity = identityOf(session, run);
  let progress: RunProgress | null = null;
  for await (const event of watchRun(session, run, signal)) {
    if (event.kind === 'finished') return finishedOutput(await finishedRun(session, run, event.outcome));
    if (event.kind === 'started') continue;
    progress = event.progress;
    tell(`${progress.stage}: ${printableLine(progress.doing)}`);
    const asked = (progress.pending ?? []).filter(({ requestId }) => !answered.taken.has(requestId));
    const toAsk = call.canElicit ? asked.filter(({ requestId }) => !answered.declined.has(requestId)) : [];
    if (toAsk.length > 0) return askPeople(identity.workflowId, toAsk, answered);
    if (asked.length > 0) return openOutput(identity, progress, toDecide(identity.workflowId));
    if (isStuck(event)) return openOutput(identity, progress, toResume(identity.workflowId));
  }
  const next = toWait(identity.workflowId);
  return progress === null ? startedOutput(identity, next) : openOutput(identity, progress, next);
}

/** It waits, and nothing that a decision would answer: a person has paused it, or has to mend something. */
function isStuck(event: RunEvent): boolean {
  return event.kind === 'waiting' && (event.progress.pending ?? []).length === 0;
}

const toWait = (id: string) => `It goes on: call result with run_id ${id} to wait for its answer.`;
const toDecide = (id: string) => `Ask the person, then call decide with run_id ${id}, request_id and choice.`;
const toResume = (id: string) => `Once that is mended, "switchyard runs resume ${id}" has it go on; cancel ends it.`;

function askPeople(runId: string, requests: readonly DecisionRequest[], { problems }: Answered): InputRequiredResult {
  const forms = requests.map((request) => [request.requestId, formOf(request, problems.get(request.requestId))]);
  return inputRequired({ inputRequests: Object.fromEntries(forms), requestState: runId });
}
