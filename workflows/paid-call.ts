/** One model call, from its grant to its end: asked until it is answered, and paid from the run's account. */
import type { ActivityResult } from '../contracts/activity-result.ts';
import type { DoesNotFit, Payment } from '../contracts/agent-calls.ts';
import type { Branch } from './branch.ts';
import { untilAnswered, type Waits } from './calls.ts';
import type { Call, Ledger } from './ledger.ts';

/** What a paid call needs of its run. */
export type Payer = {
  ledger: Ledger;
  waits: Waits;
  /** Resolves once it is so. */
  until(ready: () => boolean): Promise<void>;
};

/** The activity's answer: its result, or that what was granted leaves no room for one. */
export type PaidResult<Result> = Promise<ActivityResult<Result | DoesNotFit>>;

/**
 * Makes the call. Where its share of what is left is too small, it waits until it can have all that is left.
 * @throws BudgetSpent when it does not fit into all that is left, or a limit is reached; else as `untilAnswered`
 */
export async function paidCall<Result>(
  payer: Payer,
  about: Omit<Payment, 'key' | 'grant'> & { branch: Branch | null },
  ask: (payment: Payment) => PaidResult<Result>,
): Promise<Result> {
  const { ledger, until } = payer;
  const { branch, ...same } = about;
  const call = ledger.call(branch);
  const grant = () => ledger.grantOf(call);
  for (;;) {
    try {
      // Without a wait nothing may come between: commands keep their order.
      if (!ledger.mayBegin(call)) await until(() => ledger.mayBegin(call));
      ledger.begin(call);
    } finally {
      ledger.leave(call);
    }
    const answer = await oneGrant(payer, call, () => ask({ ...same, key: call.key, grant: grant() }));
    if (!isRefusal(answer)) return answer;
    ledger.refuse(call, answer.limit);
  }
}

/** Attempts, pauses and waits of one call all use the same grant. */
async function oneGrant<Result>({ ledger, waits }: Payer, call: Call, ask: () => PaidResult<Result>) {
  const settle: Waits['settle'] = (usage, spans) => waits.settle(usage, spans, call);
  try {
    return await untilAnswered<Result | DoesNotFit>({ ...waits, settle }, ask);
  } finally {
    ledger.end(call);
  }
}

function isRefusal<Result>(answer: Result | DoesNotFit): answer is DoesNotFit {
  return typeof answer === 'object' && answer !== null && 'kind' in answer && answer.kind === 'does-not-fit';
}
