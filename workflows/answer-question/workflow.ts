/** Answers one question about a repository: opens it, routes, delegates, reviews, and makes one answer. */
import { CancellationScope, isCancellation, TemporalFailure } from '@temporalio/workflow';
import type { SpecialistOutput } from '../../contracts/agent.ts';
import type { GateSpec } from '../../contracts/pipeline.ts';
import type { AnswerOutcome, QuestionInput } from '../../contracts/run.ts';
import { validRouting } from '../input/valid-input.ts';
import { baselessAbstention, toolsFailed } from './absence.ts';
import { BudgetSpent } from './limits/budget.ts';
import { withinTime } from './limits/clock.ts';
import { delegate } from './delegation.ts';
import { Unavailable } from './failures.ts';
import { bestOutput, reviewOutputs } from './gate.ts';
import { leaveTrace } from './hand-over.ts';
import { openAndRoute } from './opening.ts';
import { firstRoutes, retryRoute } from './routing.ts';
import { beginRun, isTraced, type Run, settleAnswer, supersede } from './state.ts';
import { synthesizeAnswer } from './synthesis.ts';

export async function answerQuestion(given: QuestionInput): Promise<AnswerOutcome> {
  const input = validRouting('answerQuestion', given);
  const run = beginRun(input);
  try {
    return await withinTime(run.waits, run.budget.limits.wallClockSeconds, () => answer(run));
  } catch (error) {
    return endEarly(run, error);
  } finally {
    if (run.notices !== null) await run.notices.settled();
    // A cancelled run has a trace, too.
    if (mayBeTraced(run)) await CancellationScope.nonCancellable(() => leaveTrace(run.doneLast.handedOver ?? null));
  }
}

/** Of a run that has opened nothing it is not known whether it has a trace. */
function mayBeTraced(run: Run): boolean {
  return run.state.snapshot === null || isTraced(run);
}

/** The course of a run, from the question to its outcome. */
async function answer(run: Run): Promise<AnswerOutcome> {
  const { state } = run;
  const { gate } = run.input.pipeline;
  await openAndRoute(run);
  let drafts = await delegate(run, firstRoutes(run), null);
  let accepted = await reviewOutputs(run, drafts);
  while (accepted.length === 0 && gate !== null && state.retry_count < gate.retryLimit) {
    const weak = bestOutput(drafts) ?? drafts[0];
    const feedback = { reasons: weak?.reasons ?? [], earlierDraft: weak?.draftId ?? null };
    drafts = await delegate(run, [beginRetry(run, gate, weak)], feedback);
    accepted = await reviewOutputs(run, drafts);
  }
  if (accepted.length === 0) return giveUp(run);
  const others = state.specialist_output.filter((output) => !accepted.includes(output));
  supersede(run, others, 'a later draft was accepted');
  return synthesizeAnswer(run, accepted);
}

/** Counts a retry. @returns the route that it goes to */
function beginRetry({ state }: Run, gate: GateSpec, weak: SpecialistOutput | undefined): string {
  state.retry_count += 1;
  const same = weak?.specialist ?? state.route ?? '';
  return retryRoute(state.routing, gate.onWeak, { same, run: state.routes_run });
}

/** No draft has passed in all tries: the best one is shown, with what it lacks; or why no tool worked. */
function giveUp(run: Run): AnswerOutcome {
  const { state, visibility } = run;
  const best = bestToShow(run);
  if (best !== null) settleAnswer(run, best);
  const failure = toolsFailed(state.tools_called);
  if (failure !== null) return visibility.finish({ kind: 'unavailable', state, failure });
  const last = best ?? state.specialist_output.at(-1);
  return visibility.finish({ kind: 'retries-exhausted', state, reasons: [...(last?.reasons ?? [])] });
}

/** Whatever has stopped the run, the best that it has is kept. @throws what is no way for a run to end */
function endEarly(run: Run, error: unknown): AnswerOutcome {
  const { state, visibility } = run;
  const expected = isCancellation(error) || error instanceof BudgetSpent || error instanceof Unavailable;
  if (!expected) {
    // Any other error only fails the task, which is tried again.
    if (error instanceof TemporalFailure) run.notices?.failed();
    throw error;
  }
  const best = bestToShow(run);
  if (best !== null && state.final_answer === null) settleAnswer(run, best);
  if (error instanceof BudgetSpent) return visibility.finish({ kind: 'budget-spent', state, limit: error.limit });
  if (error instanceof Unavailable) return visibility.finish({ kind: 'unavailable', state, failure: error.failure });
  return visibility.finish({ kind: 'cancelled', state });
}

/** A draft that abstains and has looked at nothing tells nothing, however sure it is. */
function bestToShow({ state: { specialist_output, tools_called } }: Run): SpecialistOutput | null {
  return bestOutput(specialist_output.filter((output) => baselessAbstention(output, tools_called) === null));
}
