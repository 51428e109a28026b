/**
 * One activity call from its beginning to its answer, and one model call from its grant to its end.
 *
 * 1. A call that may begin at once is begun without any other workflow code between: commands keep their order.
 * 2. A grant is held from the beginning of a call to its end, over all attempts, pauses and waits of it, and is given back
 *    whatever came of it. Where a call is asked again it has what its attempts have left of the grant.
 * 3. A call that does not fit into its share waits until no call is in flight, and is then granted all that is left; what
 *    does not fit into that ends in `BudgetSpent`. An optional call waits for nothing: it ends where it would have to.
 * 4. What failed attempts have used is counted before anything is waited for.
 * 5. A provider's long Retry-After is slept and an outage is waited for; neither counts as an attempt. Such waits have no
 *    number: the run's clock bounds the former, the limit of waits for a person the latter.
 * 6. A call whose time ran out without an answer is scheduled again at once, three times; then a person is waited for.
 * 7. A cancellation is thrown as it is, and never waited out; what the call tells that it has used is counted.
 * 8. A call that asked no model does not count, as one that does not fit; what it was granted is given back.
 * 9. What an activity has done on the way is told before anything is waited for or thrown, also where it was cancelled.
 * 10. While a person has paused the run, no model is asked.
 * 11. Where a call would wait for its provider or end for its sake, its fallback model is asked first, once; after a wait the
 *     first model has its turn again.
 * 12. Where a limit of the budget is reached and the pipeline asks people, a person is asked for more before the call ends.
 * 13. A call that is not worth a person's time fails where it would wait for one; for the rest it is as any other.
 */
import { condition, isCancellation, patched } from '@temporalio/workflow';
import type { DoesNotFit, Payment } from '../../contracts/agent-calls.ts';
import type { BudgetLimit, CallLimits, RunFailure } from '../../contracts/run.ts';
import type { ActivityResult, DoneOnTheWay, SpanRecord, SpanScope } from '../../contracts/trace.ts';
import type { Branch } from './branch.ts';
import { BudgetSpent, type Call, type RunBudget } from './limits/budget.ts';
import { readFailure, type ReadFailure, toldByCancelled, Unavailable } from './failures.ts';
import type { OpenWaits } from './limits/waits.ts';

/** What a call needs of its run. */
export type Caller = {
  limits: Pick<CallLimits, 'prices' | 'modelCallAttempts' | 'modelCallTotalSeconds' | 'queues'>;
  budget: RunBudget;
  waits: OpenWaits;
  outages: {
    /** Sleeps as long as the provider asks. */
    pause(milliseconds: number, why: string): Promise<void>;
    /** Waits until a person resumes the run; `place`: what waits. */
    waitForPerson(failure: RunFailure, place?: string): Promise<void>;
    /** Null while the run is not paused, else waits until it is resumed; absent where nobody can pause it. */
    whilePaused?(): Promise<void> | null;
  };
  /** Asks a person for more of a limit; null where nobody is asked, absent where nobody ever is. */
  moreOf?(limit: BudgetLimit): Promise<boolean> | null;
  /** Resolves once it is so; it may no longer be by the time that the caller goes on. */
  until(ready: () => boolean): Promise<void>;
  /** `patched` of Temporal's SDK; without it every change is in force. */
  patched?(change: string): boolean;
  /** Told of what was called and done, whenever the budget has counted it. */
  onSettled(spans: readonly SpanRecord[], done: DoneOnTheWay): void;
};

/** How a call of a workflow waits. */
export const inWorkflow: Pick<Caller, 'until' | 'patched'> = { until: condition, patched };

/** The activity's answer: its result, or that what was granted leaves no room for one. */
export type PaidResult<Result> = Promise<ActivityResult<Result | DoesNotFit>>;

/**
 * `optional`: the run can do without the call, so that it neither waits nor is made again beyond its own attempts.
 * `withoutPerson`: it does not wait for a person. `onDone`: told of what the activity has done on the way.
 */
type About = {
  scope: SpanScope;
  branch?: Branch;
  optional?: boolean;
  withoutPerson?: boolean;
  onDone?: ((done: DoneOnTheWay) => void) | undefined;
  fallbackModel?: string | undefined;
};

/**
 * Makes a model call. Where its share of what is left is too small, it waits until it can have all that is left.
 * @throws BudgetSpent when it does not fit into all that is left, or a limit is reached; else as `untilAnswered`
 */
export async function paidCall<Result>(
  caller: Caller,
  { scope, branch, optional = false, withoutPerson = false, onDone, fallbackModel }: About,
  ask: (payment: Payment) => PaidResult<Result>,
): Promise<Result> {
  const { budget, until, patched: isPatched = () => true } = caller;
  const { prices, modelCallAttempts: attempts, modelCallTotalSeconds: totalSeconds } = caller.limits;
  const requirePrice = budget.limits.costUsd !== null;
  const call = budget.call(branch ?? null);
  const limits = { attempts, totalSeconds };
  const payment = { scope, requirePrice, key: call.key, limits, ...(prices === undefined ? {} : { prices }) };
  const fallback = fallbackModel === undefined ? null : new Fallback(fallbackModel);
  const send = () => ask({ ...payment, grant: budget.grantOf(call), ...fallback?.inPayment });
  const isQueued = () => queueFor(caller.limits, fallback?.inPayment ?? {}) !== null;
  for (;;) {
    try {
      try {
        if (!budget.mayBegin(call)) {
          if (optional) throw budget.inTheWay();
          const mayBegin = () => budget.mayBegin(call);
          // Of several that wait, all may be let go in one moment, and the first takes what there is.
          do await until(mayBegin);
          while (!mayBegin() && isPatched('calls-wait-on'));
        }
        budget.begin(call);
      } finally {
        budget.leave(call);
      }
      let answer: Result | DoesNotFit;
      try {
        answer = await untilAnswered(caller, send, { call, optional, withoutPerson, onDone, fallback, isQueued });
      } finally {
        budget.end(call);
      }
      if (wasNotAsked(answer)) budget.withdraw(call);
      if (!isRefusal(answer)) return answer;
      refuse(budget, call, answer, optional);
    } catch (error) {
      const more = error instanceof BudgetSpent && !optional ? (caller.moreOf?.(error.limit) ?? null) : null;
      if (more === null || !(await more)) throw error;
      budget.anew(call);
    }
  }
}

