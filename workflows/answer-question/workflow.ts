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
import { asks } from './decisions/decisions.ts';
import { approvedAnswer, clarifiedRoutes, GivenUp, oneMoreTry } from './decisions/requests.ts';
import { type Answer, beginRun, isTraced, type Run, settleAnswer, supersede } from './state.ts';
import { synthesizeAnswer } from './synthesis.ts';

export async function answerQuestion(given: QuestionInput): Promise<AnswerOutcome> {
  const input = validRouting('answerQuestion', given);
  const run = beginRun(input);
  try {
    const { wallClockSeconds } = run.budget.limits;
    return await withinTime(run.waits, wallClockSeconds, () => answer(run), run.budgetRequests.moreTime);
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
  await openAndRoute(run);
  let drafts = await delegate(run, asks(run.input, 'clarify') ? await clarifiedRoutes(run) : firstRoutes(run), null);
  for (;;) {
    const accepted = await acceptedOf(run, drafts);
    const ending = accepted.length === 0 ? await giveUp(run) : await conclude(run, accepted);
    if (!('again' in ending)) return ending;
    const { of, reasons } = ending.again;
    state.retry_count += 1;
    state.superseded = [];
    drafts = await delegate(run, [of?.specialist ?? state.route ?? ''], { reasons, earlierDraft: of?.draftId ?? null });
  }
}

/** What passes the gate; weak drafts are sent back as often as it allows. */
async function acceptedOf(run: Run, first: SpecialistOutput[]): Promise<SpecialistOutput[]> {
  const { state } = run;
  const { gate } = run.input.pipeline;
  let drafts = first;
  let accepted = await reviewOutputs(run, drafts);
  while (accepted.length === 0 && gate !== null && state.retry_count < gate.retryLimit) {
    const weak = bestOutput(drafts) ?? drafts[0];
    const feedback = { reasons: weak?.reasons ?? [], earlierDraft: weak?.draftId ?? null };
    drafts = await delegate(run, [beginRetry(run, gate, weak)], feedback);
    accepted = await reviewOutputs(run, drafts);
  }
  return accepted;
}

/** A person wants another try: who has another, and what it is told. */
type Again = { again: { of: SpecialistOutput | undefined; reasons: readonly string[] } };

/** Makes the answer of what was accepted, which a person may have to approve. */
async function conclude(run: Run, accepted: readonly SpecialistOutput[]): Promise<AnswerOutcome | Again> {
  const { state, visibility } = run;
  const others = state.specialist_output.filter((output) => !accepted.includes(output));
  supersede(run, others, 'a later draft was accepted');
  const made = await synthesizeAnswer(run, accepted);
  if (!asks(run.input, 'draft')) return ended(run, made);
  const approved = await approvedAnswer(run, made);
  if (approved.kind === 'approved') return ended(run, approved.answer, approved.by);
  const reasons = [approved.note];
  for (const output of accepted) Object.assign(output, { accepted: false, reasons });
  const best = bestOutput(accepted) ?? accepted[0];
  if (approved.kind === 'sent-back') return { again: { of: best, reasons } };
  return visibility.finish({ kind: 'retries-exhausted', state, reasons });
}

/** Ends the run with its answer; `by`: the person whose words it is. */
function ended(run: Run, made: Answer, by: string | null = null): AnswerOutcome {
  const { state, visibility } = run;
  settleAnswer(run, made);
  if (by !== null) Object.assign(state, { edited_by: by, confidence: null });
  return visibility.finish({ kind: made.insufficient ? 'insufficient-evidence' : 'answered', state });
}

/** Counts a retry. @returns the route that it goes to */
function beginRetry({ state }: Run, gate: GateSpec, weak: SpecialistOutput | undefined): string {
  state.retry_count += 1;
  const same = weak?.specialist ?? state.route ?? '';
  return retryRoute(state.routing, gate.onWeak, { same, run: state.routes_run });
}

/** No draft has passed in all tries: the best one is shown, with what it lacks; or why no tool worked. */
async function giveUp(run: Run): Promise<AnswerOutcome | Again> {
  const { state, visibility } = run;
  const best = bestToShow(run);
  const failure = toolsFailed(state.tools_called);
  const last = best ?? state.specialist_output.at(-1);
  if (failure === null && asks(run.input, 'try')) {
    const more = await oneMoreTry(run, last?.reasons ?? []);
    if (more !== null) return { again: { of: last, ...more } };
  }
  if (best !== null) settleAnswer(run, best);
  if (failure !== null) return visibility.finish({ kind: 'unavailable', state, failure });
  return visibility.finish({ kind: 'retries-exhausted', state, reasons: [...(last?.reasons ?? [])] });
}

/** Whatever has stopped the run, the best that it has is kept. @throws what is no way for a run to end */
function endEarly(run: Run, error: unknown): AnswerOutcome {
  const { state, visibility } = run;
  const expected =
    isCancellation(error) || error instanceof BudgetSpent || error instanceof Unavailable || error instanceof GivenUp;
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
