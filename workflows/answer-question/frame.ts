/**
 * What every run of a question has around its course: the input is checked, the clock and the budget hold, and whatever
 * stops it, it ends with an outcome and hands itself over to the export of its trace.
 */
import { CancellationScope, isCancellation, TemporalFailure } from '@temporalio/workflow';
import type { AnswerOutcome, QuestionInput } from '../../contracts/run.ts';
import { validRouting } from '../input/valid-input.ts';
import { GivenUp } from './decisions/requests.ts';
import { bestToShow } from './endings.ts';
import { Unavailable } from './failures.ts';
import { leaveTrace } from './hand-over.ts';
import { BudgetSpent } from './limits/budget.ts';
import { withinTime } from './limits/clock.ts';
import { beginRun, isTraced, type Run, settleAnswer } from './state.ts';

/**
 * @param course from the question to its outcome
 * @param options `endsWithCall`: the last call of the course hands the run over, which spares a task; false where more may
 * follow the answer
 * @throws ApplicationFailure of the type `InvalidInput`; what is no way for a run to end
 */
export async function withinFrame(
  given: QuestionInput,
  course: (run: Run) => Promise<AnswerOutcome>,
  { endsWithCall }: { endsWithCall: boolean },
): Promise<AnswerOutcome> {
  const run = beginRun(validRouting('answerQuestion', given), endsWithCall);
  try {
    const { wallClockSeconds } = run.budget.limits;
    return await withinTime(run.waits, wallClockSeconds, () => course(run), run.budgetRequests.moreTime);
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
