/** One model call, from its grant to its end: asked until it is answered, and paid from the run's account. */
import type { ActivityResult } from '../../contracts/trace.ts';
import type { DoesNotFit, Payment } from '../../contracts/agent-calls.ts';
import type { Branch } from './branch.ts';
import { answeredAtOnce, untilAnswered, type Waits } from './calls.ts';
import { BudgetSpent, type Call, type RunBudget } from './budget.ts';

/** What a paid call needs of its run. */
export type Payer = {
  budget: RunBudget;
  waits: Waits;
  /** Resolves once it is so. */
  until(ready: () => boolean): Promise<void>;
};

/** The activity's answer: its result, or that what was granted leaves no room for one. */
export type PaidResult<Result> = Promise<ActivityResult<Result | DoesNotFit>>;

/** `optional`: the run can do without the call, so that it neither waits nor is tried again beyond its own attempts. */
type About = Omit<Payment, 'key' | 'grant'> & { branch: Branch | null; optional?: boolean };

/**
 * Makes the call. Where its share of what is left is too small, it waits until it can have all that is left.
 * @throws BudgetSpent when it does not fit into all that is left, or a limit is reached; else as `untilAnswered`
 */
export async function paidCall<Result>(
  payer: Payer,
  about: About,
  ask: (payment: Payment) => PaidResult<Result>,
): Promise<Result> {
  const { budget, until } = payer;
  const { branch, optional = false, ...same } = about;
  const answered = optional ? answeredAtOnce : untilAnswered;
  const call = budget.call(branch);
  const grant = () => budget.grantOf(call);
  for (;;) {
    try {
      // Without a wait nothing may come between: commands keep their order.
      if (!budget.mayBegin(call)) {
        if (optional) throw budget.inTheWay();
        await until(() => budget.mayBegin(call));
      }
      budget.begin(call);
    } finally {
      budget.leave(call);
    }
    const answer = await oneGrant(payer, call, answered, () => ask({ ...same, key: call.key, grant: grant() }));
    if (!isRefusal(answer)) return answer;
    budget.refuse(call, answer.limit);
    if (optional) {
      budget.leave(call);
      throw new BudgetSpent(answer.limit);
    }
  }
}

/** Attempts, pauses and waits of one call all use the same grant. */
async function oneGrant<Result>(
  { budget, waits }: Payer,
  call: Call,
  answered: typeof untilAnswered,
  ask: () => PaidResult<Result>,
) {
  const settle: Waits['settle'] = (usage, spans) => waits.settle(usage, spans, call);
  try {
    return await answered<Result | DoesNotFit>({ ...waits, settle }, ask);
  } finally {
    budget.end(call);
  }
}

function isRefusal<Result>(answer: Result | DoesNotFit): answer is DoesNotFit {
  return typeof answer === 'object' && answer !== null && 'kind' in answer && answer.kind === 'does-not-fit';
}