/** @throws BudgetSpent where the call had all that there was, or can not wait for it */
function refuse(budget: RunBudget, call: Call, { limit }: DoesNotFit, optional: boolean): void {
  budget.refuse(call, limit);
  if (!optional) return;
  budget.leave(call);
  throw new BudgetSpent(limit);
}

function isRefusal<Result>(answer: Result | DoesNotFit): answer is DoesNotFit {
  return typeof answer === 'object' && answer !== null && 'kind' in answer && answer.kind === 'does-not-fit';
}

function wasNotAsked(answer: unknown): boolean {
  return typeof answer === 'object' && answer !== null && 'asked' in answer && answer.asked === false;
}

/** In which endpoint's queue a call waits for its turn; null: in none, no limit is set. */
export function queueFor({ queues }: Pick<CallLimits, 'queues'>, { fallback }: Pick<Payment, 'fallback'>) {
  if (queues === undefined) return null;
  return fallback?.after === undefined ? queues.model : queues.fallback;
}

/** How often a call is scheduled again after its time ran out with no answer at all (the worker was away). */
const expiriesAllowed = 3;

/** Failures of a provider that is out, or takes no more of us. */
const outages: readonly RunFailure['kind'][] = ['ModelQuotaSpent', 'ModelBusy', 'ModelUnavailable', 'ModelTimedOut'];

/** Which of its two models a call asks. */
class Fallback {
  readonly #model: string;
  #after: string | null = null;

  constructor(model: string) {
    this.#model = model;
  }

  get inPayment(): Pick<Payment, 'fallback'> {
    const model = this.#model;
    return { fallback: this.#after === null ? { model } : { model, after: this.#after } };
  }

  /** @returns true where the call is to be sent again at once, to the fallback model */
  takes({ kind }: RunFailure): boolean {
    this.#after = this.#after === null && outages.includes(kind) ? kind : null;
    return this.#after !== null;
  }
}

type Asking = { call?: Call | null; fallback?: Fallback | null; isQueued?: () => boolean } & Pick<
  About,
  'optional' | 'withoutPerson' | 'onDone'
>;

/**
 * Calls an activity until it answers.
 * @param call the model call that it is for; null where it costs nothing
 * @throws Unavailable when neither time nor a person can fix the failure, or no person came, and for every failure of an
 * optional call or one without a person; the cancellation, when the run is cancelled
 */
export async function untilAnswered<Result>(
  caller: Caller,
  send: () => Promise<ActivityResult<Result>>,
  {
    call = null,
    optional = false,
    withoutPerson = false,
    onDone,
    fallback = null,
    isQueued = () => false,
  }: Asking = {},
): Promise<Result> {
  for (let expiries = 0; ; ) {
    caller.budget.expectHistoryRoom();
    const paused = call === null ? null : (caller.outages.whilePaused?.() ?? null);
    if (paused !== null) await paused;
    const ended = await callOnce(caller, send, { call, onDone, isQueued });
    if (ended.failed === null) return ended.result;
    const { failure, retryAfterMs, wait, expired } = ended.failed;
    expiries += expired ? 1 : 0;
    if (!expired && fallback?.takes(failure) === true) continue;
    if (optional) throw new Unavailable(failure);
    if (retryAfterMs !== null) await caller.outages.pause(retryAfterMs, failure.message);
    else if (wait && expired && expiries <= expiriesAllowed) continue;
    else if (wait && !withoutPerson) await caller.outages.waitForPerson(failure, call?.key);
    else throw new Unavailable(failure);
  }
}

/** Calls an activity once, with the attempts of its retry policy, and counts what they used. @throws the cancellation */
async function callOnce<Result>(
  { budget, waits, onSettled }: Caller,
  send: () => Promise<ActivityResult<Result>>,
  { call = null, onDone = () => {}, isQueued }: Pick<Asking, 'call' | 'onDone'> & { isQueued: () => boolean },
): Promise<{ failed: null; result: Result } | { failed: ReadFailure }> {
  const end = waits.open(call !== null && isQueued() ? { kind: 'queue', key: call.key } : { kind: 'call' });
  try {
    const { result, usage, spans, done = {} } = await send().finally(end);
    budget.settle(usage, spans, call);
    onDone(done);
    onSettled(spans, done);
    return { failed: null, result };
  } catch (error) {
    if (isCancellation(error)) {
      const { spans, done } = toldByCancelled(error);
      budget.settle(null, spans, call);
      onDone(done);
      onSettled(spans, done);
      throw error;
    }
    const failed = readFailure(error);
    budget.settle(null, failed.spans, call);
    onDone(failed.done);
    onSettled(failed.spans, failed.done);
    return { failed };
  }
}
