/** What `ask` and `start` do. */
import { identityOf } from '../../application/runs/run-record.ts';
import type { CallToolResult } from '@modelcontextprotocol/server';
import { startedOutput } from '../answers/run-output.ts';
import { endOfRun, runResult } from '../answers/run-result.ts';
import type { Call } from '../calls/call.ts';
import type { Tell } from '../calls/progress.ts';
import type { Surface } from '../surface.ts';
import { createdTask } from '../tasks/task.ts';
import type { ToolEnd } from '../tools/tool.ts';
import { followRun } from './follow-run.ts';
import { endWithCall, type QuestionArguments, startQuestion } from './started-run.ts';

/** An answer; or a task, a form for a person, or the id of a run that goes on. */
export async function ask(surface: Surface, given: QuestionArguments, call: Call, tell: Tell): Promise<ToolEnd> {
  // Later rounds of a call that has asked people something.
  if (call.state !== undefined) return askAgain(surface, call.state, call, tell);
  const { session, run } = await startQuestion(surface, given, call, tell);
  if (call.takesTasks) return createdTask(surface, session, run);
  endWithCall(surface, call, run.handle);
  return endOfRun(await followRun({ surface, session, call, tell, run }));
}

/** The id of the run comes back from the client, and is looked up like any. */
async function askAgain(surface: Surface, runId: string, call: Call, tell: Tell): Promise<ToolEnd> {
  const session = await surface.session(call);
  const run = await surface.findRun(session, runId);
  endWithCall(surface, call, run.handle);
  return endOfRun(await followRun({ surface, session, call, tell, run }));
}

/** The id of a run that has begun. */
export async function start(
  surface: Surface,
  given: QuestionArguments,
  call: Call,
  tell: Tell,
): Promise<CallToolResult> {
  const { session, run } = await startQuestion(surface, given, call, tell);
  const next = `Call result with run_id ${run.workflowId} to wait for its answer.`;
  return runResult(startedOutput(identityOf(session, run), next));
}
