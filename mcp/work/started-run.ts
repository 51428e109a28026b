/** Starts the run of a question that a client has asked. */
import { SdkError } from '@modelcontextprotocol/server';
import type { WorkflowHandle } from '@temporalio/client';
import type { z } from 'zod';
import { withNotes } from '../../application/memory/with-notes.ts';
import { type QuestionBudget, questionInput } from '../../application/questions/question-input.ts';
import { newRunId, type StartedRun, startRun } from '../../application/runs/start-run.ts';
import type { Session } from '../../application/session/session.ts';
import { messageOf } from '../../lib/errors.ts';
import type { Call } from '../calls/call.ts';
import type { Tell } from '../calls/progress.ts';
import type { Surface } from '../surface.ts';
import type { questionArguments } from '../tools/arguments.ts';

export type QuestionArguments = z.output<z.ZodObject<ReturnType<typeof questionArguments>>>;

/** @throws InvalidInput for the first mistake; ServerUnavailable; Interrupted */
export async function startQuestion(
  surface: Surface,
  { question, ...given }: QuestionArguments,
  call: Call,
  tell: Tell,
): Promise<{ session: Session; run: StartedRun }> {
  const { settings, log } = surface;
  tell('looking at the question');
  const options = {
    ...surface.repositories.optionsOf(given),
    ...within(optionsOf(given), surface.budget),
    pipeline: surface.pipelineOf(given.pipeline),
    ...(call.caller !== null && { user: call.caller }),
  };
  const input = await withNotes(settings, await questionInput(question, options, settings, log), surface.memory);
  const workflowId = newRunId();
  const beganMs = Date.now();
  tell('opening the Temporal server and a worker');
  return surface.inSession(async (session, tries) => {
    const { tenant } = settings;
    const run = await startRun(session, input, workflowId, { tenant, sinceMs: tries > 1 ? beganMs : null });
    tell(`started ${workflowId}`);
    return { session, run };
  }, call);
}

function optionsOf({
  route,
  max_model_calls,
  max_tokens,
  max_cost_usd,
  max_seconds,
  decisions,
}: Omit<QuestionArguments, 'question'>) {
  return {
    ...(route !== undefined && { route }),
    ...(max_model_calls !== undefined && { maxModelCalls: max_model_calls }),
    ...(max_tokens !== undefined && { maxTokens: max_tokens }),
    ...(max_cost_usd !== undefined && { maxCostUsd: max_cost_usd }),
    ...(max_seconds !== undefined && { maxSeconds: max_seconds }),
    ...(decisions !== undefined && { decisions }),
  };
}

/** A client may ask for less than what is set, and never for more. */
function within<Options extends QuestionBudget>(asked: Options, budget: QuestionBudget): Options {
  const names = ['maxModelCalls', 'maxTokens', 'maxCostUsd', 'maxSeconds'] as const;
  const least = names.flatMap((name) => {
    const amounts = [asked[name], budget[name]].filter((amount) => amount !== undefined);
    return amounts.length === 0 ? [] : [[name, Math.min(...amounts)] as const];
  });
  return { ...asked, ...Object.fromEntries(least) };
}

/**
 * Has a run end with the call that started it, where the client cancels that: nobody else knows of the run. A client that
 * has only given up waiting, or whose connection is gone, leaves it: `status` finds it.
 */
export function endWithCall({ cancelsRuns, log }: Surface, { signal }: Call, handle: WorkflowHandle): void {
  if (!cancelsRuns) return;
  const { workflowId } = handle;
  const end = () => {
    if (!isCancel(signal.reason)) {
      log(`${workflowId} goes on: the client waits no longer`);
      return;
    }
    log(`${workflowId} is cancelled with the call that has started it`);
    handle.cancel().catch((error: unknown) => log(`${workflowId} could not be cancelled: ${messageOf(error)}`));
  };
  if (signal.aborted) end();
  else signal.addEventListener('abort', end, { once: true });
}

/** The reason is what the client's notification says, if anything, or the SDK's error for a connection that was closed. */
function isCancel(reason: unknown): boolean {
  if (SdkError.isInstance(reason)) return false;
  return typeof reason !== 'string' || !/time[ds]?[ -]?out/i.test(reason);
}
