/** What the tools about runs do. */
import type { CallToolResult } from '@modelcontextprotocol/server';
import { findOpenRun } from '../../application/runs/find-run.ts';
import { identityOf, resultOfRun } from '../../application/runs/run-record.ts';
import { cancelRun } from '../../application/runs/steer-run.ts';
import { decisionOf } from '../answers/elicitation.ts';
import type { DecideOutput } from '../answers/other-outputs.ts';
import { finishedOutput, startedOutput } from '../answers/run-output.ts';
import { endOfRun, runResult } from '../answers/run-result.ts';
import type { Call } from '../calls/call.ts';
import type { Tell } from '../calls/progress.ts';
import type { Surface } from '../surface.ts';
import type { ToolEnd } from '../tools/tool.ts';
import { decide, problemOf } from './decide.ts';
import { followRun } from './follow-run.ts';
import { statusOf, statusText } from './status.ts';

/** @param runId null: the newest runs */
export async function status(surface: Surface, runId: string | null, call: Call): Promise<CallToolResult> {
  const found = await statusOf(surface, await surface.session(call), runId, call.signal);
  return { content: [{ type: 'text', text: statusText(found) }], structuredContent: found };
}

type ResultArguments = { run_id: string; wait_seconds?: number | undefined };

export async function result(surface: Surface, given: ResultArguments, call: Call, tell: Tell): Promise<ToolEnd> {
  const { run_id, wait_seconds } = given;
  const session = await surface.session(call);
  const run = await surface.findRun(session, run_id);
  const limit = wait_seconds === undefined ? call.limit : AbortSignal.timeout(wait_seconds * 1000);
  return endOfRun(await followRun({ surface, session, call, tell, run }, limit));
}

export async function cancel(surface: Surface, runId: string, call: Call): Promise<CallToolResult> {
  const session = await surface.session(call);
  await surface.findRun(session, runId);
  const run = await findOpenRun(session, runId);
  const outcome = await cancelRun(run, call.signal);
  if (outcome !== null) return runResult(finishedOutput(await resultOfRun(session, runId)));
  const next = `It was asked to end and has not yet: call result with run_id ${runId}.`;
  return runResult(startedOutput(identityOf(session, run), next));
}

type DecideArguments = Parameters<typeof decisionOf>[1] & { run_id: string; request_id: string };

export async function decideOne(surface: Surface, given: DecideArguments, call: Call): Promise<CallToolResult> {
  const { run_id, request_id, choice } = given;
  const session = await surface.session(call);
  await surface.findRun(session, run_id);
  const decision = decisionOf(request_id, given);
  const told = await decide(surface, session, { workflowId: run_id, call, decision });
  const problem = problemOf(told);
  const structuredContent: DecideOutput = { run_id, request_id, choice, answer: told.kind, problem };
  const text = `${request_id}: ${choice}: ${told.kind}${problem === null ? '' : `: ${problem}`}`;
  const end: CallToolResult = { content: [{ type: 'text', text }], structuredContent };
  return problem === null ? end : { ...end, isError: true };
}
