/** Answers one question about a repository: opens it, routes, delegates, reviews, and makes one answer. */
import { CancellationScope, isCancellation, workflowInfo } from '@temporalio/workflow';
import type { AnswerOutcome, QuestionInput } from '../../contracts/run.ts';
import { endInTime } from './clock.ts';
import { delegate } from './delegation.ts';
import { leaveTrace } from '../export-trace.ts';
import { Unavailable } from './failures.ts';
import { bestOutput } from './gate-policy.ts';
import { BudgetSpent } from './budget.ts';
import { reviewOutputs } from './gate.ts';
import { chooseRoute } from './routing.ts';
import { retryRoute, routesToRun } from './routing-policy.ts';
import { Run } from './state.ts';
import { settleAnswer, supersede, synthesizeAnswer } from './synthesis.ts';
import { validRouting } from '../input/valid-input.ts';

export async function answerQuestion(given: QuestionInput): Promise<AnswerOutcome> {
  const input = validRouting('answerQuestion', given);
  const run = new Run(input);
  try {
    return await answerInTime(run);
  } finally {
    // A cancelled run has a trace, too.
    await CancellationScope.nonCancellable(() => leaveTrace(input.activityQueue ?? workflowInfo().taskQueue));
  }
}

async function answerInTime(run: Run): Promise<AnswerOutcome> {
  let outOfTime = false;
  try {
    return await CancellationScope.cancellable(async () => {
      const scope = CancellationScope.current();
      const clock = endInTime(run, scope).then(() => {
        outOfTime = true;
      });
      clock.catch(() => {}); // cancelled with the scope when the answer comes first
      const outcome = await answer(run);
      scope.cancel();
      return outcome;
    });
  } catch (error) {
    return endEarly(run, error, outOfTime);
  }
}

async function answer(run: Run): Promise<AnswerOutcome> {
  const { state } = run;
  const { gate } = run.input.pipeline;
  await openRepository(run);
  await chooseRoute(run);
  let outputs = await delegate(run, firstRoutes(run), null);
  let accepted = await reviewOutputs(run, outputs);
  for (; accepted.length === 0 && gate !== null && state.retry_count < gate.retryLimit; ) {
    const weak = bestOutput(outputs) ?? outputs[0];
    state.retry_count += 1;
    run.note({}, state.retry_count);
    const feedback = { reasons: weak?.reasons ?? [], earlierDraft: weak?.draftId ?? null };
    const [same, tried] = [weak?.specialist ?? state.route ?? '', state.routes_run];
    const route = retryRoute(state.routing, gate.onWeak, { same, run: tried });
    outputs = await delegate(run, [route], feedback);
    accepted = await reviewOutputs(run, outputs);
  }
  if (accepted.length === 0) return giveUp(run);
  supersede(
    run,
    state.specialist_output.filter((output) => !accepted.includes(output)),
    'a later draft was accepted',
  );
  return synthesizeAnswer(run, accepted);
}

async function openRepository(run: Run): Promise<void> {
  const { repository } = run.input;
  const where = repository.kind === 'path' ? repository.path : repository.url;
  run.say('opening', `opening ${where}`);
  const opened = await run.unpaid(() =>
    run.calls.repository.openRepository.executeWithOptions({ summary: `open ${where}` }, [{ repository }]),
  );
  run.state.snapshot = opened.snapshot;
  run.searchAttributes = opened.searchAttributes;
  run.state.trace_link = opened.traceLink?.replace('{traceId}', workflowInfo().runId.replaceAll('-', '')) ?? null;
}

/** A forced or lone route runs alone; otherwise the router's distribution decides. */
function firstRoutes({ state, input }: Run): string[] {
  const { routing } = state;
  const { router } = input.pipeline;
  if (routing === null) throw new Error('the question is not routed yet');
  const decided = router === null || routing.source === 'forced' || routing.source === 'only-route';
  return decided ? [routing.route] : routesToRun(routing, router);
}

/** No draft passed the gate in all tries: the best one is shown, with what it lacks. */
function giveUp(run: Run): AnswerOutcome {
  const { state } = run;
  const best = bestOutput(state.specialist_output);
  if (best !== null) settleAnswer(run, best);
  const last = best ?? state.specialist_output.at(-1);
  return run.finish({ kind: 'retries-exhausted', state, reasons: [...(last?.reasons ?? [])] });
}

/** Whatever stopped the run, the best that it has is kept. */
function endEarly(run: Run, error: unknown, outOfTime: boolean): AnswerOutcome {
  const cancelled = isCancellation(error);
  const expected = cancelled || error instanceof BudgetSpent || error instanceof Unavailable;
  if (!expected) throw error;
  const { state } = run;
  const best = bestOutput(state.specialist_output);
  if (best !== null && state.final_answer === null) settleAnswer(run, best);
  if (error instanceof BudgetSpent) return run.finish({ kind: 'budget-spent', state, limit: error.limit });
  if (error instanceof Unavailable) return run.finish({ kind: 'unavailable', state, failure: error.failure });
  if (outOfTime) return run.finish({ kind: 'budget-spent', state, limit: 'wallClockSeconds' });
  return run.finish({ kind: 'cancelled', state });
}
